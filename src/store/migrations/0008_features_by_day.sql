-- Why: who uses which feature, and how soon, is asked of all time. Sums by feature and person stand for the events. All
-- roll-ups are made together, so all are emptied.
CREATE TABLE features_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    feature VARCHAR,
    person INTEGER,
    named BOOLEAN,
    unnamed_visitor UBIGINT,
    events_n BIGINT,
    qualifying BIGINT,
    attempts BIGINT,
    requests BIGINT,
    succeeded BIGINT,
    tokens_all HUGEINT,
    spent DECIMAL(38, 9),
    unpriced BIGINT
);
DELETE FROM calls_day;
DELETE FROM people_day;
DELETE FROM latency_day;
DELETE FROM payments_day;
DELETE FROM ratings_day;
DELETE FROM visits;
DELETE FROM rollup_zone;
UPDATE load_state SET rolled_seq = 1;
