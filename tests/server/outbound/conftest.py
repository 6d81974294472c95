"""Fixtures of the tests of the way out: those of the way in."""

from tests.server.ingest.conftest import make, store

__all__ = ["make", "store"]
