-- Why: payments and ratings are few, but finding them among ten million events is not quick. Sums of payments are kept
-- by currency, because which of them count is the project's to change. All roll-ups are made together, so all are
-- emptied.
CREATE TABLE payments_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    currency VARCHAR,
    plan VARCHAR,
    paid DECIMAL(38, 4),
    payments_n BIGINT,
    foreign_payments_n BIGINT
);
CREATE TABLE ratings_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    provider VARCHAR,
    model VARCHAR,
    feature VARCHAR,
    plan VARCHAR,
    positive BIGINT,
    negative BIGINT,
    ratings_n BIGINT
);
DELETE FROM calls_day;
DELETE FROM people_day;
DELETE FROM latency_day;
DELETE FROM rollup_zone;
UPDATE load_state SET rolled_seq = 1;
