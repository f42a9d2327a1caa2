-- Payments of one project by minute and currency, in ten-thousandths.
-- binds: $project $from (UTC microseconds)
SELECT
    epoch_us(occurred_at) // 60000000 AS minute,
    currency,
    CAST(sum(amount) * 10000 AS BIGINT) AS amount
FROM events
WHERE
    project = $project AND occurred_at >= make_timestamp($from)
    AND type = 'payment_completed' AND amount IS NOT NULL AND currency IS NOT NULL
GROUP BY minute, currency
ORDER BY minute, currency
