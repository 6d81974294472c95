"""What an operator may set for git, in the table `[git]` or by OPSSIGHT_GIT__… variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from datasource_server import sdk

WORD = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
RepositoryName = Annotated[str, Field(pattern=rf"^{WORD}(?:/{WORD})+$", max_length=200)]
"""Owner and name, with groups between them where the forge has such."""

HOSTS = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:.]+$")
SHORT = re.compile(r"^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?![:-])(?!//)[^\s\x00-\x1f]+$")
BRANCH = re.compile(r"^(?![-/.])(?!.*(?:\.\.|@\{|//|\.lock(?:/|$)))[^\s\x00-\x20\x7f~^:?*\[\\]*(?<![/.])$")
SCHEMES = ("https", "http", "ssh", "git", "file")


def scheme_of(url: str) -> str:
    """Return the protocol that an address is read by; `host:path` is ssh."""
    return url.partition("://")[0].lower() if "://" in url else "ssh"


def host_of(url: str) -> str:
    """Return the host of an address, with its port."""
    if "://" in url:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    found = SHORT.match(url)
    return found[1].lower() if found else ""


def _checked_url(url: str) -> str:
    if not url or SHORT.match(url):
        return url
    if "://" not in url or scheme_of(url) not in SCHEMES:
        raise ValueError(f"no address that is read: expected {', '.join(SCHEMES)}:// or host:path")
    parts = urlsplit(url)
    if re.search(r"[\s\x00-\x20\x7f]", url) or not (HOSTS.match(parts.hostname or "") or parts.scheme == "file"):
        raise ValueError("the address has no host, or characters that no address has")
    if parts.password or (parts.username and parts.scheme != "ssh"):
        raise ValueError("the address holds a name or a secret: they belong in username and token")
    if parts.username and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", parts.username):
        raise ValueError("the address holds a user name that is none")
    return url


def _checked_branch(branch: str) -> str:
    if branch and not BRANCH.match(branch):
        raise ValueError("no name of a branch")
    return branch


class RepositorySettings(BaseModel):
    """One repository: where git reaches it, by `url`, or by `path` where it lies on this machine and is read in place.

    `branch` is what is released from, by default the repository's own choice. Its commits are read, those of all tags,
    and those of the branches that match `branches`, shell patterns such as `release/*`. `web_url` is where people look
    at it. `username` and `token` are this repository's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    repo: RepositoryName
    url: Annotated[str, AfterValidator(_checked_url)] = ""
    path: Path | None = None
    branch: Annotated[str, AfterValidator(_checked_branch)] = ""
    branches: tuple[str, ...] = ()
    web_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    username: Annotated[str, Field(pattern=r"^[^:\x00-\x1f]*$")] = ""
    token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _is_somewhere(self) -> RepositorySettings:
        if bool(self.url) == (self.path is not None):
            raise ValueError("either url or path says where the repository is")
        return self


class ServiceSettings(BaseModel):
    """The paths of a repository that make up one service, as CODEOWNERS files write them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repo: RepositoryName
    paths: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class Settings(sdk.ConnectorSettings):
    """git's settings.

    `[[git.repositories]]` are what is read; copies of their histories, without the files' contents, are kept in
    `folder`, by default `git` in the data folder. `[git.services.NAME]` says which paths of which repository make up a
    service; where several match, the last counts. `token` goes to the host of `base_url`, which may be left out where
    all addresses are of one host. `ssh_key_file` and `known_hosts_file` are for ssh, by default the user's own.
    Commits older than `max_age_days` are not read; 0 reads all. A run of git is stopped once it
    says nothing for `seconds`; a first fetch says nothing until it is done.
    """

    repositories: tuple[RepositorySettings, ...] = ()
    services: dict[str, ServiceSettings] = {}
    folder: Annotated[Path | None, Field(validate_default=True)] = None
    username: Annotated[str, Field(pattern=r"^[^:\x00-\x1f]*$")] = "x-access-token"
    ssh_key_file: Path | None = None
    known_hosts_file: Path | None = None
    max_age_days: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(gt=0)] = 3600

    @field_validator("folder")
    @classmethod
    def _in_the_data_folder(cls, folder: Path | None, info: ValidationInfo) -> Path:
        context: dict[str, Any] = info.context or {}
        return folder or Path(context.get("data_dir", "data")) / "git"

    @model_validator(mode="after")
    def _names_are_clear(self) -> Settings:
        names = [each.repo.lower() for each in self.repositories]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"repositories names {', '.join(twice)} more than once")
        hosts = {host_of(each.url) for each in self.repositories if scheme_of(each.url) in ("http", "https")}
        if self.token.get_secret_value() and not self.base_url and len(hosts) > 1:
            raise ValueError("token is set for addresses of several hosts: set base_url to say whose it is")
        return self

    def repository(self, repo: str) -> RepositorySettings:
        """Return the settings of one repository."""
        return next(each for each in self.repositories if each.repo == repo)

    def credentials(self, repository: RepositorySettings) -> tuple[str, str]:
        """Return user name and token for a repository that is read over HTTP; both empty where there are none."""
        if own := repository.token.get_secret_value():
            return repository.username or self.username, own
        is_ours = not self.base_url or host_of(self.base_url) == host_of(repository.url)
        token = self.token.get_secret_value() if is_ours else ""
        return (repository.username or self.username, token) if token else ("", "")
