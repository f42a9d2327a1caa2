-- Sums of one project since local midnight.
-- binds: $project $from $to (UTC microseconds, half open) $currency
-- Sums stay at the end of their type, which a few absurd events reach; an error would keep the server from starting.
SELECT
    CAST(least(coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (
        WHERE outcome IS NOT NULL
    ), 0), 9223372036854775807) AS BIGINT) AS tokens,
    CAST(greatest(least(
        coalesce(sum(amount) FILTER (WHERE type = 'payment_completed' AND currency = $currency), 0) * 10000, 9223372036854775807
    ), -9223372036854775807) AS BIGINT) AS revenue
FROM events
WHERE project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
