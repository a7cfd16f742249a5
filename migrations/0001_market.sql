-- One text for SQLite and PostgreSQL. Instants are milliseconds since 1970, money is cents, spans are seconds.
-- Two words differ between the two and are put in when the file is applied (src/store/dialect.rs): {{key}}, a
-- number that the database counts up; {{clustered}}, rows lie in the order of the primary key.

-- One row: the clock, the source of ids, and the key that seals page tokens.
CREATE TABLE world (
    id              BIGINT PRIMARY KEY,
    clock_offset_ms BIGINT NOT NULL,
    clock_frozen_at BIGINT,
    seed            BIGINT,
    ids_made        BIGINT NOT NULL,
    page_key        TEXT NOT NULL
);

CREATE TABLE requesters (
    id            TEXT PRIMARY KEY,
    access_key    TEXT NOT NULL UNIQUE,
    secret        TEXT,
    account       TEXT NOT NULL,
    name          TEXT NOT NULL,
    balance_cents BIGINT NOT NULL
);

CREATE TABLE workers (
    id               TEXT PRIMARY KEY,
    name             TEXT,
    country          TEXT,
    subdivision      TEXT,
    hits_approved    BIGINT,
    percent_approved BIGINT,
    masters          BOOLEAN NOT NULL,
    adult            BOOLEAN NOT NULL,
    created_at       BIGINT NOT NULL
);

-- A HIT type is found again by its values: the fingerprint is a hash over all of them.
CREATE TABLE hit_types (
    id                    TEXT PRIMARY KEY,
    group_id              TEXT NOT NULL UNIQUE,
    requester_id          TEXT NOT NULL,
    fingerprint           TEXT NOT NULL,
    title                 TEXT NOT NULL,
    description           TEXT NOT NULL,
    keywords              TEXT,
    reward_cents          BIGINT NOT NULL,
    assignment_duration_s BIGINT NOT NULL,
    auto_approval_delay_s BIGINT NOT NULL,
    requirements          TEXT NOT NULL,
    UNIQUE (requester_id, fingerprint)
);

-- position orders a requester's HITs by creation; expiry_position by expiration, to the second. Both carry the key
-- in their low bits, so that ties are broken once and for ever and a page can go on from one number.
CREATE TABLE hits (
    key                      {{key}},
    id                       TEXT NOT NULL UNIQUE,
    requester_id             TEXT NOT NULL,
    hit_type_id              TEXT NOT NULL,
    question                 TEXT NOT NULL,
    requester_annotation     TEXT,
    assignment_review_policy TEXT,
    hit_review_policy        TEXT,
    created_at               BIGINT NOT NULL,
    expire_at                BIGINT NOT NULL,
    max_assignments          BIGINT NOT NULL,
    pending_count            BIGINT NOT NULL,
    submitted_count          BIGINT NOT NULL,
    approved_count           BIGINT NOT NULL,
    rejected_count           BIGINT NOT NULL,
    status                   TEXT NOT NULL,
    last_assignment_position BIGINT NOT NULL,
    position                 BIGINT GENERATED ALWAYS AS (created_at * 1048576 + key % 1048576) STORED,
    expiry_position          BIGINT GENERATED ALWAYS AS (expire_at / 1000 * 536870912 + key % 536870912) STORED
);
CREATE INDEX hits_by_creation ON hits (requester_id, position) WHERE status <> 'Disposed';
CREATE INDEX hits_by_expiration ON hits (requester_id, status, expiry_position);
CREATE INDEX hits_of_type ON hits (requester_id, hit_type_id, status, expiry_position);
CREATE INDEX hits_to_work_on ON hits (hit_type_id, position) WHERE status = 'Assignable';

-- Work that a worker took and has not handed in. The requester never sees these rows.
CREATE TABLE acceptances (
    assignment_id TEXT PRIMARY KEY,
    hit_key       BIGINT NOT NULL,
    worker_id     TEXT NOT NULL,
    state         TEXT NOT NULL,
    accept_at     BIGINT NOT NULL,
    deadline_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX acceptances_in_work ON acceptances (hit_key, worker_id) WHERE state = 'Accepted';
CREATE INDEX acceptances_of_hit ON acceptances (hit_key);
CREATE INDEX acceptances_of_worker ON acceptances (worker_id) WHERE state = 'Accepted';

-- Work that was handed in. document is the assignment as the API shows it, rendered when it is written; the rows of
-- one HIT lie side by side in the order of its pages.
CREATE TABLE assignments (
    hit_key   BIGINT NOT NULL,
    position  BIGINT NOT NULL,
    id        TEXT NOT NULL,
    worker_id TEXT NOT NULL,
    status    TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (hit_key, position)
) {{clustered}};
CREATE UNIQUE INDEX assignments_by_id ON assignments (id);
CREATE UNIQUE INDEX assignments_by_worker ON assignments (hit_key, worker_id);
CREATE INDEX assignments_by_status ON assignments (hit_key, status, position);

-- What will happen by itself, and when.
CREATE TABLE timers (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at  BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
) {{clustered}};
CREATE INDEX timers_by_due ON timers (due_at, kind, subject);

-- UniqueRequestToken, remembered for 24 hours. made names what the first request made.
CREATE TABLE unique_request_tokens (
    requester_id TEXT NOT NULL,
    scope        TEXT NOT NULL,
    token        TEXT NOT NULL,
    made         TEXT NOT NULL,
    expire_at    BIGINT NOT NULL,
    PRIMARY KEY (requester_id, scope, token)
) {{clustered}};
CREATE INDEX unique_request_tokens_by_expiry ON unique_request_tokens (expire_at);
