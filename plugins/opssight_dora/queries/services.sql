-- Services that were deployed, of the chosen teams; for the variable at the top of each board.
-- shape: variable
SELECT
    service AS text,
    service AS value
FROM dora_deployment
WHERE
    service <> ''
    AND picked($team, team)
GROUP BY service
ORDER BY text ASC
