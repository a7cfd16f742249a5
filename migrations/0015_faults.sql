-- Rules by which calls fail, in the order in which they are asked. document is the rule as JSON; Times in it is how often it
-- may still apply. operation is * for all, and event for rules about events; requester_id is empty for all requesters.
-- A rule that comes later never has the key of one that is gone.
CREATE TABLE faults (
    key          {{lasting_key}},
    operation    TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    document     TEXT NOT NULL
);
CREATE INDEX faults_of_call ON faults (operation, requester_id, key);

-- How many calls of a requester a rule has counted in a second of real time.
CREATE TABLE throttles (
    fault_key    BIGINT NOT NULL,
    requester_id TEXT NOT NULL,
    second       BIGINT NOT NULL,
    calls        BIGINT NOT NULL,
    PRIMARY KEY (fault_key, requester_id)
) {{clustered}};

-- Whether there are rules: each turn knows it with the clock, so that none asks where there are none.
ALTER TABLE world ADD COLUMN has_faults BOOLEAN NOT NULL DEFAULT FALSE;
