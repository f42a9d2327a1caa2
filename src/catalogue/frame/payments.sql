-- One row per payment, in the project's currency; what has no rate is counted apart and not added up.
-- `{{rate}}` is what one unit is worth in the project's currency (see exchange.rs); the roll-up puts 1 in its place, so
-- that it holds all currencies as they were paid.
SELECT
    events.* {{replaced}},
    amount * {{rate}} AS paid,
    CAST({{rate}} IS NOT NULL AS BIGINT) AS payments_n,
    CAST(currency IS NOT NULL AND {{rate}} IS NULL AS BIGINT) AS foreign_payments_n
FROM events {{aliases}} {{moment_rates}}
WHERE project = $project AND type = 'payment_completed'
