-- Sums of one project since local midnight.
-- binds: $project $from (UTC microseconds) $currency
SELECT
    CAST(coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (WHERE outcome IS NOT NULL), 0) AS BIGINT) AS tokens,
    CAST(coalesce(sum(amount) FILTER (WHERE type = 'payment_completed' AND currency = $currency), 0) * 10000 AS BIGINT) AS revenue
FROM events
WHERE project = $project AND occurred_at >= make_timestamp($from)
