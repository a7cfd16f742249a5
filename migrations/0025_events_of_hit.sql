-- The events of a HIT in their order, for the page of the HIT.
CREATE INDEX events_of_hit ON events (hit_id, key);
