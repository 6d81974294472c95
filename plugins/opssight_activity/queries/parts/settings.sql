-- After how many days an open pull request is stuck.
SELECT coalesce(try_cast($stuck_days[1] AS DOUBLE), 7) AS days
