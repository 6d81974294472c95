"""The boards of CI: overview, pipeline, run, main branch, flaky jobs, cost, runners, schedules, freshness."""

from opssight_ci.boards import cost, flaky, freshness, main_branch, overview, pipeline, run, runners, schedules

BOARDS = (
    overview.BOARD,
    pipeline.BOARD,
    run.BOARD,
    main_branch.BOARD,
    flaky.BOARD,
    cost.BOARD,
    runners.BOARD,
    schedules.BOARD,
    freshness.BOARD,
)
