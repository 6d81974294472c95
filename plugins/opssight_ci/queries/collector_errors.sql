-- How many collector passes are failing right now, and of which connector.
SELECT
    count(*) FILTER (WHERE error <> '') AS value,
    coalesce(string_agg(DISTINCT source, ', ') FILTER (WHERE error <> ''), 'all passes finished') AS sentence
FROM collector_run
HAVING count(*) > 0
