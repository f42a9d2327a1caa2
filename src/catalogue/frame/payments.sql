-- One row per payment; what was paid in another currency than the project's is counted apart and not added up.
-- `{{currency}}` is the project's; the roll-up puts the payment's own in its place, so that it holds all of them.
SELECT
    events.* {{replaced}},
    CASE WHEN currency = {{currency}} THEN amount END AS paid,
    CAST(coalesce(currency = {{currency}}, false) AS BIGINT) AS payments_n,
    CAST(coalesce(currency <> {{currency}}, false) AS BIGINT) AS foreign_payments_n
FROM events {{aliases}}
WHERE project = $project AND type = 'payment_completed'
