-- What happened, who wants to be told of it, and what is on its way. retry_at, leased_until and delivered_at are real
-- time, not the market's: a queue that is away comes back whether or not the market's clock stands.

-- Where notifications go. failures and failure tell of the attempts since the last one that succeeded; lease names the
-- process that delivers there until leased_until.
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
-- looked at: a number that was shown is higher than all that will ever be seen behind it.
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
