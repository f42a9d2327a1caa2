-- The roll-up of the event rows by local day, person and whom they belong to. Whom an alias leads to has a name.
SELECT
    people_day.* {{replaced}},
    CASE WHEN qualifying > 0 THEN {{person}} END AS active_person,
    CASE WHEN qualifying > 0 AND (named OR {{person}} <> people_day.person) THEN {{person}} END AS identified_person,
    CASE WHEN attempts > 0 THEN {{person}} END AS asking_person
FROM people_day {{day_aliases}}
WHERE project = $project
