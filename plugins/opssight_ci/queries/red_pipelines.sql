-- How many pipelines are red on their default branch right now, and which one for the longest.
WITH
known AS (
    SELECT *
    FROM main_branch
    WHERE
        picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
),

counted AS (
    SELECT
        count(*) AS pipelines,
        count(*) FILTER (WHERE status = 'failure') AS red,
        arg_min(split_part(repo, '/', -1) || ' · ' || pipeline, red_since) FILTER (WHERE status = 'failure') AS longest
    FROM known
)

SELECT
    red AS value,
    CASE
        WHEN red = 0 THEN format('of {:,}, all green', pipelines)
        ELSE format('of {:,} · {}', pipelines, longest)
    END AS sentence
FROM counted
WHERE pipelines > 0
