-- Why: what counts as slow or unreliable differs between products. Limits of a project as JSON; NULL for the usual ones.
ALTER TABLE project ADD COLUMN thresholds TEXT;
