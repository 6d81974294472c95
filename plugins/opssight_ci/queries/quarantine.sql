-- Deliveries that are kept but could not be understood yet, newest first; for callers who may see all rows.
SELECT
    source AS connector,
    receiver,
    kind,
    reason,
    received_at,
    read_at,
    id AS delivery
FROM delivery
WHERE
    state = 'quarantined'
    AND picked($connector, source)
ORDER BY received_at DESC, id ASC
