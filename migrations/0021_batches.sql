-- HITs made from a template and a table. document is what was sent as JSON, without the table; input_columns are the names of
-- the table's columns as JSON. work, as JSON, is what is under way or was done last, some rows at a time by a timer; problems,
-- as JSON, is what could not be done of it. published_count: HITs of so many of the first rows are made.
CREATE TABLE batches (
    key             {{lasting_key}},
    requester_id    TEXT NOT NULL,
    hit_type_id     TEXT NOT NULL,
    name            TEXT NOT NULL,
    title           TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    status          TEXT NOT NULL,
    row_count       BIGINT NOT NULL,
    published_count BIGINT NOT NULL,
    work            TEXT NOT NULL,
    problems        TEXT NOT NULL,
    input_columns   TEXT NOT NULL,
    document        TEXT NOT NULL
);
CREATE INDEX batches_of_requester ON batches (requester_id, key);

-- The rows of the table. number counts from 1; line is where the row stood; cells is a JSON array; hit_key is the HIT that was
-- made from the row.
CREATE TABLE batch_rows (
    batch_key BIGINT NOT NULL,
    number    BIGINT NOT NULL,
    line      BIGINT NOT NULL,
    cells     TEXT NOT NULL,
    hit_key   BIGINT,
    PRIMARY KEY (batch_key, number)
) {{clustered}};
CREATE INDEX batch_rows_of_hit ON batch_rows (hit_key);

-- Decisions of an uploaded file that are not applied yet. number counts from 1; line is where the decision stood.
CREATE TABLE batch_reviews (
    batch_key     BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    line          BIGINT NOT NULL,
    assignment_id TEXT NOT NULL,
    decision      TEXT NOT NULL,
    reason        TEXT NOT NULL,
    PRIMARY KEY (batch_key, number)
) {{clustered}};
