-- Orders of care plans are taken back and made again: what came of each day, and how many orders it had before.
ALTER TABLE plan_day ADD COLUMN came TEXT NOT NULL DEFAULT 'ordered'; -- asked, ordered, refused, withdrawn, stays
ALTER TABLE plan_day ADD COLUMN round BIGINT NOT NULL DEFAULT 0;
UPDATE plan_day SET came = 'refused' WHERE refused IS NOT NULL;
CREATE INDEX plan_day_came ON plan_day (came, day);
