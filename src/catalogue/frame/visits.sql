-- One row per visit, as `visit.rs` makes them of events, dated by its first event. One page and nothing done is a bounce.
SELECT
    visits.* {{replaced}},
    begun AS occurred_at,
    1 AS visits_n,
    epoch_us(ended) - epoch_us(begun) AS stay_us,
    CASE WHEN views > 0 THEN views ELSE queries END AS depth,
    CAST(views = 1 AND actions = 0 AS BIGINT) AS bounced,
    {{person}} AS visiting_person,
    CASE WHEN {{person}} IS NULL THEN visitor END AS visiting_visitor
FROM ({{visits}}) AS visits {{visit_aliases}}
