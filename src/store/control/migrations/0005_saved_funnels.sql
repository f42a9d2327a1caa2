-- Why: a funnel that took thought is opened again, and by others. What is saved is the query of its address, which
-- says everything; a name is unique within its project.
CREATE TABLE saved_funnel (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);
