"""The boards of tests: all of them, and one test's history."""

from opssight_junit.boards import history, overview

BOARDS = (overview.BOARD, history.BOARD)
