"""What an operator may set for GitLab, in the table `[gitlab]` or by OPSSIGHT_GITLAB__… variables."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated
from urllib.parse import quote

from pydantic import Field, SecretStr, field_validator, model_validator

from datasource_server import sdk

PIECE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
ProjectName = Annotated[str, Field(pattern=rf"^{PIECE}(?:/{PIECE})+$", max_length=500)]
"""A project's path with its groups; nothing that could lead to another address."""

GroupName = Annotated[str, Field(pattern=rf"^{PIECE}(?:/{PIECE})*$", max_length=500)]
SIGNING = "whsec_"


class Settings(sdk.ConnectorSettings):
    """GitLab's settings.

    `projects` and `groups` are what is read; of a group all projects are, those of its subgroups too, but not archived
    ones and those that `include` and `exclude` (shell patterns over the whole path) leave out. `token` needs the scope
    read_api, and api where actions are wanted. `base_url` of an own server is `https://HOST/api/v4`. A webhook proves
    itself by its secret token (`webhook_secret`), by its signing token (`webhook_signing`, which begins with whsec_),
    or by both. `hooks` names the webhook of a project or group whose missed deliveries are asked for again. Traces of
    failed jobs are read for `log_days`. Issues with one of the `incident_labels`, and all of GitLab's own type
    incident, are incidents. `test_reports` reads the JUnit
    reports of jobs, for `log_days` too.
    """

    base_url: str = "https://gitlab.com/api/v4"
    projects: list[ProjectName] = []
    groups: list[GroupName] = []
    include: list[str] = ["*"]
    exclude: list[str] = []
    webhook_signing: SecretStr = SecretStr("")
    hooks: dict[GroupName, int] = {}
    log_days: Annotated[int, Field(ge=0, le=90)] = 14
    incident_labels: list[str] = ["incident"]
    test_reports: bool = True

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, base_url: str) -> str:
        return base_url.rstrip("/")

    @model_validator(mode="after")
    def _has_each_secret_in_its_place(self) -> Settings:
        signing = self.webhook_signing.get_secret_value()
        if signing and not signing.startswith(SIGNING):
            raise ValueError("webhook_signing does not begin with whsec_; a secret token belongs into webhook_secret")
        if any(secret.startswith(SIGNING) for secret in super().webhook_secrets()):
            raise ValueError("webhook_secret begins with whsec_; a signing token belongs into webhook_signing")
        return self

    def webhook_secrets(self) -> tuple[str, ...]:
        """Return the secret tokens and the signing token that a delivery may prove itself with."""
        signing = self.webhook_signing.get_secret_value()
        return (*super().webhook_secrets(), *((signing,) if signing else ()))

    def wants(self, repo: str) -> bool:
        """Return whether a project that was found in a group is to be read."""
        is_in = any(fnmatchcase(repo, pattern) for pattern in self.include)
        return is_in and not any(fnmatchcase(repo, pattern) for pattern in self.exclude)


def project_address(repo: str) -> str:
    """Return the address of a project below the API's own."""
    return f"/projects/{quote(repo, safe='')}"


def group_address(group: str) -> str:
    """Return the address of a group below the API's own."""
    return f"/groups/{quote(group, safe='')}"
