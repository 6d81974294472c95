-- Connectors that have collected anything.
-- shape: variable
SELECT DISTINCT
    source AS text,
    source AS value
FROM collector_run
ORDER BY text ASC
