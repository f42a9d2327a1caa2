-- One row per rating by a person: thumbs are kept as 5 and 1, and 4 and 5 of five are positive.
SELECT
    events.* {{replaced}},
    CAST(rating >= 4 AS BIGINT) AS positive,
    CAST(rating < 3 AS BIGINT) AS negative,
    1 AS ratings_n
FROM events {{aliases}}
WHERE project = $project AND rating IS NOT NULL
