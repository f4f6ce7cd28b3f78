-- Phone numbers, sealed like names, each under a key of its own: destroying the row erases the number.
CREATE TABLE phone (
    person      TEXT PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    wrapped_key BLOB NOT NULL,
    number      BLOB NOT NULL
);
