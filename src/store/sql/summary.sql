-- One project's events at a glance, one row per type.
-- binds: $project
SELECT
    type,
    count(*) AS events,
    epoch_us(min(occurred_at)) AS first_us,
    epoch_us(max(occurred_at)) AS last_us,
    CAST(coalesce(sum(input_tokens), 0) AS BIGINT) AS input_tokens,
    CAST(coalesce(sum(output_tokens), 0) AS BIGINT) AS output_tokens,
    CAST(coalesce(sum(cost), 0) AS VARCHAR) AS cost,
    count(*) FILTER (WHERE cost_source IN ('unpriced', 'partial')) AS unpriced
FROM events
WHERE project = $project
GROUP BY type
ORDER BY events DESC, type
