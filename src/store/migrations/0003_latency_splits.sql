-- Why: a line for each provider over ninety days needs the buckets of each provider, not of each model; and pages ask
-- for the quantiles of features and endpoints too. Each way to split has rows of its own; `split` says which. The other
-- roll-ups are emptied because all are made together, from the first event on.
DROP TABLE latency_day;
CREATE TABLE latency_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    measured TINYINT NOT NULL,
    split TINYINT NOT NULL,
    provider VARCHAR,
    model VARCHAR,
    feature VARCHAR,
    endpoint VARCHAR,
    bucket SMALLINT NOT NULL,
    n BIGINT NOT NULL
);
DELETE FROM rollup_zone;
DELETE FROM calls_day;
DELETE FROM people_day;
UPDATE load_state SET rolled_seq = 1;
