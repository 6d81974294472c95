-- What the calendar counts, in the chosen time zone. Failures are of no value unless they are chosen.
-- with: quarters
SELECT
    kind,
    events,
    if(kind <> 'failure' OR coalesce(list_contains($kind, 'failure'), FALSE), events, 0) AS value,
    timezone($timezone[1], timezone('UTC', quarter)) AS happened_at
FROM quarters
