-- Why: erasing one person is asked for, done by whoever has the engine, and proven afterwards.
-- The name stands here only until it is done; the receipt keeps a hash, by which one who knows the name finds it.
CREATE TABLE person_erasure (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    kind TEXT NOT NULL,
    name TEXT,
    name_hash TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    done_at BIGINT,
    events BIGINT,
    previews BIGINT,
    names BIGINT
);
