-- The calls of a day whose bill differs, once more and with the new one. Binds: project, from and to in microseconds.
INSERT INTO events BY NAME
SELECT e.* REPLACE (
    r.cost AS cost,
    r.cost_computed AS cost_computed,
    r.cost_source AS cost_source,
    r.price_id AS price_id
)
FROM events AS e
JOIN temp.repriced AS r ON r.old_row = e.rowid
WHERE e.project = $project
    AND e.occurred_at >= make_timestamp($from) AND e.occurred_at < make_timestamp($to)
ORDER BY e.occurred_at, e.seq
