"""Nothing private is in the project: no secret, no path of one machine, no host that only one network reaches."""

import re
from pathlib import Path

import pytest

from .sources import ROOT, project_files, text_of

# put together here, so that this file passes its own rule
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"),
        ("crates", "io"), ("proxy", "golang", "org"), ("deb", "debian", "org"), ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"), ("docker", "io"), ("ghcr", "io"), ("quay", "io"), ("gcr", "io"),
    )
]  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.~/-])/(root|work/(main|shared|brief)|Users/\w+|home/(?!runner|grafana)\w+)(/|\b)")
SECRETS = {
    "an AWS key": r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})",
    "a GitLab token": r"\bglpat-[\w-]{20}",
    "a Slack token": r"\bxox[abeprs]-[\w-]{10}",
    "a Grafana token": r"\bglsa_[A-Za-z0-9]{32}_",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\\?n?[A-Za-z0-9+/]{32}",
    "a password in an address": r"https?://[\w.-]+:[^\s@/{$<\"'*]{6,}@(?!localhost|127\.0\.0\.1|example)",
}


def test_no_file_names_a_package_registry() -> None:
    found = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}\b" for host in HOSTS))
    assert [f"{name}: {hit[0]}" for name in project_files() if (hit := found.search(text_of(name)))] == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    home = re.escape(str(ROOT))
    found = re.compile(rf"{MACHINE_PATHS.pattern}|{home}")
    assert [f"{name}: {hit[0]}" for name in project_files() if (hit := found.search(text_of(name)))] == []


@pytest.mark.parametrize("kind", SECRETS)
def test_no_file_holds_a_secret(kind: str) -> None:
    found = re.compile(SECRETS[kind])
    assert [name for name in project_files() if found.search(text_of(name))] == []


def test_what_a_workplace_keeps_for_itself_is_not_in_the_project() -> None:
    private = {".env", "opssight.toml", "uv.lock"}
    assert [
        name
        for name in project_files()
        if Path(name).name in private or Path(name).suffix in {".duckdb", ".pem", ".wal"}
    ] == []
