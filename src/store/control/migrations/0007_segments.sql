-- Why: people who have something in common are asked about again and again, on every page and by everybody. What is
-- saved is the definition; who is meant follows from it each time. A name, which addresses hold, is unique within its
-- project.
CREATE TABLE segment (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);
