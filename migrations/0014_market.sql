-- One text for SQLite and PostgreSQL. Instants are milliseconds since 1970, money is cents, spans are seconds. Every time
-- that is kept and shown is a whole second, and what falls due does so at the shown instant; arrived_at and the positions
-- keep the milliseconds of arrival, and so do events.
-- Words in double braces differ between the two and are put in when the file is applied (src/store/db/dialect.rs): {{key}},
-- a number that the database counts up; {{clustered}}, rows lie in the order of the primary key; {{bytewise}}, text is
-- compared byte by byte, whatever the database's language is; {{integer}}, the column takes nothing but an
-- integer, which SQLite would take otherwise.

-- One row: the clock, the source of ids, and the key that seals page tokens.
-- begun: the clock is set, and the worlds of the first start are loaded. Until then a start begins the market.
-- held_at: while the clock is moved over more timers than one batch, the market's time is held at the last settled instant;
-- settled_count counts timers that were settled while it was held, by every process.
-- time_used_until, time_floor: real time; no turn has used a later instant than the one, and none may use an earlier one
-- than the other.
-- admin_token: what the control API asks for where none was given at the start; all processes on one store share it.
CREATE TABLE world (
    id              BIGINT PRIMARY KEY,
    clock_offset_ms BIGINT NOT NULL,
    clock_frozen_at BIGINT,
    seed            BIGINT,
    ids_made        BIGINT NOT NULL,
    page_key        TEXT NOT NULL,
    begun           BOOLEAN NOT NULL,
    time_used_until BIGINT NOT NULL DEFAULT 0,
    time_floor      BIGINT NOT NULL DEFAULT 0,
    held_at         BIGINT,
    settled_count   BIGINT NOT NULL DEFAULT 0,
    admin_token     TEXT
);

-- Filled and emptied to see whether the database takes writes.
CREATE TABLE write_trials (
    id     BIGINT PRIMARY KEY,
    filler TEXT NOT NULL
);

CREATE TABLE requesters (
    id            TEXT PRIMARY KEY,
    access_key    TEXT NOT NULL UNIQUE,
    secret        TEXT,
    account       TEXT NOT NULL,
    name          TEXT NOT NULL,
    balance_cents BIGINT NOT NULL,
    on_hold_cents BIGINT NOT NULL DEFAULT 0
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

-- A HIT type is found again by its values: the fingerprint is a hash over all of them. listed_at: when the type came to have
-- an open HIT, or got another one, to the minute; NULL when a look at the list found none.
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
    listed_at             BIGINT,
    UNIQUE (requester_id, fingerprint)
);
CREATE INDEX hit_types_listed ON hit_types (listed_at, id) WHERE listed_at IS NOT NULL;
CREATE INDEX hit_types_by_reward ON hit_types (reward_cents, id) WHERE listed_at IS NOT NULL;
CREATE INDEX hit_types_listed_of ON hit_types (requester_id, listed_at, id) WHERE listed_at IS NOT NULL;

-- position orders a requester's HITs by creation; expiry_position by expiration, to the second. Both carry the key
-- in their low bits, so that ties are broken once and for ever and a page can go on from one number. The layout from which
-- a HIT was made may be unknown, in the saved output of the closed service.
CREATE TABLE hits (
    key                      {{key}},
    id                       TEXT NOT NULL UNIQUE,
    requester_id             TEXT NOT NULL,
    hit_type_id              TEXT NOT NULL,
    question                 TEXT NOT NULL,
    requester_annotation     TEXT,
    assignment_review_policy TEXT,
    hit_review_policy        TEXT,
    arrived_at               BIGINT NOT NULL,
    expire_at                BIGINT NOT NULL,
    max_assignments          BIGINT NOT NULL,
    pending_count            BIGINT NOT NULL,
    submitted_count          BIGINT NOT NULL,
    approved_count           BIGINT NOT NULL,
    rejected_count           BIGINT NOT NULL,
    status                   TEXT NOT NULL,
    last_assignment_position BIGINT NOT NULL,
    position                 BIGINT GENERATED ALWAYS AS (arrived_at * 1048576 + key % 1048576) STORED,
    expiry_position          BIGINT GENERATED ALWAYS AS (expire_at / 1000 * 536870912 + key % 536870912) STORED,
    held_cents               BIGINT NOT NULL DEFAULT 0,
    hit_layout_id            TEXT,
    created_at               BIGINT NOT NULL
);
CREATE INDEX hits_by_creation ON hits (requester_id, position) WHERE status <> 'Disposed';
CREATE INDEX hits_by_expiration ON hits (requester_id, status, expiry_position);
CREATE INDEX hits_of_type ON hits (requester_id, hit_type_id, status, expiry_position);
CREATE INDEX hits_to_work_on ON hits (hit_type_id, position) WHERE status = 'Assignable';

