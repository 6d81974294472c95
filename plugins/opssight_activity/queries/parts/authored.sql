-- Commits with the person who wrote each, whatever their time; `doubt` is least for who has a login. Merges are left
-- out.
SELECT
    "commit".*,
    coalesce(person, author) AS person,
    coalesce(crowd, author) AS crowd,
    coalesce(is_bot, FALSE) AS is_bot,
    if(len(logins) > 0, '', 'z') || "commit".source AS doubt
FROM "commit"
LEFT JOIN identity
    ON
        "commit".source = identity.source
        AND "commit".repo = identity.repo
        AND author = identity.name
        AND author_email = identity.email
WHERE
    NOT is_merge
    AND picked($team, "commit".team)
    AND picked($repo, "commit".repo)
