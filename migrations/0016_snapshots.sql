-- reset_count: how often the whole market was reset, replaced or restored. Who streams events compares it.
ALTER TABLE world ADD COLUMN reset_count BIGINT NOT NULL DEFAULT 0;

-- The snapshots that are kept on PostgreSQL, each in the schema `place`. On SQLite a snapshot is a file, and the one row of
-- this table in that file says what it is; in an open database the table is empty there. market_at: the market's time when
-- the snapshot was kept; kept_at: real time; version: of the last migration before.
CREATE TABLE snapshots (
    name      TEXT PRIMARY KEY,
    market_at BIGINT NOT NULL,
    kept_at   BIGINT NOT NULL,
    bytes     BIGINT NOT NULL,
    place     TEXT NOT NULL,
    version   BIGINT NOT NULL
);
