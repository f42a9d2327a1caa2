-- Why: the facts themselves, the people in them, their previews, what could not be loaded, and how far the
-- journal has been loaded.
-- No key, index or default: they cost more than they give on a table that is only appended to.
CREATE TABLE events (
    seq BIGINT NOT NULL,
    id UUID NOT NULL,
    project INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    visitor UBIGINT,
    -- Number in `people` of the user, else of the anonymous id; and of the anonymous id, if one was sent.
    person INTEGER,
    anonymous INTEGER,
    -- How an AI call ended: success, failure or cancelled; null for an event that is no AI call.
    outcome VARCHAR,
    session_id VARCHAR,
    account VARCHAR,
    team VARCHAR,
    plan VARCHAR,
    feature VARCHAR,
    provider VARCHAR,
    model VARCHAR,
    requested_model VARCHAR,
    operation VARCHAR,
    endpoint VARCHAR,
    method VARCHAR,
    status VARCHAR,
    error_type VARCHAR,
    request_id VARCHAR,
    finish_reason VARCHAR,
    service_tier VARCHAR,
    cost_source VARCHAR,
    price_id VARCHAR,
    currency VARCHAR,
    url VARCHAR,
    path VARCHAR,
    host VARCHAR,
    title VARCHAR,
    referrer VARCHAR,
    referrer_host VARCHAR,
    channel VARCHAR,
    utm_source VARCHAR,
    utm_medium VARCHAR,
    utm_campaign VARCHAR,
    utm_term VARCHAR,
    utm_content VARCHAR,
    click_kind VARCHAR,
    screen VARCHAR,
    language VARCHAR,
    country VARCHAR,
    device VARCHAR,
    browser VARCHAR,
    browser_version VARCHAR,
    os VARCHAR,
    os_version VARCHAR,
    metadata VARCHAR USING COMPRESSION zstd,
    status_code BIGINT,
    attempt BIGINT,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cache_read_tokens BIGINT,
    cache_write_tokens BIGINT,
    reasoning_tokens BIGINT,
    input_audio_tokens BIGINT,
    output_audio_tokens BIGINT,
    characters BIGINT,
    bytes BIGINT,
    audio_ms BIGINT,
    images BIGINT,
    response_cached BIGINT,
    visible_ms BIGINT,
    latency_ms DOUBLE,
    ttft_ms DOUBLE,
    rating DOUBLE,
    cost DECIMAL(18, 9),
    cost_computed DECIMAL(18, 9),
    amount DECIMAL(18, 4)
);

-- The name behind each number of a person, one row for each: numbers are small, names are long and repeat.
CREATE TABLE people (
    project INTEGER NOT NULL,
    person INTEGER NOT NULL,
    -- user or anonymous: the same text may be both, and is then two people.
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL
);

-- Two thirds of the bytes where previews are kept, read on few pages, with a retention of their own.
CREATE TABLE previews (
    seq BIGINT NOT NULL,
    project INTEGER NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    request VARCHAR USING COMPRESSION zstd,
    response VARCHAR USING COMPRESSION zstd
);

-- Events of the journal that could not be loaded, as they stood there, so that nothing acknowledged is lost.
CREATE TABLE dead_letters (
    seq BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    error VARCHAR NOT NULL,
    payload BLOB NOT NULL
);

-- One row: every event below next_seq is in the tables above, committed in the same transaction as this number.
CREATE TABLE load_state (
    next_seq BIGINT NOT NULL
);

INSERT INTO load_state (next_seq) VALUES (1);
