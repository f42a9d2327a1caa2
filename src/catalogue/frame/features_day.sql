-- The roll-up of the event rows by local day, feature and person. Whom an alias leads to has a name.
SELECT
    features_day.* {{replaced}},
    CASE WHEN qualifying > 0 THEN {{person}} END AS active_person,
    CASE WHEN qualifying > 0 AND (named OR {{person}} <> features_day.person) THEN {{person}} END AS identified_person,
    CASE WHEN attempts > 0 THEN {{person}} END AS asking_person
FROM features_day {{feature_aliases}}
WHERE project = $project
