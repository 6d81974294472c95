-- Pull requests and whether somebody but their author reviewed each. A bot's review is none.
-- with: bots, served_pulls
SELECT
    served_pulls.*,
    CASE
        WHEN len(reviewers) > len(list_intersect(reviewers, list_append(names, author))) THEN 'reviewed'
        WHEN len(reviewers) > 0 THEN 'unreviewed'
        WHEN review_count > 0 OR first_review_at IS NOT NULL OR approved_at IS NOT NULL THEN 'reviewed'
        WHEN review_count IS NULL THEN 'unknown'
        ELSE 'unreviewed'
    END AS review
FROM served_pulls
CROSS JOIN bots
