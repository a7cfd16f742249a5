-- Crowds of workers by script. document is the script as JSON. hit_type_id, hit_group_id, title and requester_id say on which
-- HITs they work; empty for all. The others say how far the crowd has come: waits is whether it waits for a HIT; next_at is
-- when the next worker comes, or would come if there were a HIT; misses is how many have found none in a row.
CREATE TABLE robots (
    key          {{lasting_key}},
    document     TEXT NOT NULL,
    prefix       TEXT NOT NULL UNIQUE,
    workers      BIGINT NOT NULL,
    hit_type_id  TEXT NOT NULL,
    hit_group_id TEXT NOT NULL,
    title        TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    waits        BOOLEAN NOT NULL,
    next_at      BIGINT NOT NULL,
    looks        BIGINT NOT NULL,
    next_worker  BIGINT NOT NULL,
    misses       BIGINT NOT NULL,
    accepted     BIGINT NOT NULL,
    submitted    BIGINT NOT NULL,
    returned     BIGINT NOT NULL,
    abandoned    BIGINT NOT NULL
);
CREATE INDEX robots_idle ON robots (key) WHERE waits OR misses > 0;

-- What a robot has in hand. number is the worker, counted from 0; look is which of the crowd's looks for a HIT found it: what
-- is left to chance follows from that. outcome says how the work ends.
CREATE TABLE robot_work (
    robot_key     BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    assignment_id TEXT NOT NULL,
    look          BIGINT NOT NULL,
    outcome       TEXT NOT NULL,
    PRIMARY KEY (robot_key, number)
) {{clustered}};
CREATE INDEX robot_work_of_assignment ON robot_work (assignment_id);

ALTER TABLE workers ADD COLUMN robot BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether there are robots: each turn knows it, so that none looks for those that wait where there are none.
ALTER TABLE world ADD COLUMN has_robots BOOLEAN NOT NULL DEFAULT FALSE;
