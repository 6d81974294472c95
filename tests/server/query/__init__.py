"""Tests of named queries over a caller's rows."""
