-- The roll-up of the payments by local day and currency; which of them count is decided here, as the project says.
SELECT
    payments_day.* REPLACE (
        CASE WHEN currency = $currency THEN paid END AS paid,
        CASE WHEN currency = $currency THEN payments_n ELSE 0 END AS payments_n,
        CASE WHEN currency <> $currency THEN payments_n ELSE 0 END AS foreign_payments_n
    )
FROM payments_day
WHERE project = $project
