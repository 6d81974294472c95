"""The boards of DORA: delivery, lead time, deployments and environments, flow."""

from opssight_dora.boards import delivery, deployments, flow, lead_time

BOARDS = (delivery.BOARD, lead_time.BOARD, deployments.BOARD, flow.BOARD)
