"""Bots: who commits, opens and reviews without being a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from opssight_activity.addresses import folded

NAMES = frozenset(
    """
    actions-user allcontributors bors codecov-commenter copilot copilot-swe-agent dependabot dependabot-preview
    dependabot-support github-actions greenkeeper imgbot jenkins k8s-ci-robot mergify netlify pre-commit-ci renovate
    renovate-bot semantic-release-bot snyk-bot sonarcloud transifex-integration web-flow whitesource-bolt-for-github
    """.split()  # noqa: SIM905  thirty words, a line each, read worse
)
MAILS = frozenset({"action@github.com", "bot@renovateapp.com", "noreply@github.com", "support@dependabot.com"})
SHAPES = re.compile(r".*\[bot\]|.*[-_]bot|(project|group)_\d+_bot(_[0-9a-f]+)?")
"""An app of GitHub, a name that says so, a token of a project or a group of GitLab."""


def is_bot(name: str, email: str, patterns: Iterable[str]) -> bool:
    """Say whether who wrote under this name or from this address is no person; `patterns` are shell patterns."""
    login, address = folded(name), folded(email)
    words = {login, address.partition("@")[0].rpartition("+")[2]} - {""}
    if words & NAMES or address in MAILS or any(SHAPES.fullmatch(word) for word in words):
        return True
    return any(fnmatchcase(text, folded(pattern)) for pattern in patterns for text in (login, address) if text)
