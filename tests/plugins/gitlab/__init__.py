"""Tests of the GitLab connector."""
