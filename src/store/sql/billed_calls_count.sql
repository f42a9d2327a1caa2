-- How many calls of a stretch of time have a bill. Binds: project, from and to in microseconds.
SELECT count(*)
FROM events
WHERE project = $project
    AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
    AND outcome IS NOT NULL AND cost_source IS NOT NULL
