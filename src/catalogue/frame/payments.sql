-- One row per payment; what was paid in another currency than the project's is counted apart and not added up.
SELECT
    events.* {{replaced}},
    CASE WHEN currency = $currency THEN amount END AS paid,
    CAST(coalesce(currency = $currency, false) AS BIGINT) AS payments_n,
    CAST(coalesce(currency <> $currency, false) AS BIGINT) AS foreign_payments_n
FROM events {{aliases}}
WHERE project = $project AND type = 'payment_completed'
