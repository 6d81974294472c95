-- Commits of the time range, each once, whichever sources know it.
-- with: authored
SELECT
    repo,
    sha,
    any_value(team) AS team,
    min(authored_at) AS happened_at,
    arg_min(person, doubt) AS person,
    arg_min(crowd, doubt) AS crowd,
    bool_or(is_bot) AS is_bot,
    any_value(author) AS author,
    any_value(title) AS title,
    any_value(url) AS url
FROM authored
WHERE
    authored_at >= $from
    AND authored_at < $to
GROUP BY repo, sha
