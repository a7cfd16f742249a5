-- What the worker's site reads: HIT types that have open HITs, and what a worker handed in.

-- When the type came to have an open HIT, or got another one, to the minute; NULL when a look at the list found none.
ALTER TABLE hit_types ADD COLUMN listed_at BIGINT;
UPDATE hit_types SET listed_at = (SELECT max(h.created_at) FROM hits h
    WHERE h.hit_type_id = hit_types.id AND h.status = 'Assignable');
CREATE INDEX hit_types_listed ON hit_types (listed_at, id) WHERE listed_at IS NOT NULL;
CREATE INDEX hit_types_by_reward ON hit_types (reward_cents, id) WHERE listed_at IS NOT NULL;
CREATE INDEX hit_types_listed_of ON hit_types (requester_id, listed_at, id) WHERE listed_at IS NOT NULL;

-- What the work earns: the HIT's type cannot change once there is work. A worker's history is added up in the index.
ALTER TABLE assignments ADD COLUMN reward_cents BIGINT NOT NULL DEFAULT 0;
UPDATE assignments SET reward_cents = (SELECT t.reward_cents FROM hits h JOIN hit_types t ON t.id = h.hit_type_id
    WHERE h.key = assignments.hit_key);
DROP INDEX IF EXISTS assignments_of_worker;
CREATE INDEX assignments_of_worker ON assignments (worker_id, status, position, hit_key, reward_cents);

CREATE INDEX bonus_payments_of_worker ON bonus_payments (worker_id, grant_at, amount_cents);

CREATE INDEX messages_of_worker ON messages (worker_id, key);
