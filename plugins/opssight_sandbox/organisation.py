"""Who works in the sandbox organisation, on what: three teams, twelve repositories, their people and pipelines."""

from __future__ import annotations

from dataclasses import dataclass

ORGANISATION = "meridian"
WEB = "https://forge.example/meridian"


@dataclass(frozen=True, slots=True)
class Service:
    """One service: one repository, owned by one team. Rates are shares of runs, minutes are medians.

    `parts` are the services of a monorepo, each in a folder of its name.
    """

    name: str
    team: str
    language: str
    changes_a_day: float
    failure_rate: float
    flaky_rate: float
    build_minutes: float
    slows_down: float = 0.0
    parts: tuple[str, ...] = ()

    @property
    def repo(self) -> str:
        """Return owner and name."""
        return f"{ORGANISATION}/{self.name}"

    @property
    def services(self) -> tuple[str, ...]:
        """Return the names of the services that are deployed from the repository."""
        return self.parts or (self.name,)


TEAMS = {"checkout": "Checkout", "platform": "Platform", "insights": "Insights"}

PEOPLE = {
    "checkout": ("amara", "bastian", "chiyo", "dario"),
    "platform": ("elif", "farid", "greta", "hugo"),
    "insights": ("ines", "jonas", "kavya", "leon"),
}

SERVICES = (
    Service("checkout-api", "checkout", "python", 4.2, 0.10, 0.03, 6.5, slows_down=0.45),
    Service("checkout-web", "checkout", "node", 3.8, 0.13, 0.08, 8.0, parts=("storefront", "back-office")),
    Service("payments", "checkout", "java", 2.6, 0.07, 0.02, 11.0),
    Service("invoicing", "checkout", "python", 1.6, 0.06, 0.02, 5.0),
    Service("gateway", "platform", "go", 2.2, 0.05, 0.02, 4.0),
    Service("identity", "platform", "java", 2.0, 0.08, 0.03, 10.0),
    Service("infra-live", "platform", "terraform", 2.4, 0.12, 0.01, 7.0),
    Service("base-images", "platform", "docker", 1.0, 0.09, 0.02, 14.0, slows_down=0.2),
    Service("events-pipeline", "insights", "python", 2.4, 0.11, 0.05, 9.0),
    Service("reports", "insights", "node", 1.8, 0.09, 0.06, 6.0),
    Service("search-index", "insights", "go", 1.4, 0.06, 0.02, 5.5),
    Service("forecasting", "insights", "python", 1.2, 0.15, 0.04, 18.0),
)

LABELS: dict[tuple[str, str], tuple[str, ...]] = {
    ("java", "build"): ("ubuntu-24.04-8core",),
    ("node", "integration tests"): ("windows-latest",),
    ("docker", "build"): ("ubuntu-24.04-arm",),
    ("go", "unit tests"): ("macos-15",),
}
"""The runners that jobs of a language ask for, where they differ from the usual ones."""
