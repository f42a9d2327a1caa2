-- The roll-up of the ratings by local day and what was rated.
SELECT ratings_day.*
FROM ratings_day
WHERE project = $project
