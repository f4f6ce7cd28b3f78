-- Counts the changes of names, so that an index of them reads only what is new to it.
CREATE TABLE name_changes (count INTEGER NOT NULL);
INSERT INTO name_changes (count) VALUES (0);
ALTER TABLE vault ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
CREATE INDEX vault_change ON vault (change);
CREATE TRIGGER vault_named AFTER INSERT ON vault BEGIN
    UPDATE name_changes SET count = count + 1;
    UPDATE vault SET change = (SELECT count FROM name_changes) WHERE person = NEW.person;
END;
CREATE TRIGGER vault_renamed AFTER UPDATE OF name ON vault BEGIN
    UPDATE name_changes SET count = count + 1;
    UPDATE vault SET change = (SELECT count FROM name_changes) WHERE person = NEW.person;
END;
-- An erased name: everything is read anew.
CREATE TRIGGER vault_erased AFTER DELETE ON vault BEGIN
    UPDATE name_changes SET count = count + 1;
END;
