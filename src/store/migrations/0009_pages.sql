-- Why: paths that differ only in what they name are one page, and a product has millions of such paths. What a path's
-- page is, is decided once, when the event is loaded. Earlier events have none; their paths are read instead.
ALTER TABLE events ADD COLUMN page VARCHAR;
