-- How far a robot has come among the open HITs of a HIT type: it has accepted each whose position is not greater. There is no
-- row before it has passed some. Where a HIT opens, rows that are not below its position go.
CREATE TABLE robot_places (
    worker_id   TEXT NOT NULL,
    hit_type_id TEXT NOT NULL,
    position    BIGINT NOT NULL,
    PRIMARY KEY (worker_id, hit_type_id)
) {{clustered}};
CREATE INDEX robot_places_of_type ON robot_places (hit_type_id, position);
