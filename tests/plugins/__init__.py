"""Tests of the built-in connectors."""
