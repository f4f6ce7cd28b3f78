-- Runs on SQLite and on PostgreSQL: text and whole numbers only, instants in milliseconds since 1970, sealed bytes as
-- base64.

-- One row. Whose registry this is; `seq` counts everything that is published, and who changes it is alone until they
-- commit. `names` counts the changes of names. `index_key` is the key under which numbers are looked up, sealed with the
-- registry's own, and `key_check` tells which key that is.
CREATE TABLE head (
    district  TEXT NOT NULL,
    seq       BIGINT NOT NULL,
    names     BIGINT NOT NULL DEFAULT 0,
    index_key TEXT NOT NULL DEFAULT '',
    key_check TEXT NOT NULL DEFAULT ''
);

-- Elders and caregivers. One table, so that an id never names two people. An erased person's row stays for that reason,
-- with nothing in it.
CREATE TABLE person (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('elder', 'caregiver')),
    street     TEXT NOT NULL,
    community  TEXT NOT NULL,
    profile    TEXT NOT NULL,   -- JSON, as it is published
    revision   BIGINT NOT NULL, -- 1 after the first change
    event_id   TEXT NOT NULL,   -- the event that published this revision
    changed_at BIGINT NOT NULL,
    erased     BIGINT NOT NULL DEFAULT 0
);

-- The vault. A person's own key, sealed with the registry's: destroying this row destroys everything sealed under it,
-- wherever copies of the other table lie.
CREATE TABLE person_key (
    person      TEXT PRIMARY KEY,
    wrapped_key TEXT NOT NULL
);

-- What is known of a person, sealed with their own key. `found_by` is a keyed hash where the field is looked up by its
-- whole value; `change` counts names.
CREATE TABLE sealed (
    person   TEXT NOT NULL,
    field    TEXT NOT NULL, -- name, phone, identity, address
    content  TEXT NOT NULL,
    found_by TEXT,
    change   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person, field)
);
CREATE INDEX sealed_change ON sealed (field, change);
CREATE INDEX sealed_found ON sealed (field, found_by);

-- Organisations, facilities, rosters, care plans, requests: the whole of each stands in `body`; the other columns are
-- what it is looked for by.
CREATE TABLE kept (
    kind         TEXT NOT NULL,
    id           TEXT NOT NULL,
    organisation TEXT,
    elder        TEXT,
    open         BIGINT NOT NULL, -- 1 while somebody has to do something
    due          TEXT NOT NULL,   -- the last day for the next step; 9999-12-31 where there is none
    body         TEXT NOT NULL,   -- JSON
    revision     BIGINT NOT NULL,
    event_id     TEXT NOT NULL,   -- the event that published it; empty where nothing is published
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX kept_due ON kept (kind, open, due);
CREATE INDEX kept_of_organisation ON kept (kind, organisation);
CREATE INDEX kept_of_elder ON kept (kind, elder);

-- Every command ever taken, so that one that comes twice is answered as the first time.
CREATE TABLE deed (
    command TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    role    TEXT NOT NULL,
    by_user TEXT,
    about   TEXT NOT NULL, -- kind/id
    step    TEXT NOT NULL,
    answer  TEXT NOT NULL  -- JSON
);
CREATE INDEX deed_at ON deed (at);
CREATE INDEX deed_about ON deed (about);

-- The days of care plans and what came of them.
CREATE TABLE plan_day (
    plan     TEXT NOT NULL,
    day      TEXT NOT NULL,
    order_id TEXT NOT NULL,
    refused  TEXT,
    PRIMARY KEY (plan, day)
);

-- Events that are decided and not yet known to be on the bus.
CREATE TABLE outbox (
    seq      BIGINT PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    subject  TEXT NOT NULL,
    event    TEXT NOT NULL -- JSON
);

-- Who read whose data.
CREATE TABLE reading (
    seq     BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    role    TEXT NOT NULL,
    by_user TEXT,
    masked  BIGINT NOT NULL,
    what    TEXT NOT NULL
);
CREATE INDEX reading_at ON reading (at);

-- Whom a reading was about.
CREATE TABLE reading_of (
    seq    BIGINT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (seq, person)
);
CREATE INDEX reading_of_person ON reading_of (person);
