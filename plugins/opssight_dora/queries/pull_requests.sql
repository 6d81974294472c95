-- Merged pull requests with the time that each spent in each stage, the slowest first; a stage that is not known says why.
-- The whole is from the first commit to production, or to the merge where it has not been deployed.
-- limit: 2000
SELECT
    title,
    coalesce(coding_seconds, 0) + coalesce(pickup_seconds, 0) + coalesce(review_seconds, 0) + coalesce(ci_seconds, 0)
    + coalesce(merge_seconds, 0) + coalesce(deploy_seconds, 0) AS whole_seconds,
    coding_seconds,
    pickup_seconds,
    review_seconds,
    ci_seconds,
    merge_seconds,
    deploy_seconds,
    left_out,
    number,
    repo,
    author,
    service,
    merged_at,
    deployed_at,
    team,
    source,
    url
FROM dora_flow
WHERE
    merged_at >= $from
    AND merged_at < $to
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
ORDER BY whole_seconds DESC, merged_at DESC, repo ASC, number DESC
