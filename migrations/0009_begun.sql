-- Whether the market has begun: its clock is set, and the worlds of its first start are loaded. Until then a start begins it.
ALTER TABLE world ADD COLUMN begun BOOLEAN NOT NULL DEFAULT TRUE;
