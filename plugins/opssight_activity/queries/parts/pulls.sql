-- Pull requests with the person who wrote each, whatever their time.
SELECT
    pull_request.*,
    coalesce(person, author) AS person,
    coalesce(crowd, author) AS crowd,
    coalesce(is_bot, FALSE) AS is_bot
FROM pull_request
LEFT JOIN identity
    ON
        pull_request.source = identity.source
        AND pull_request.repo = identity.repo
        AND author = identity.name
        AND identity.email = ''
WHERE
    picked($team, pull_request.team)
    AND picked($repo, pull_request.repo)
