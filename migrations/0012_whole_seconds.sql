-- Every time that is kept and shown is a whole second, and what falls due does so at the shown instant. Positions keep the
-- milliseconds of arrival, and so do events. {{find}} tells where a text stands in another, {{json}} lets a text be read as
-- JSON (src/store/dialect.rs).

-- position is made of the column that was named after what is shown.
ALTER TABLE hits RENAME COLUMN created_at TO arrived_at;
ALTER TABLE hits ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE qualification_requests RENAME COLUMN submit_at TO arrived_at;
ALTER TABLE qualification_requests ADD COLUMN submit_at BIGINT NOT NULL DEFAULT 0;

UPDATE workers SET created_at = created_at / 1000 * 1000;
UPDATE hits SET created_at = arrived_at / 1000 * 1000, expire_at = expire_at / 1000 * 1000;
UPDATE acceptances SET accept_at = accept_at / 1000 * 1000, deadline_at = deadline_at / 1000 * 1000;
UPDATE timers SET due_at = due_at / 1000 * 1000;
UPDATE qualification_types SET created_at = created_at / 1000 * 1000;
UPDATE qualifications SET grant_at = grant_at / 1000 * 1000;
UPDATE qualification_requests SET ask_at = ask_at / 1000 * 1000, test_due_at = test_due_at / 1000 * 1000,
    submit_at = arrived_at / 1000 * 1000;
UPDATE bonus_payments SET grant_at = grant_at / 1000 * 1000;
UPDATE reviewed_workers SET submit_at = submit_at / 1000 * 1000;
UPDATE messages SET sent_at = sent_at / 1000 * 1000;

-- Assignments are kept as they are shown. What stands before their times and behind them stays; the deadline goes.
UPDATE assignments SET document = substr(document, 1, {{find}}(document, ',"AutoApprovalTime":') - 1) || (
    SELECT string_agg(',"' || name || '":' || CASE
            WHEN whole_s < 10000000 THEN digits || '.0'
            WHEN rtrim(substr(digits, 2), '0') = '' THEN substr(digits, 1, 1) || '.0E' || (length(digits) - 1)
            ELSE substr(digits, 1, 1) || '.' || rtrim(substr(digits, 2), '0') || 'E' || (length(digits) - 1)
        END, '' ORDER BY place)
    FROM (SELECT place, name, whole_s, CAST(whole_s AS TEXT) AS digits FROM (
        SELECT place, name,
            CAST(round(1000 * CAST(document{{json}} ->> name AS NUMERIC)) AS BIGINT) / 1000 AS whole_s
        FROM (SELECT 1 AS place, 'AutoApprovalTime' AS name UNION ALL SELECT 2, 'AcceptTime'
            UNION ALL SELECT 3, 'SubmitTime' UNION ALL SELECT 4, 'ApprovalTime'
            UNION ALL SELECT 5, 'RejectionTime') names
        ) found WHERE whole_s IS NOT NULL
    ) times
) || substr(document, {{find}}(document, ',"Answer":'));

-- So are the actions of review policies.
UPDATE review_reports SET document = substr(document, 1, {{find}}(document, ',"CompleteTime":') - 1) || (
    SELECT ',"CompleteTime":' || CASE
            WHEN whole_s < 10000000 THEN digits || '.0'
            WHEN rtrim(substr(digits, 2), '0') = '' THEN substr(digits, 1, 1) || '.0E' || (length(digits) - 1)
            ELSE substr(digits, 1, 1) || '.' || rtrim(substr(digits, 2), '0') || 'E' || (length(digits) - 1)
        END
    FROM (SELECT whole_s, CAST(whole_s AS TEXT) AS digits FROM (
        SELECT CAST(round(1000 * CAST(document{{json}} ->> 'CompleteTime' AS NUMERIC)) AS BIGINT) / 1000 AS whole_s
        ) found
    ) times
) || substr(document, {{find}}(document, ',"Result":'))
WHERE part IN ('AssignmentAction', 'HITAction');
