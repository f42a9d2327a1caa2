-- Payments of one project by minute and currency, in ten-thousandths.
-- binds: $project $from $to (UTC microseconds, half open)
-- Sums stay at the end of their type, which a few absurd events reach; an error would keep the server from starting.
SELECT
    epoch_us(occurred_at) // 60000000 AS minute,
    currency,
    CAST(greatest(least(sum(amount) * 10000, 9223372036854775807), -9223372036854775807) AS BIGINT) AS amount
FROM events
WHERE
    project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
    AND type = 'payment_completed' AND amount IS NOT NULL AND currency IS NOT NULL
GROUP BY minute, currency
ORDER BY minute, currency
