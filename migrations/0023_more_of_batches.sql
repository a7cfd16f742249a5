-- For so many rejected assignments of the row's HIT it got others.
ALTER TABLE batch_rows ADD COLUMN replaced_count BIGINT NOT NULL DEFAULT 0;
