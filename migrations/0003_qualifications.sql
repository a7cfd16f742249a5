-- Qualifications that workers ask for and HITs require. The tables of 0002 are built anew with what lists and requests
-- need. {{bytewise}}: text is compared byte by byte, whatever the database's language is (src/store/dialect.rs).

ALTER TABLE qualification_types RENAME TO qualification_types_0002;
ALTER TABLE qualifications RENAME TO qualifications_0002;
ALTER TABLE qualification_requests RENAME TO qualification_requests_0002;
DROP INDEX qualification_requests_of_type;

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
INSERT INTO qualification_types (id, requester_id, sort_name, searchable, name, status, is_requestable, auto_granted,
        auto_granted_value, created_at, retry_delay_s, test_duration_s, keywords, description, test, answer_key)
    SELECT id, requester_id, lower(name), lower(name || ' ' || coalesce(keywords, '') || ' ' || description), name,
        status, is_requestable, auto_granted, auto_granted_value, created_at, retry_delay_s, test_duration_s, keywords,
        description, test, answer_key
    FROM qualification_types_0002 ORDER BY key;
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
INSERT INTO qualifications (qualification_type_id, worker_id, value, grant_at, status)
    SELECT qualification_type_id, worker_id, value, grant_at, status
    FROM qualifications_0002 ORDER BY qualification_type_id, worker_id;
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
    submit_at             BIGINT NOT NULL,
    test                  TEXT,
    answer_key            TEXT,
    answer                TEXT,
    position              BIGINT GENERATED ALWAYS AS (submit_at * 1048576 + key % 1048576) STORED
);
INSERT INTO qualification_requests (id, requester_id, qualification_type_id, worker_id, status, ask_at, submit_at,
        answer)
    SELECT r.id, t.requester_id, t.id, r.worker_id, 'Pending', r.submit_at, r.submit_at, r.answer
    FROM qualification_requests_0002 r JOIN qualification_types t ON t.id = r.qualification_type_id
    ORDER BY r.submit_at, r.id;
CREATE INDEX qualification_requests_of_type
    ON qualification_requests (requester_id, qualification_type_id, position) WHERE status = 'Pending';
CREATE INDEX qualification_requests_of_requester ON qualification_requests (requester_id, position)
    WHERE status = 'Pending';
CREATE INDEX qualification_requests_of_worker ON qualification_requests (worker_id, qualification_type_id, key);

DROP TABLE qualification_types_0002;
DROP TABLE qualifications_0002;
DROP TABLE qualification_requests_0002;

-- Which HITs that are not deleted require a qualification type; position is the HIT's.
CREATE TABLE hit_requirements (
    qualification_type_id TEXT {{bytewise}} NOT NULL,
    requester_id          TEXT NOT NULL,
    position              BIGINT NOT NULL,
    hit_key               BIGINT NOT NULL,
    PRIMARY KEY (qualification_type_id, requester_id, position)
) {{clustered}};
CREATE INDEX hit_requirements_of_hit ON hit_requirements (hit_key);

-- A worker's history is counted from here.
CREATE INDEX assignments_of_worker ON assignments (worker_id, status);
