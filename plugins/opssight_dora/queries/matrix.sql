-- What runs where: for each service and environment the newest version that was deployed, how old it is, who deployed it, and
-- how many commits and hours it is behind what has been merged; none where the version is no merged change.
WITH
newest AS (
    SELECT
        team,
        service,
        environment,
        max_by(
            struct_pack(
                id := id, source := source, repo := repo, tier := tier, sha := sha, version := version,
                actor := actor, run_id := run_id, url := url, is_failure := is_failure AND restored_at IS NULL
            ),
            (finished_at, id)
        ) AS deployed,
        max(finished_at) AS finished_at
    FROM dora_deployment
    WHERE
        status = 'success'
        AND finished_at < $to
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
    GROUP BY team, service, environment
),

positions AS (
    SELECT
        newest.service,
        newest.environment,
        newest.deployed.repo AS repo,
        max(change.merged_at) AS merged_at
    FROM newest
    INNER JOIN dora_change AS change
        ON
            newest.deployed.sha = change.sha
            AND newest.deployed.repo = change.repo
    GROUP BY ALL
),

behind AS (
    SELECT
        positions.service,
        positions.environment,
        positions.repo,
        any_value(positions.merged_at) AS merged_at,
        count(DISTINCT change.sha) AS commits,
        max(change.merged_at) AS head_at
    FROM positions
    LEFT JOIN dora_change AS change
        ON
            positions.service = change.service
            AND positions.repo = change.repo
            AND positions.merged_at < change.merged_at
            AND change.merged_at < $to
            AND change.kind <> 'merge commit'
    GROUP BY positions.service, positions.environment, positions.repo
)

SELECT
    newest.service,
    newest.environment,
    coalesce(nullif(newest.deployed.version, ''), left(newest.deployed.sha, 8)) AS version,
    newest.finished_at AS deployed_at,
    newest.deployed.actor AS actor,
    behind.commits AS commits_behind,
    coalesce(epoch(behind.head_at - behind.merged_at) / 3600, if(behind.commits = 0, 0, NULL)) AS hours_behind,
    CASE
        WHEN newest.deployed.is_failure THEN '✕ fails its users'
        WHEN behind.commits = 0 THEN '✓ newest'
        WHEN behind.commits > 0 THEN format('! {:,} behind', behind.commits)
        ELSE '– not on main'
    END AS state,
    epoch($to - newest.finished_at) AS age_seconds,
    newest.deployed.tier AS tier,
    left(newest.deployed.sha, 8) AS commit,
    newest.team,
    newest.deployed.repo AS repo,
    newest.deployed.source AS source,
    newest.deployed.id AS deployment,
    newest.deployed.run_id AS run,
    newest.deployed.url AS url
FROM newest
LEFT JOIN behind
    ON
        newest.service = behind.service
        AND newest.environment = behind.environment
        AND newest.deployed.repo = behind.repo
ORDER BY
    newest.service ASC,
    newest.deployed.tier = 'production' DESC,
    newest.environment ASC,
    newest.team ASC
