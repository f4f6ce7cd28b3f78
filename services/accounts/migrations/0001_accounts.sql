-- Runs on SQLite and on PostgreSQL: text and whole numbers only, days and months as they stand on the wire, instants
-- in milliseconds since 1970.

-- One row. Whose books these are, and the last entry; who changes it is alone until they commit.
CREATE TABLE head (
    district TEXT NOT NULL,
    seq      BIGINT NOT NULL
);

-- What decides about an elder's entitlements.
CREATE TABLE person (
    elder      TEXT PRIMARY KEY,
    facts      TEXT NOT NULL, -- JSON
    changed_at BIGINT NOT NULL
);

-- What an elder has of one kind for one month, as it follows from the entries.
CREATE TABLE purse (
    id     TEXT PRIMARY KEY, -- elder/kind/month
    elder  TEXT NOT NULL,
    kind   TEXT NOT NULL,
    month  TEXT NOT NULL,
    ends   TEXT NOT NULL,   -- the first day on which nothing of it can be used
    closed BIGINT NOT NULL, -- 1 once that day was there
    state  TEXT NOT NULL    -- JSON
);
CREATE INDEX purse_of_elder ON purse (elder, month);
CREATE INDEX purse_due ON purse (closed, ends);

-- Which purse pays for an order.
CREATE TABLE hold (
    order_id TEXT PRIMARY KEY,
    elder    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    month    TEXT NOT NULL
);

-- Every entry ever; only ever added to.
CREATE TABLE entry (
    seq          BIGINT PRIMARY KEY,
    event_id     TEXT NOT NULL UNIQUE, -- applied once
    at           BIGINT NOT NULL,
    what         TEXT NOT NULL,        -- grant, hold, capture, release, lapse, correct, pay
    answer       TEXT NOT NULL,        -- JSON: what a repetition is answered
    detail       TEXT NOT NULL,        -- JSON: who and why
    order_id     TEXT,
    elder        TEXT,
    organisation TEXT,
    kind         TEXT,
    month        TEXT,
    service_day  TEXT,
    amount       BIGINT NOT NULL,      -- fen or points
    self_pay     BIGINT NOT NULL       -- fen
);
CREATE INDEX entry_by_organisation ON entry (month, organisation, seq);
CREATE INDEX entry_by_order ON entry (order_id, seq);

-- Double entry: an amount leaves one account and enters another.
CREATE TABLE transfer (
    seq     BIGINT NOT NULL,
    place   BIGINT NOT NULL,
    debit   TEXT NOT NULL,
    credit  TEXT NOT NULL,
    amount  BIGINT NOT NULL CHECK (amount > 0),
    unit    TEXT NOT NULL,
    PRIMARY KEY (seq, place)
);

-- What was refused, for the auditor.
CREATE TABLE refused (
    at       BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    code     TEXT NOT NULL,
    detail   TEXT NOT NULL
);
CREATE INDEX refused_at ON refused (at);

-- Events that are decided and not yet known to be on the bus.
CREATE TABLE outbox (
    seq      BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    event_id TEXT NOT NULL UNIQUE,
    subject  TEXT NOT NULL,
    event    TEXT NOT NULL, -- JSON
    PRIMARY KEY (seq, place)
);

-- Statements: what organisations are owed for a period, up to an entry.
CREATE TABLE settlement (
    period      TEXT PRIMARY KEY, -- 2026-03 or 2026-Q1
    last_month  TEXT NOT NULL,
    cutoff      BIGINT NOT NULL,  -- the last entry that counts
    drawn_by    TEXT NOT NULL,
    drawn_at    BIGINT NOT NULL,
    approved_by TEXT,
    approved_at BIGINT
);
