-- Calls of one project by minute and provider, first attempts only; no provider where the call names none.
-- binds: $project $from $to (UTC microseconds, half open)
SELECT
    epoch_us(occurred_at) // 60000000 AS minute,
    provider,
    count(*) AS calls
FROM events
WHERE
    project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
    AND outcome IS NOT NULL AND coalesce(attempt, 1) <= 1
GROUP BY minute, provider
ORDER BY minute, calls DESC, provider NULLS LAST