-- Which HITs that are not deleted require a qualification type; position is the HIT's.
CREATE TABLE hit_requirements (
    qualification_type_id TEXT {{bytewise}} NOT NULL,
    requester_id          TEXT NOT NULL,
    position              BIGINT NOT NULL,
    hit_key               BIGINT NOT NULL,
    PRIMARY KEY (qualification_type_id, requester_id, position)
) {{clustered}};
CREATE INDEX hit_requirements_of_hit ON hit_requirements (hit_key);

-- Pages with placeholders, from which a requester makes HITs.
CREATE TABLE hit_layouts (
    id           TEXT PRIMARY KEY,
    requester_id TEXT NOT NULL,
    name         TEXT,
    html         TEXT NOT NULL,
    frame_height BIGINT NOT NULL
);
CREATE INDEX hit_layouts_of_requester ON hit_layouts (requester_id);

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
-- one HIT lie side by side in the order of its pages. reward_cents is what the work earns: the HIT's type cannot change once
-- there is work. A worker's history is counted and added up in the last index.
CREATE TABLE assignments (
    hit_key      BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    id           TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    status       TEXT NOT NULL,
    document     TEXT NOT NULL,
    reward_cents BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (hit_key, position)
) {{clustered}};
CREATE UNIQUE INDEX assignments_by_id ON assignments (id);
CREATE UNIQUE INDEX assignments_by_worker ON assignments (hit_key, worker_id);
CREATE INDEX assignments_by_status ON assignments (hit_key, status, position);
CREATE INDEX assignments_of_worker ON assignments (worker_id, status, position, hit_key, reward_cents);

-- What workers sent along with their answers, in base64. The keys stand in the answers. An identifier may be longer than an
-- index takes, and an assignment has few files.
CREATE TABLE uploaded_files (
    key                 TEXT PRIMARY KEY,
    hit_key             BIGINT NOT NULL,
    assignment_id       TEXT NOT NULL,
    question_identifier TEXT NOT NULL,
    file_name           TEXT NOT NULL,
    content_type        TEXT NOT NULL,
    content             TEXT NOT NULL
);
CREATE INDEX uploaded_files_of_assignment ON uploaded_files (assignment_id);
CREATE INDEX uploaded_files_of_hit ON uploaded_files (hit_key);

-- What will happen by itself, and when. A timer that failed is set aside with the reason; the others go on without it.
CREATE TABLE timers (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at  BIGINT NOT NULL {{integer}},
    failure TEXT,
    PRIMARY KEY (kind, subject)
) {{clustered}};
CREATE INDEX timers_by_due ON timers (due_at, kind, subject) WHERE failure IS NULL;
CREATE INDEX timers_set_aside ON timers (due_at, kind, subject) WHERE failure IS NOT NULL;

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

-- sort_name is the name in small letters; searchable all that a search looks at, in small letters too. A deleted type
-- stays, with the status Disposing: its grants count for the HITs that need them, and pages go on behind it.
CREATE TABLE qualification_types (
    key                {{key}},
    id                 TEXT {{bytewise}} NOT NULL UNIQUE,
    requester_id       TEXT NOT NULL,
    sort_name          TEXT {{bytewise}} NOT NULL,
    searchable         TEXT NOT NULL,
    name               TEXT NOT NULL,
    status             TEXT NOT NULL,
    is_requestable     BOOLEAN NOT NULL,
    auto_granted       BOOLEAN NOT NULL,
    auto_granted_value BIGINT,
    created_at         BIGINT NOT NULL,
    retry_delay_s      BIGINT,
    test_duration_s    BIGINT,
    keywords           TEXT,
    description        TEXT NOT NULL,
    test               TEXT,
    answer_key         TEXT
);
CREATE INDEX qualification_types_by_name ON qualification_types (sort_name, id) WHERE status <> 'Disposing';
CREATE INDEX qualification_types_of_requester ON qualification_types (requester_id, sort_name, id)
    WHERE status <> 'Disposing';
CREATE INDEX qualification_types_named ON qualification_types (requester_id, name);

CREATE TABLE qualifications (
    key                   {{key}},
    qualification_type_id TEXT {{bytewise}} NOT NULL,
    worker_id             TEXT NOT NULL,
    value                 BIGINT,
    grant_at              BIGINT NOT NULL,
    status                TEXT NOT NULL,
    UNIQUE (worker_id, qualification_type_id)
);
CREATE INDEX qualifications_of_type ON qualifications (qualification_type_id, status, key);

