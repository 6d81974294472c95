-- The chosen pull requests that are open at the end of the time range.
-- with: chosen_pulls
SELECT *
FROM chosen_pulls
WHERE
    created_at < $to
    AND coalesce(closed_at, merged_at, if(state = 'open', $to, created_at)) >= $to
