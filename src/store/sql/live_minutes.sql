-- The last days of one project, one row a minute that had an event.
-- binds: $project $from $to (UTC microseconds, half open)
-- Sums stay at the end of their type, which a few absurd events reach; an error would keep the server from starting.
SELECT
    epoch_us(occurred_at) // 60000000 AS minute,
    count(*) FILTER (WHERE type = 'query_sent') AS queries,
    count(*) FILTER (WHERE is_call AND coalesce(attempt, 1) <= 1) AS answers,
    count(*) FILTER (WHERE is_call AND NOT is_cancelled) AS valid,
    count(*) FILTER (WHERE is_call AND is_failure) AS failures,
    count(latency_ms) FILTER (WHERE is_call AND NOT is_cancelled AND NOT is_failure) AS latencies,
    coalesce(sum(latency_ms) FILTER (WHERE is_call AND NOT is_cancelled AND NOT is_failure), 0) AS latency_sum,
    CAST(least(
        coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (WHERE is_call), 0), 9223372036854775807
    ) AS BIGINT) AS tokens
FROM (
    SELECT
        *,
        outcome IS NOT NULL AS is_call,
        coalesce(outcome = 'cancelled', false) AS is_cancelled,
        coalesce(outcome = 'failure', false) AS is_failure
    FROM events
    WHERE project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
)
GROUP BY minute
ORDER BY minute
