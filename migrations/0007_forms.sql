-- Pages with placeholders, from which a requester makes HITs.
CREATE TABLE hit_layouts (
    id           TEXT PRIMARY KEY,
    requester_id TEXT NOT NULL,
    name         TEXT,
    html         TEXT NOT NULL,
    frame_height BIGINT NOT NULL
);
CREATE INDEX hit_layouts_of_requester ON hit_layouts (requester_id);

-- The layout from which a HIT was made; the layout itself may be unknown, in the saved output of the closed service.
ALTER TABLE hits ADD COLUMN hit_layout_id TEXT;

-- What workers sent along with their answers, in base64. The keys stand in the answers.
CREATE TABLE uploaded_files (
    key                 TEXT PRIMARY KEY,
    hit_key             BIGINT NOT NULL,
    assignment_id       TEXT NOT NULL,
    question_identifier TEXT NOT NULL,
    file_name           TEXT NOT NULL,
    content_type        TEXT NOT NULL,
    content             TEXT NOT NULL
);
CREATE UNIQUE INDEX uploaded_files_of_assignment ON uploaded_files (assignment_id, question_identifier);
CREATE INDEX uploaded_files_of_hit ON uploaded_files (hit_key);
