"""The boards of activity: when people work, and how pull requests fare."""

from opssight_activity.boards import activity, pulls

BOARDS = (activity.BOARD, pulls.BOARD)
