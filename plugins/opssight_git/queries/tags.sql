-- Tags, newest first, each with the commit that it names and who wrote that.
SELECT
  t.tagged_at,
  t.repo,
  t.name AS tag,
  t.sha,
  t.tagger,
  c.title,
  c.author,
  t.url
FROM git_tag AS t
LEFT JOIN "commit" AS c ON t.source = c.source AND t.repo = c.repo AND t.sha = c.sha
WHERE t.tagged_at BETWEEN $from AND $to AND picked($repo, t.repo)
ORDER BY t.tagged_at DESC, t.repo ASC, t.name ASC
