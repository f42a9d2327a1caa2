-- Why: how long and deep visits are, and how people came, must not read every event. One row stands for each visit, as
-- of the events below rolled_seq; a later event of the visit replaces its row. Sums by person also keep visitors
-- without a name, so that they can be counted. All roll-ups are made together, so all are emptied.
CREATE TABLE visits (
    project INTEGER NOT NULL,
    session_id VARCHAR NOT NULL,
    begun TIMESTAMP NOT NULL,
    -- The number of the event with which it began.
    first_seq BIGINT NOT NULL,
    ended TIMESTAMP NOT NULL,
    person INTEGER,
    visitor UBIGINT,
    views BIGINT NOT NULL,
    queries BIGINT NOT NULL,
    -- Events that somebody caused by more than looking at a page.
    actions BIGINT NOT NULL,
    -- The first event that says with what somebody came, and what it says.
    client_at TIMESTAMP,
    client_seq BIGINT,
    country VARCHAR,
    device VARCHAR,
    browser VARCHAR,
    os VARCHAR,
    language VARCHAR,
    -- The first page view, and where it says that somebody came from.
    entry_at TIMESTAMP,
    entry_seq BIGINT,
    channel VARCHAR,
    referrer_host VARCHAR,
    utm_source VARCHAR,
    utm_medium VARCHAR,
    utm_campaign VARCHAR,
    utm_term VARCHAR,
    utm_content VARCHAR,
    host VARCHAR,
    path VARCHAR
);
ALTER TABLE people_day ADD COLUMN named BOOLEAN;
ALTER TABLE people_day ADD COLUMN unnamed_visitor UBIGINT;
DELETE FROM calls_day;
DELETE FROM people_day;
DELETE FROM latency_day;
DELETE FROM payments_day;
DELETE FROM ratings_day;
DELETE FROM rollup_zone;
UPDATE load_state SET rolled_seq = 1;
