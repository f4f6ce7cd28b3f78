-- On which ground each reading was lawful; empty for those from before this was written down.
ALTER TABLE reading ADD COLUMN ground TEXT NOT NULL DEFAULT '';

-- What was refused: who wanted what about whom or what, and why not. `seq` is of one count with readings.
CREATE TABLE refusal (
    seq     BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    role    TEXT NOT NULL,
    by_user TEXT,
    about   TEXT NOT NULL, -- kind/id of a step, otherwise a person's id; empty where many or nobody were meant
    what    TEXT NOT NULL, -- the step, or what was asked for
    code    TEXT NOT NULL,
    why     TEXT NOT NULL
);
CREATE INDEX refusal_at ON refusal (at);
CREATE INDEX refusal_about ON refusal (about);
