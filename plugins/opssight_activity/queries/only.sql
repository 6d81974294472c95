-- What pull requests can be narrowed to.
-- shape: variable
SELECT
    unnest(['stuck', 'draft', 'waits for review', 'unreviewed', 'review unknown', 'large']) AS text,
    unnest(['stuck', 'draft', 'waits for review', 'unreviewed', 'review unknown', 'large']) AS value
