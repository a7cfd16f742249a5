-- A timer that failed is set aside with the reason; the others go on without it.
ALTER TABLE timers ADD COLUMN failure TEXT;
DROP INDEX timers_by_due;
CREATE INDEX timers_by_due ON timers (due_at, kind, subject) WHERE failure IS NULL;
CREATE INDEX timers_set_aside ON timers (due_at, kind, subject) WHERE failure IS NOT NULL;

-- While the clock is moved over more timers than one batch, the market's time is held at the last settled instant.
-- settled_count counts timers that were settled while it was held, by every process.
ALTER TABLE world ADD COLUMN held_at BIGINT;
ALTER TABLE world ADD COLUMN settled_count BIGINT NOT NULL DEFAULT 0;

-- Changed by a write that only shows whether the database takes writes: SQLite does not write what is as it was.
ALTER TABLE world ADD COLUMN write_tried BOOLEAN NOT NULL DEFAULT FALSE;
