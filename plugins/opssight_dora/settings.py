"""What an operator may set for DORA, in the table `[dora]`: rules, services, tiers, hotfixes, limits.

[[dora.rules]]
name = "the deploy jobs"
kind = "job"
matches = "^deploy-(?P<environment>[a-z]+)$"

[dora.services.checkout]
repos = ["acme/shop"]
paths = ["/services/checkout/"]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from datasource_server import sdk
from opssight_dora.patterns import Pattern, compiled, found, group_names, is_whole

RuleKind = Literal["environment", "job_environment", "job", "pipeline", "webhook", "argocd"]

PLACE = r"\{(\w+)\}"
WORDS = frozenset({"repo", "name", "service", "environment", "job", "pipeline", "branch"})

TIERS: tuple[tuple[sdk.Tier, str], ...] = (
    ("staging", r"(?i)(?:^|[^a-z])(?:staging|stage|stg|pre-?prod(?:uction)?|uat|qa)(?:[^a-z]|$)"),
    ("production", r"(?i)(?:^|[^a-z])(?:production|prod|prd|live|github-pages)(?:[^a-z]|$)"),
    ("testing", r"(?i)(?:^|[^a-z])(?:tests?|testing|e2e|integration|ci)(?:[^a-z]|$)"),
    ("development", r"(?i)(?:^|[^a-z])(?:development|develop|dev|preview|review|sandbox|local)(?:[^a-z]|$)"),
)
"""What names of environments speak of, where neither the forge nor the settings say."""


class Part(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Part):
    """One rule of what is a deployment; of a list the first that fits counts, and its name stands on the row.

    `kind` says what it looks at: `environment` (deployments of forges and other tools), `job_environment` (jobs whose
    definition names an environment), `job` and `pipeline` (by their names), `webhook` (posted to OpsSight), `argocd`.
    `matches` is searched for in the environment's name, or in that of the job or pipeline. `service` and `environment`
    may hold `{repo}`, `{name}` (of the repository), `{service}`, `{environment}`, `{job}`, `{pipeline}`, `{branch}` and
    groups of `matches`; groups named service and environment are taken where these are not set.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: RuleKind
    matches: Pattern = ""
    repos: Pattern = ""
    branches: Pattern = ""
    service: str = ""
    environment: str = ""
    tier: sdk.Tier | None = None

    @model_validator(mode="after")
    def _can_be_filled(self) -> Rule:
        groups = group_names(self.matches)
        for text in (self.service, self.environment):
            for word in compiled(PLACE).findall(text):
                if word not in WORDS | groups:
                    known = ", ".join(sorted(WORDS | groups))
                    raise ValueError(f"rule {self.name}: {{{word}}} is none of {known}")
        if self.kind in ("job", "pipeline") and not self.environment and "environment" not in groups:
            raise ValueError(f"rule {self.name} of kind {self.kind} does not say which environment it deploys to")
        if self.branches and self.kind not in ("job", "pipeline", "job_environment"):
            raise ValueError(f"rule {self.name}: a deployment of kind {self.kind} has no branch")
        return self


DEFAULT_RULES = (
    Rule(name="deployment of the forge", kind="environment"),
    Rule(name="posted deployment", kind="webhook"),
    Rule(name="Argo CD", kind="argocd"),
    Rule(name="job with an environment", kind="job_environment"),
)
"""What counts where no rule is set: what tools call a deployment themselves; names are never guessed at."""


class ServiceSettings(Part):
    """One service: its repositories (RE2, of the whole name), and of a monorepo its paths, as CODEOWNERS write them.

    `aliases` are other names that tools have for it.
    """

    repos: tuple[Pattern, ...] = ()
    paths: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_repositories(self) -> ServiceSettings:
        if self.paths and not self.repos:
            raise ValueError("paths are set, but not the repos that they are in")
        return self

    def is_in(self, repo: str) -> bool:
        """Return whether it lives in a repository."""
        return any(is_whole(pattern, repo) for pattern in self.repos)


class Hotfix(Part):
    """What makes a change a hotfix: a label of its pull request, its branch, or its title."""

    labels: tuple[str, ...] = ("hotfix",)
    branches: tuple[Pattern, ...] = (r"(?i)^hot-?fix(?:$|[/_-])",)
    titles: tuple[Pattern, ...] = (r"(?i)^\W?hot-?fix\b",)

    def why(self, labels: Sequence[str], branch: str, title: str) -> str:
        """Return what says that it is one, in words; empty where nothing does."""
        wanted = {label.lower() for label in self.labels} if labels else ()
        if label := next((each for each in labels if each.lower() in wanted), ""):
            return f"label {label}"
        if branch and any(found(pattern, branch) is not None for pattern in self.branches):
            return f"branch {branch}"
        return "its title" if any(found(pattern, title) is not None for pattern in self.titles) else ""


class Settings(sdk.ConnectorSettings):
    """DORA's settings.

    `tiers` ranks environments by patterns of their names, before what the forge says. Deployments to
    `production_tiers` count. No lead time is told across more than `gap_days` without a deployment. An incident counts
    against deployments of the `incident_hours` before it, where one scores `cause_score` or more; a rollback, revert or
    hotfix against those of the `remedy_days` before it.
    """

    rules: tuple[Rule, ...] = DEFAULT_RULES
    services: dict[str, ServiceSettings] = {}
    tiers: dict[sdk.Tier, tuple[Pattern, ...]] = {}
    production_tiers: tuple[sdk.Tier, ...] = ("production",)
    hotfix: Hotfix = Hotfix()
    gap_days: Annotated[float, Field(gt=0)] = 60
    incident_hours: Annotated[float, Field(gt=0, le=24 * 90)] = 72
    remedy_days: Annotated[float, Field(gt=0)] = 14
    cause_score: Annotated[float, Field(gt=0, le=1)] = 0.6

    @field_validator("rules")
    @classmethod
    def _have_names(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        names = [rule.name for rule in rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"several rules are called {', '.join(twice)}")
        return rules or DEFAULT_RULES

    @field_validator("production_tiers")
    @classmethod
    def _are_some(cls, tiers: tuple[sdk.Tier, ...]) -> tuple[sdk.Tier, ...]:
        if not tiers:
            raise ValueError("no tier is left whose deployments could count")
        return tiers

    def tier_of(self, environment: str, own: sdk.Tier = "other") -> sdk.Tier:
        """Return the tier of an environment: by the settings, else as its tool says, else by its name."""
        for tier, patterns in self.tiers.items():
            if any(found(pattern, environment) is not None for pattern in patterns):
                return tier
        if own != "other":
            return own
        name = environment.replace("_", "-")
        return next((tier for tier, pattern in TIERS if found(pattern, name) is not None), "other")

    def service_of(self, repo: str, own: str = "") -> str:
        """Return the service that is meant: by an alias, by its repository where only that is known, else by name."""
        short = repo.rpartition("/")[2]
        for name, service in self.services.items():
            is_unnamed = own in ("", short, repo) and not service.paths and service.is_in(repo)
            if own in service.aliases or is_unnamed:
                return name
        return own or short