-- Every request that a worker ever made: the last one of a type says when the next may be made. test and answer_key
-- are what the worker was given, until test_due_at; submit_at is the time of the request until answers come. position
-- orders requests by submission, as in hits.
CREATE TABLE qualification_requests (
    key                   {{key}},
    id                    TEXT NOT NULL UNIQUE,
    requester_id          TEXT NOT NULL,
    qualification_type_id TEXT {{bytewise}} NOT NULL,
    worker_id             TEXT NOT NULL,
    status                TEXT NOT NULL,
    ask_at                BIGINT NOT NULL,
    test_due_at           BIGINT,
    arrived_at            BIGINT NOT NULL,
    submit_at             BIGINT NOT NULL,
    test                  TEXT,
    answer_key            TEXT,
    answer                TEXT,
    position              BIGINT GENERATED ALWAYS AS (arrived_at * 1048576 + key % 1048576) STORED
);
CREATE INDEX qualification_requests_of_type
    ON qualification_requests (requester_id, qualification_type_id, position) WHERE status = 'Pending';
CREATE INDEX qualification_requests_of_requester ON qualification_requests (requester_id, position)
    WHERE status = 'Pending';
CREATE INDEX qualification_requests_of_worker ON qualification_requests (worker_id, qualification_type_id, key);

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
CREATE INDEX bonus_payments_of_worker ON bonus_payments (worker_id, grant_at, amount_cents);

CREATE TABLE worker_blocks (
    key          {{key}},
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    reason       TEXT NOT NULL,
    UNIQUE (requester_id, worker_id)
);
CREATE INDEX worker_blocks_of_requester ON worker_blocks (requester_id, key);

-- Workers whose work a requester approved or rejected, and when the latest of it was submitted.
CREATE TABLE reviewed_workers (
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    submit_at    BIGINT NOT NULL,
    PRIMARY KEY (requester_id, worker_id)
) {{clustered}};

CREATE TABLE messages (
    key          {{key}},
    requester_id TEXT NOT NULL,
    worker_id    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    text         TEXT NOT NULL,
    sent_at      BIGINT NOT NULL
);
CREATE INDEX messages_of_requester ON messages (requester_id);
CREATE INDEX messages_of_worker ON messages (worker_id, key);

-- document is a result or an action as the API shows it; part says which of the four lists it is in.
CREATE TABLE review_reports (
    key      {{key}},
    hit_key  BIGINT NOT NULL,
    part     TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX review_reports_of_hit ON review_reports (hit_key, part, key);

-- Where notifications go. failures and failure tell of the attempts since the last one that succeeded; lease names the
-- process that delivers there until leased_until. retry_at, leased_until and an event's delivered_at are real time, not the
-- market's: a queue that is away comes back whether or not the market's clock stands.
CREATE TABLE destinations (
    key          {{key}},
    transport    TEXT NOT NULL,
    address      TEXT NOT NULL,
    failures     BIGINT NOT NULL DEFAULT 0,
    failure      TEXT,
    retry_at     BIGINT NOT NULL DEFAULT 0,
    lease        TEXT,
    leased_until BIGINT NOT NULL DEFAULT 0,
    UNIQUE (transport, address)
);

-- A HIT type's notification specification. event_types is a JSON list.
CREATE TABLE notifications (
    hit_type_id     TEXT PRIMARY KEY,
    destination_key BIGINT NOT NULL,
    transport       TEXT NOT NULL,
    version         TEXT NOT NULL,
    event_types     TEXT NOT NULL,
    active          BOOLEAN NOT NULL
) {{clustered}};

-- key is the number by which readers go on. On SQLite rows get it when they are written; on PostgreSQL, where turns
-- commit in another order than they write, rows have a number above 2^62 at first, and get the next one when they are
-- read: a number that was shown is higher than all that will ever be seen behind it.
-- An event with a destination awaits delivery until delivered_at; document_id is its EventDocId from the first attempt.
CREATE TABLE events (
    key             {{event_key}},
    event_type      TEXT NOT NULL,
    event_at        BIGINT NOT NULL,
    requester_id    TEXT NOT NULL,
    hit_type_id     TEXT NOT NULL,
    hit_id          TEXT NOT NULL,
    assignment_id   TEXT,
    worker_id       TEXT,
    destination_key BIGINT,
    document_id     TEXT,
    delivered_at    BIGINT
);
CREATE INDEX events_to_deliver ON events (destination_key, key)
    WHERE destination_key IS NOT NULL AND delivered_at IS NULL;

CREATE TABLE event_numbers (
    id          BIGINT PRIMARY KEY,
    last_number BIGINT NOT NULL
);
INSERT INTO event_numbers (id, last_number) VALUES (1, 0);
