-- People and visitors of one project who were active in the five minutes up to the end of each minute.
-- binds: $project $from $to (UTC microseconds of whole minutes, half open)
SELECT minute, count(*) AS active
FROM (
    -- Somebody seen in a minute is active at its end and at the ends of the next four.
    SELECT DISTINCT seen.minute + later.minutes AS minute, seen.person, seen.visitor
    FROM (
        SELECT DISTINCT
            epoch_us(occurred_at) // 60000000 AS minute,
            person,
            CASE WHEN person IS NULL THEN visitor END AS visitor
        FROM events
        WHERE
            project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
            AND (person IS NOT NULL OR visitor IS NOT NULL)
    ) AS seen
    CROSS JOIN (VALUES (0), (1), (2), (3), (4)) AS later (minutes)
)
WHERE minute < $to // 60000000
GROUP BY minute
ORDER BY minute
