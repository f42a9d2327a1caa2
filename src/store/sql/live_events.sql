-- Events of one project with the fields that the live figures read, oldest first.
-- binds: $project $from $to (UTC microseconds, half open) $limit
SELECT latest.*, user_names.name AS user_id, anonymous_names.name AS anonymous_id FROM (
    SELECT
        CAST(id AS VARCHAR) AS id, type, epoch_us(occurred_at) AS occurred_us, visitor,
        person, anonymous, session_id, plan, feature, provider, model, status, error_type, finish_reason,
        currency, path, country, attempt, input_tokens, output_tokens, latency_ms,
        -- The wider type first: a cost of one unit times a billion no longer fits the column's own.
        CAST(CAST(cost AS DECIMAL(38, 9)) * 1000000000 AS BIGINT) AS cost,
        CAST(CAST(amount AS DECIMAL(38, 4)) * 10000 AS BIGINT) AS amount,
        seq
    FROM events
    WHERE project = $project AND occurred_at >= make_timestamp($from) AND occurred_at < make_timestamp($to)
    ORDER BY occurred_at DESC, seq DESC
    LIMIT $limit
) AS latest
LEFT JOIN people AS user_names
    ON user_names.project = $project AND user_names.person = latest.person AND user_names.kind = 'user'
LEFT JOIN people AS anonymous_names
    ON anonymous_names.project = $project AND anonymous_names.person = latest.anonymous
ORDER BY occurred_us, seq
