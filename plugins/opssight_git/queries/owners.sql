-- Who owns which paths and which service they make up, in the order in which the rules are tried; the last one counts.
SELECT
  repo,
  place AS number,
  pattern,
  array_to_string(owners, ', ') AS owners,
  service,
  section
FROM path_owner
WHERE picked($repo, repo) AND picked($service, service)
ORDER BY repo, place, source
