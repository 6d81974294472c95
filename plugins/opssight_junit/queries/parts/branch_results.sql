-- Results of the time range on the default branch (or on the chosen branches). One without a branch, or of a repository
-- whose default branch nobody knows, counts too; one that was skipped does not.
-- with: chosen_results
SELECT *
FROM chosen_results
LEFT JOIN (
    SELECT
        repo,
        max(default_branch) AS default_branch
    FROM repository
    WHERE default_branch <> ''
    GROUP BY repo
) AS defaults USING (repo)
WHERE
    ran_at >= $from
    AND ran_at < $to
    AND status <> 'skipped'
    AND (
        $branch IS NOT NULL
        OR branch = ''
        OR coalesce(default_branch, branch) = branch
    )
