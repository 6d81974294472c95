-- Pull requests of the chosen people, as far as who asks may choose them. Bots' ones are left out.
-- with: me, served_pulls
SELECT *
FROM served_pulls
WHERE
    NOT is_bot
    AND picked($author, person)
    AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
