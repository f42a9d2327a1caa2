-- One row per attempt at an AI call, with what it counts for. Shares are sums of these divided by each other.
-- Columns of `events` come first, so that every dimension and filter finds its column.
SELECT
    events.* {{replaced}},
    1 AS attempts,
    CAST(outcome <> 'cancelled' AS BIGINT) AS valid,
    CAST(outcome = 'success' AS BIGINT) AS succeeded,
    CAST(outcome = 'failure' AS BIGINT) AS failed,
    CAST(outcome = 'cancelled' AS BIGINT) AS cancelled,
    CAST(coalesce(attempt, 1) <= 1 AS BIGINT) AS requests,
    CAST(coalesce(attempt, 1) = 2 AS BIGINT) AS retried,
    CAST(coalesce(finish_reason = 'refused' OR error_type = 'refused', false) AS BIGINT) AS refused,
    CAST(coalesce(status_code = 429 OR error_type = 'rate_limit', false) AS BIGINT) AS rate_limited,
    CAST(outcome = 'failure' AND coalesce(
        status_code >= 500 OR status_code = 429
        OR error_type IN ('server_error', 'timeout', 'connection', 'rate_limit', 'overloaded'),
        false
    ) AS BIGINT) AS provider_faults,
    CAST(outcome = 'failure' AND coalesce(
        status_code IN (400, 401, 403, 404, 413, 422) OR error_type IN ('invalid_request', 'auth'), false
    ) AS BIGINT) AS caller_errors,
    CAST(coalesce(finish_reason = 'length', false) AS BIGINT) AS cut_off,
    CAST(coalesce(response_cached = 1, false) AS BIGINT) AS answered_from_cache,
    coalesce(input_tokens, 0) AS tokens_in,
    coalesce(output_tokens, 0) AS tokens_out,
    greatest(coalesce(input_tokens, 0) - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0), 0) AS uncached,
    coalesce(cache_read_tokens, 0) AS cache_read,
    coalesce(cache_write_tokens, 0) AS cache_write,
    coalesce(reasoning_tokens, 0) AS reasoning,
    CASE WHEN outcome = 'success' THEN coalesce(output_tokens, 0) ELSE 0 END AS useful_tokens,
    coalesce(characters, 0) AS text_characters,
    coalesce(audio_ms, 0) AS audio_length_ms,
    coalesce(images, 0) AS images_made,
    coalesce(bytes, 0) AS bytes_moved,
    cost AS spent,
    CASE WHEN outcome <> 'success' THEN cost END AS wasted,
    CASE WHEN response_cached = 1 THEN cost_computed END AS avoided,
    CAST(coalesce(cost_source IN ('unpriced', 'partial'), false) AS BIGINT) AS unpriced,
    CAST(outcome = 'success' AND latency_ms IS NOT NULL AS BIGINT) AS latency_n,
    CASE WHEN outcome = 'success' THEN latency_ms END AS latency_sum,
    CAST(outcome = 'success' AND ttft_ms IS NOT NULL AS BIGINT) AS ttft_n,
    CASE WHEN outcome = 'success' THEN ttft_ms END AS ttft_sum
FROM events {{aliases}}
WHERE project = $project AND outcome IS NOT NULL
