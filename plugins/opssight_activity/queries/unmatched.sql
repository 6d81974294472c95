-- People of whom no login is known, by the commits that they wrote in the time range. For those who may see single people.
SELECT
    person,
    count(*) AS commits,
    count(DISTINCT "commit".repo) AS repos,
    max(authored_at) AS last_at,
    string_agg(DISTINCT author, ', ' ORDER BY author ASC) AS names,
    any_value(matched) AS matched
FROM "commit"
INNER JOIN identity
    ON
        "commit".source = identity.source
        AND "commit".repo = identity.repo
        AND author = identity.name
        AND author_email = identity.email
WHERE
    $sees_people
    AND authored_at >= $from
    AND authored_at < $to
    AND matched IN ('mail only', 'name only')
    AND picked($team, "commit".team)
    AND picked($repo, "commit".repo)
GROUP BY person
ORDER BY commits DESC, person ASC
