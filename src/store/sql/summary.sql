-- One project's events at a glance, one row per type.
-- binds: $project
-- Sums of counts stay at the end of their type, which a few absurd events reach; an error would hide all others.
SELECT
    type,
    count(*) AS events,
    epoch_us(min(occurred_at)) AS first_us,
    epoch_us(max(occurred_at)) AS last_us,
    CAST(least(coalesce(sum(input_tokens), 0), 9223372036854775807) AS BIGINT) AS input_tokens,
    CAST(least(coalesce(sum(output_tokens), 0), 9223372036854775807) AS BIGINT) AS output_tokens,
    CAST(coalesce(sum(cost), 0) * 1000000000 AS HUGEINT) AS cost_nanos,
    count(*) FILTER (WHERE cost_source IN ('unpriced', 'partial')) AS unpriced
FROM events
WHERE project = $project
GROUP BY type
ORDER BY events DESC, type
