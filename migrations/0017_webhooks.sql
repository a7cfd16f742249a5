-- Where the event log is pushed to. Each has a row in destinations, with the transport Webhook and its id as address: leases and
-- retries are there. position is the number of the last event that it has got, or that is none of its; requester_id is empty
-- for the events of all requesters. document is the webhook as JSON, without its secret.
CREATE TABLE webhooks (
    destination_key BIGINT PRIMARY KEY,
    requester_id    TEXT NOT NULL,
    position        BIGINT NOT NULL,
    secret          TEXT NOT NULL,
    document        TEXT NOT NULL
);
