-- The roll-up of the payments by local day and currency; what they are worth is decided here, by the rates of that day.
SELECT
    payments_day.* REPLACE (
        paid * {{rate}} AS paid,
        CASE WHEN {{rate}} IS NULL THEN 0 ELSE payments_n END AS payments_n,
        CASE WHEN {{rate}} IS NULL THEN payments_n ELSE 0 END AS foreign_payments_n
    )
FROM payments_day {{day_rates}}
WHERE project = $project
