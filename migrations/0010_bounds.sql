-- What of the machine's time a market has used, in milliseconds of real time: no turn has used a later instant than
-- time_used_until, and none may use an earlier one than time_floor.
ALTER TABLE world ADD COLUMN time_used_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE world ADD COLUMN time_floor BIGINT NOT NULL DEFAULT 0;

-- Amounts and counts have bounds, so that no sum leaves 64 bits; what is beyond them stays at the bound.
UPDATE requesters SET balance_cents = 1000000000000000000 WHERE balance_cents > 1000000000000000000;
UPDATE requesters SET balance_cents = -1000000000000000000 WHERE balance_cents < -1000000000000000000;
UPDATE requesters SET on_hold_cents = 1000000000000000000 WHERE on_hold_cents > 1000000000000000000;
UPDATE requesters SET on_hold_cents = -1000000000000000000 WHERE on_hold_cents < -1000000000000000000;
UPDATE hits SET held_cents = 1000000000000 WHERE held_cents > 1000000000000;
UPDATE hit_types SET reward_cents = 100000000000 WHERE reward_cents > 100000000000;
UPDATE assignments SET reward_cents = 100000000000 WHERE reward_cents > 100000000000;
UPDATE bonus_payments SET amount_cents = 100000000000 WHERE amount_cents > 100000000000;
UPDATE workers SET hits_approved = 1000000000 WHERE hits_approved > 1000000000;
