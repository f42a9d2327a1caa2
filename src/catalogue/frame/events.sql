-- One row per event of any kind, with what it counts for. A renewal is made by a
-- server, a ping says that a page stood open, identify who somebody is: none of them makes a person active.
SELECT
    events.* {{replaced}},
    1 AS events_n,
    CAST(type NOT IN ('payment_completed', 'page_ping', 'identify') AS BIGINT) AS qualifying,
    CASE WHEN type NOT IN ('payment_completed', 'page_ping', 'identify') THEN {{person}} END AS active_person,
    CASE WHEN type NOT IN ('payment_completed', 'page_ping', 'identify') AND person IS NULL THEN visitor END AS unnamed_visitor,
    CASE WHEN type NOT IN ('payment_completed', 'page_ping', 'identify') AND {{person}} IS DISTINCT FROM anonymous THEN {{person}} END AS identified_person,
    coalesce({{person}} IS DISTINCT FROM anonymous AND {{person}} IS NOT NULL, false) AS named,
    CAST(outcome IS NOT NULL AS BIGINT) AS attempts,
    CAST(outcome IS NOT NULL AND coalesce(attempt, 1) <= 1 AS BIGINT) AS requests,
    CAST(coalesce(outcome = 'success', false) AS BIGINT) AS succeeded,
    CASE WHEN outcome IS NOT NULL THEN {{person}} END AS asking_person,
    CASE WHEN outcome IS NOT NULL THEN coalesce(input_tokens, 0) + coalesce(output_tokens, 0) ELSE 0 END AS tokens_all,
    CASE WHEN outcome IS NOT NULL THEN cost END AS spent,
    CAST(coalesce(cost_source IN ('unpriced', 'partial'), false) AS BIGINT) AS unpriced
FROM events {{aliases}}
WHERE project = $project
