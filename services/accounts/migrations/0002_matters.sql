-- Matters that people see to: applications, follow-ups, complaints, violations, ratings, corrections, grants. The whole
-- matter with its record stands in `body`; the other columns are what it is looked for by.
CREATE TABLE matter (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    elder        TEXT,
    organisation TEXT,
    open         BIGINT NOT NULL, -- 1 while somebody has to do something
    stopping     BIGINT NOT NULL, -- 1 while work orders are stopped because of it
    due          TEXT NOT NULL,   -- the last day for the next step; 9999-12-31 where there is none
    body         TEXT NOT NULL    -- JSON
);
CREATE INDEX matter_open ON matter (open, due);
CREATE INDEX matter_of_organisation ON matter (organisation, kind);
CREATE INDEX matter_of_elder ON matter (elder, kind);

CREATE INDEX entry_of_elder ON entry (elder, seq);
CREATE INDEX entry_of_organisation ON entry (organisation, what, service_day);
