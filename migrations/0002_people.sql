-- What requesters and workers have with one another besides HITs.

CREATE TABLE qualification_types (
    key                {{key}},
    id                 TEXT NOT NULL UNIQUE,
    requester_id       TEXT NOT NULL,
    name               TEXT NOT NULL,
    description        TEXT NOT NULL,
    keywords           TEXT,
    status             TEXT NOT NULL,
    created_at         BIGINT NOT NULL,
    retry_delay_s      BIGINT,
    test               TEXT,
    test_duration_s    BIGINT,
    answer_key         TEXT,
    is_requestable     BOOLEAN NOT NULL,
    auto_granted       BOOLEAN NOT NULL,
    auto_granted_value BIGINT,
    UNIQUE (requester_id, name)
);

CREATE TABLE qualifications (
    qualification_type_id TEXT NOT NULL,
    worker_id             TEXT NOT NULL,
    value                 BIGINT,
    grant_at              BIGINT NOT NULL,
    status                TEXT NOT NULL,
    PRIMARY KEY (qualification_type_id, worker_id)
) {{clustered}};

CREATE TABLE qualification_requests (
    id                    TEXT PRIMARY KEY,
    qualification_type_id TEXT NOT NULL,
    worker_id             TEXT NOT NULL,
    answer                TEXT,
    submit_at             BIGINT NOT NULL
);
CREATE INDEX qualification_requests_of_type
    ON qualification_requests (qualification_type_id, submit_at, id);

-- hit_id is unknown for a payment whose assignment is unknown: from the saved output of the closed service.
CREATE TABLE bonus_payments (
    key           {{key}},
    requester_id  TEXT NOT NULL,
    hit_id        TEXT,
    assignment_id TEXT NOT NULL,
    worker_id     TEXT NOT NULL,
    amount_cents  BIGINT NOT NULL,
    reason        TEXT NOT NULL,
    grant_at      BIGINT NOT NULL
);
CREATE INDEX bonus_payments_of_assignment ON bonus_payments (requester_id, assignment_id, key);
CREATE INDEX bonus_payments_of_hit ON bonus_payments (requester_id, hit_id, key);

CREATE TABLE worker_blocks (
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    reason       TEXT NOT NULL,
    PRIMARY KEY (requester_id, worker_id)
) {{clustered}};
