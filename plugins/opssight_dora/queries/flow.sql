-- Median and p90 of each stage of merged pull requests for all, each team and each repository, recomputed from their rows.
SELECT
    CASE grouping(team, repo)
        WHEN 3 THEN 'All teams'
        WHEN 1 THEN if(team = '', 'No team', team) || ' · all repositories'
        ELSE repo
    END AS name,
    count(*) AS pull_requests,
    median(coding_seconds) AS coding_seconds,
    median(pickup_seconds) AS pickup_seconds,
    median(review_seconds) AS review_seconds,
    median(ci_seconds) AS ci_seconds,
    median(merge_seconds) AS merge_seconds,
    median(deploy_seconds) AS deploy_seconds,
    quantile_cont(coding_seconds, 0.9) AS coding_p90_seconds,
    quantile_cont(pickup_seconds, 0.9) AS pickup_p90_seconds,
    quantile_cont(review_seconds, 0.9) AS review_p90_seconds,
    quantile_cont(ci_seconds, 0.9) AS ci_p90_seconds,
    quantile_cont(merge_seconds, 0.9) AS merge_p90_seconds,
    quantile_cont(deploy_seconds, 0.9) AS deploy_p90_seconds,
    team,
    repo,
    CASE grouping(team, repo) WHEN 3 THEN 'all' WHEN 1 THEN 'team' ELSE 'repository' END AS level
FROM dora_flow
WHERE
    merged_at >= $from
    AND merged_at < $to
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
GROUP BY GROUPING SETS ((), (team), (team, repo))
HAVING count(*) > 0
ORDER BY grouping(team, repo) = 3 DESC, team ASC, grouping(team, repo) DESC, pull_requests DESC, repo ASC
