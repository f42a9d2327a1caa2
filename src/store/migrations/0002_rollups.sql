-- Why: pages over weeks and months must not read every event. Sums by local day stand for the events below rolled_seq;
-- those at or after it are read as they are. Rows of one day may come in several parts, which add up. Sums of what
-- clients count are wide, so that a few absurd events cannot stop them.
ALTER TABLE load_state ADD COLUMN rolled_seq BIGINT;
UPDATE load_state SET rolled_seq = 1;

-- The zone in which a project's days were cut; when it changes, the project's roll-ups are made anew.
CREATE TABLE rollup_zone (
    project INTEGER NOT NULL,
    zone VARCHAR NOT NULL
);

CREATE TABLE calls_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    provider VARCHAR,
    model VARCHAR,
    operation VARCHAR,
    feature VARCHAR,
    endpoint VARCHAR,
    plan VARCHAR,
    outcome VARCHAR,
    error_type VARCHAR,
    attempts BIGINT,
    valid BIGINT,
    succeeded BIGINT,
    failed BIGINT,
    cancelled BIGINT,
    requests BIGINT,
    retried BIGINT,
    refused BIGINT,
    rate_limited BIGINT,
    provider_faults BIGINT,
    caller_errors BIGINT,
    cut_off BIGINT,
    answered_from_cache BIGINT,
    tokens_in HUGEINT,
    tokens_out HUGEINT,
    uncached HUGEINT,
    cache_read HUGEINT,
    cache_write HUGEINT,
    reasoning HUGEINT,
    useful_tokens HUGEINT,
    text_characters HUGEINT,
    audio_length_ms HUGEINT,
    images_made HUGEINT,
    bytes_moved HUGEINT,
    spent DECIMAL(38, 9),
    wasted DECIMAL(38, 9),
    avoided DECIMAL(38, 9),
    unpriced BIGINT,
    latency_n BIGINT,
    latency_sum DOUBLE,
    ttft_n BIGINT,
    ttft_sum DOUBLE
);

CREATE TABLE people_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    person INTEGER,
    account VARCHAR,
    team VARCHAR,
    plan VARCHAR,
    events_n BIGINT,
    qualifying BIGINT,
    attempts BIGINT,
    requests BIGINT,
    succeeded BIGINT,
    tokens_all HUGEINT,
    spent DECIMAL(38, 9),
    unpriced BIGINT
);

-- How many calls had a measurement in each bucket of two per cent; `measured` says of what.
CREATE TABLE latency_day (
    project INTEGER NOT NULL,
    day DATE NOT NULL,
    measured TINYINT NOT NULL,
    provider VARCHAR,
    model VARCHAR,
    bucket SMALLINT NOT NULL,
    n BIGINT NOT NULL
);
