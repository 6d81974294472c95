-- What can be counted: commits, merged pull requests, deployments and failures.
-- shape: variable
SELECT
    unnest(['commits', 'pull requests merged', 'deployments', 'failures']) AS text,
    unnest(['commit', 'merge', 'deployment', 'failure']) AS value
