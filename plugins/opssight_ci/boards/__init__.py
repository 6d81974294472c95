"""The boards of CI: overview, pipeline, run, freshness."""

from opssight_ci.boards import freshness, overview, pipeline, run

BOARDS = (overview.BOARD, pipeline.BOARD, run.BOARD, freshness.BOARD)
