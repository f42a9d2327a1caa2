-- People and visitors of one project who were active in the five minutes up to the end of each minute.
-- binds: $project $from $to (UTC microseconds of whole minutes, half open)
SELECT minute, count(*) AS active
FROM (
    -- Somebody seen in a minute is active at its end and at the ends of the next four.
    SELECT DISTINCT seen.minute + later.minutes AS minute, seen.person
    FROM (
        SELECT DISTINCT
            epoch_us(occurred_at) // 60000000 AS minute,
            coalesce(user_id, anonymous_id, CAST(visitor AS VARCHAR)) AS person
        FROM events
        WHERE project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
    ) AS seen
    CROSS JOIN (VALUES (0), (1), (2), (3), (4)) AS later (minutes)
    WHERE seen.person IS NOT NULL
)
WHERE minute < $to // 60000000
GROUP BY minute
ORDER BY minute
