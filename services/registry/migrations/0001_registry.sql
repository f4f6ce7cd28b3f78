-- Whose registry this is: a file of another district is refused.
CREATE TABLE registry (district TEXT NOT NULL);

-- Elders and caregivers. One table, so that an id never names two people.
CREATE TABLE person (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('elder', 'caregiver')),
    profile    TEXT NOT NULL,    -- JSON, as it is published
    revision   INTEGER NOT NULL, -- 1 after the first change
    event_id   TEXT NOT NULL,    -- the event that published this revision
    changed_at INTEGER NOT NULL  -- milliseconds since 1970
);

-- The vault. Destroying a row's key erases the name, wherever copies of this file lie.
CREATE TABLE vault (
    person      TEXT PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    wrapped_key BLOB NOT NULL,   -- the person's own key, sealed with the registry's
    name        BLOB NOT NULL    -- the name, sealed with the person's own key
);

-- Events that are decided and not yet known to be on the bus, oldest first.
CREATE TABLE outbox (
    place    INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    subject  TEXT NOT NULL,
    event    TEXT NOT NULL       -- JSON
);

-- Who read whose name.
CREATE TABLE reading (
    at     INTEGER NOT NULL,     -- milliseconds since 1970
    role   TEXT NOT NULL,
    user   TEXT,
    masked INTEGER NOT NULL,
    people TEXT NOT NULL         -- JSON list of ids
);
CREATE INDEX reading_at ON reading (at);
