-- The calls of a stretch of time that have a bill, with what it was made of. Binds: project, from and to in microseconds.
SELECT
    rowid,
    epoch_us(occurred_at),
    provider,
    model,
    outcome,
    response_cached,
    cost,
    cost_computed,
    cost_source,
    price_id,
    service_tier,
    input_tokens,
    output_tokens,
    cache_read_tokens,
    cache_write_tokens,
    reasoning_tokens,
    input_audio_tokens,
    output_audio_tokens,
    characters,
    audio_ms,
    images,
    bytes
FROM events
WHERE project = $project
    AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
    AND outcome IS NOT NULL AND cost_source IS NOT NULL
ORDER BY occurred_at, seq
