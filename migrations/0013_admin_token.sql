-- The token that the control API asks for where none was given at the start: all processes on one store share it.
ALTER TABLE world ADD COLUMN admin_token TEXT;
