LEFT JOIN (
    SELECT
        item(field, 1) AS rate_currency,
        CAST(item(field, 2) AS BIGINT) AS rate_from_us,
        CAST(item(field, 3) AS BIGINT) AS rate_until_us,
        CAST(item(field, 4) AS BIGINT) AS rate_from_day,
        CAST(item(field, 5) AS BIGINT) AS rate_until_day,
        CAST(item(field, 6) AS DECIMAL(20, 12)) AS exchange_rate
    FROM (SELECT parts(line, ' ') AS field FROM (SELECT unnest(parts(CAST($rates AS VARCHAR), ';')) AS line))
) AS exchange
