-- Why: pages say which project holds made-up data, and such a project can be removed for good.
-- How a demo's data is made, as JSON; NULL for projects with real data.
ALTER TABLE project ADD COLUMN demo TEXT;

-- A removed project keeps its row, without name and rules, so that its number is never given to another one:
-- the journal may still hold events under it. erased_at says when the events were gone.
ALTER TABLE project ADD COLUMN removed_at BIGINT;
ALTER TABLE project ADD COLUMN erased_at BIGINT;
