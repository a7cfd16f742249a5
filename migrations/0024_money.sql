-- Who worked for whom, and how much. It takes the place of reviewed_workers. reviewed_at is when the latest work was submitted
-- that the requester approved or rejected.
CREATE TABLE requester_workers (
    requester_id    TEXT NOT NULL,
    worker_id       TEXT  NOT NULL,
    submitted_count BIGINT NOT NULL,
    approved_count  BIGINT NOT NULL,
    rejected_count  BIGINT NOT NULL,
    last_submit_at  BIGINT NOT NULL,
    reviewed_at     BIGINT,
    PRIMARY KEY (requester_id, worker_id)
) {{clustered}};
INSERT INTO requester_workers
    SELECT h.requester_id, a.worker_id, count(*), count(*) FILTER (WHERE a.status = 'Approved'),
        count(*) FILTER (WHERE a.status = 'Rejected'), max(a.position / 1048576), max(r.submit_at)
    FROM assignments a JOIN hits h ON h.key = a.hit_key
    LEFT JOIN reviewed_workers r ON r.requester_id = h.requester_id AND r.worker_id = a.worker_id
    GROUP BY h.requester_id, a.worker_id;
DROP TABLE reviewed_workers;

-- Rewards of approved work. cost_cents is what left the requester's balance: reward and fee, or nothing in the sandbox and for
-- work that came with a world. Nobody knows any more what work cost that was approved before there was this table.
CREATE TABLE reward_payments (
    requester_id  TEXT NOT NULL,
    paid_at       BIGINT NOT NULL,
    assignment_id TEXT {{bytewise}} NOT NULL,
    worker_id     TEXT NOT NULL,
    hit_key       BIGINT NOT NULL,
    reward_cents  BIGINT NOT NULL,
    cost_cents    BIGINT NOT NULL,
    PRIMARY KEY (requester_id, paid_at, assignment_id)
) {{clustered}};
INSERT INTO reward_payments
    SELECT h.requester_id, CAST(CAST({{approval_time}} AS DOUBLE PRECISION) * 1000 AS BIGINT), a.id, a.worker_id, a.hit_key,
        a.reward_cents, 0
    FROM assignments a JOIN hits h ON h.key = a.hit_key WHERE a.status = 'Approved';

ALTER TABLE bonus_payments ADD COLUMN cost_cents BIGINT NOT NULL DEFAULT 0;
CREATE INDEX bonus_payments_of_requester ON bonus_payments (requester_id, grant_at, key);

-- What a requester began with: what it has, has on hold and has paid.
ALTER TABLE requesters ADD COLUMN opening_cents BIGINT NOT NULL DEFAULT 0;
UPDATE requesters SET opening_cents = balance_cents + on_hold_cents;
