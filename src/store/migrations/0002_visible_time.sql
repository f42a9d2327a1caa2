-- Why: how long pages were visible, which visit duration and engaged visits are made of.
ALTER TABLE events ADD COLUMN visible_ms BIGINT;
