-- Deliveries that are kept but could not be understood yet, newest first; for callers who may see all rows.
SELECT
    outcome.source AS connector,
    outcome.receiver,
    kept.kind,
    outcome.reason,
    kept.received_at,
    outcome.read_at,
    outcome.id AS delivery
FROM delivery_outcome AS outcome
INNER JOIN delivery AS kept
    ON outcome.source = kept.source AND outcome.receiver = kept.receiver AND outcome.id = kept.id
WHERE
    outcome.state = 'quarantined'
    AND picked($connector, outcome.source)
ORDER BY kept.received_at DESC, outcome.id ASC
