-- What HITs may still cost, whom a requester has reviewed, mail to workers, what review policies found.

ALTER TABLE requesters ADD COLUMN on_hold_cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hits ADD COLUMN held_cents BIGINT NOT NULL DEFAULT 0;

-- Workers whose work a requester approved or rejected, and when the latest of it was submitted.
CREATE TABLE reviewed_workers (
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    submit_at    BIGINT NOT NULL,
    PRIMARY KEY (requester_id, worker_id)
) {{clustered}};
INSERT INTO reviewed_workers (requester_id, worker_id, submit_at)
    SELECT h.requester_id, a.worker_id, max(a.position / 1048576)
    FROM assignments a JOIN hits h ON h.key = a.hit_key
    WHERE a.status <> 'Submitted' GROUP BY h.requester_id, a.worker_id;

-- Blocks get a number, by which a list of them goes on.
CREATE TABLE numbered_worker_blocks (
    key          {{key}},
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    reason       TEXT NOT NULL,
    UNIQUE (requester_id, worker_id)
);
INSERT INTO numbered_worker_blocks (requester_id, worker_id, reason)
    SELECT requester_id, worker_id, reason FROM worker_blocks ORDER BY requester_id, worker_id;
DROP TABLE worker_blocks;
ALTER TABLE numbered_worker_blocks RENAME TO worker_blocks;
CREATE INDEX worker_blocks_of_requester ON worker_blocks (requester_id, key);

CREATE TABLE messages (
    key          {{key}},
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    text         TEXT NOT NULL,
    sent_at      BIGINT NOT NULL
);
CREATE INDEX messages_of_requester ON messages (requester_id);

-- document is a result or an action as the API shows it; part says which of the four lists it is in.
CREATE TABLE review_reports (
    key      {{key}},
    hit_key  BIGINT NOT NULL,
    part     TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX review_reports_of_hit ON review_reports (hit_key, part, key);
