"""What an operator may set for GitHub, in the table `[github]` or by OPSSIGHT_GITHUB__… variables."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator

from datasource_server import sdk

RepositoryName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$")
]
"""Owner and name; nothing that could lead to another address."""

OwnerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")]


class Settings(sdk.ConnectorSettings):
    """GitHub's settings.

    `repositories` and `organizations` are what is read; of an organisation all repositories are, but archived ones and
    those that `include` and `exclude` (shell patterns over owner/name) leave out. `token` is a personal access token;
    `app_id` with `private_key` or `private_key_file` signs in as a GitHub App instead, in `installation_id` or, where
    that is not set, in the installation of each owner. `base_url` of an Enterprise Server is `https://HOST/api/v3`.
    `hooks` names the webhook of an owner or repository whose missed deliveries are asked for again. Logs of failed jobs
    are read for `log_days`; an attempt with `archive_from` failed jobs or more is read as one archive.
    `test_reports` are shell patterns of the names of artifacts that hold JUnit XML, such as `*junit*`; none are read
    where it is empty, since it costs a request for each run. They are read for `log_days` too. An issue with one of
    `incident_labels` is an incident.
    """

    base_url: str = "https://api.github.com"
    repositories: list[RepositoryName] = []
    organizations: list[OwnerName] = []
    include: list[str] = ["*"]
    exclude: list[str] = []
    app_id: str = ""
    installation_id: int | None = None
    private_key: SecretStr = SecretStr("")
    private_key_file: Path | None = None
    hooks: dict[str, int] = {}
    log_days: Annotated[int, Field(ge=0, le=90)] = 14
    archive_from: Annotated[int, Field(ge=1)] = 4
    test_reports: list[str] = []
    incident_labels: list[str] = ["incident"]

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, base_url: str) -> str:
        return base_url.rstrip("/")

    @field_validator("app_id", mode="before")
    @classmethod
    def _as_text(cls, app_id: object) -> str:
        return str(app_id)

    @model_validator(mode="after")
    def _has_a_key_for_its_app(self) -> Settings:
        if self.app_id and not (self.private_key.get_secret_value() or self.private_key_file):
            raise ValueError("app_id is set, but neither private_key nor private_key_file is")
        return self

    def app_key(self) -> str:
        """Return the App's private key as PEM; ConfigError where its file can't be read."""
        if self.private_key_file is None:
            return self.private_key.get_secret_value()
        try:
            return self.private_key_file.read_text("utf-8")
        except OSError as problem:
            raise sdk.ConfigError(f"github.private_key_file can't be read: {problem.strerror}") from None

    def wants(self, repo: str) -> bool:
        """Return whether a repository that was found in an organisation is to be read."""
        is_in = any(fnmatchcase(repo, pattern) for pattern in self.include)
        return is_in and not any(fnmatchcase(repo, pattern) for pattern in self.exclude)
