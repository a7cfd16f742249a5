-- The HITs of a type in the order of their numbers, which never changes: a requester pages through the work on them.
CREATE INDEX hits_of_type_by_key ON hits (requester_id, hit_type_id, key);
