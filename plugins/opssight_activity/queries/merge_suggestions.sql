-- People who may be one, the likeliest first, why, and the line of the settings that makes them one. For those who may see
-- single people.
SELECT
    person,
    other,
    score,
    array_to_string(evidence, ', ') AS evidence,
    setting,
    team
FROM merge_suggestion
WHERE
    $sees_people
    AND picked($team, team)
ORDER BY score DESC, person ASC, other ASC
