"""What an operator may set for alerts, in the table `[alerts]` or by OPSSIGHT_ALERTS__… variables."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr

from datasource_server import sdk


class ServiceSettings(BaseModel):
    """What a tool's service is called here, and the repository and environment that it runs from and in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str = ""
    repo: str = ""
    environment: str = ""


class Settings(sdk.ConnectorSettings):
    """The settings of alerts.

    `webhook_secret` opens every receiver that has no secret of its own: `pagerduty_secrets` are those that PagerDuty
    made, one a webhook subscription; `opsgenie_secret` is what Opsgenie sends in the header X-OpsSight-Token.
    `[alerts.services."NAME"]` says what the service NAME of a tool is called here; upper and lower case are alike.
    """

    pagerduty_secrets: list[SecretStr] = []
    opsgenie_secret: SecretStr = SecretStr("")
    services: dict[str, ServiceSettings] = {}

    def webhook_secrets(self) -> tuple[str, ...]:
        """Return the secrets of all receivers; each receiver believes only its own."""
        return (*super().webhook_secrets(), *self.secrets_of("pagerduty"), *self.secrets_of("opsgenie"))

    def secrets_of(self, tool: str) -> tuple[str, ...]:
        """Return the secrets that a tool has for itself."""
        own = {"pagerduty": self.pagerduty_secrets, "opsgenie": [self.opsgenie_secret]}.get(tool, [])
        return tuple(secret for each in own if (secret := each.get_secret_value()))

    def believed(self, tool: str) -> tuple[str, ...]:
        """Return the secrets that a tool's deliveries may be signed with: its own, or where it has none, the shared."""
        return self.secrets_of(tool) or super().webhook_secrets()

    def service(self, name: str) -> ServiceSettings:
        """Return what a tool's service is here; its own name where nothing is set."""
        known = {key.lower(): value for key, value in self.services.items()}.get(name.lower())
        if known is None:
            return ServiceSettings(service=name)
        return known if known.service else known.model_copy(update={"service": name})
