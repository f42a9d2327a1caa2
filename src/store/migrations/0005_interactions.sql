-- Why: a ping of an open page and the naming of a person no longer count as something that a person did. Sums that
-- counted them are made anew from the events.
DELETE FROM calls_day;
DELETE FROM people_day;
DELETE FROM latency_day;
DELETE FROM rollup_zone;
UPDATE load_state SET rolled_seq = 1;
