"""A connector collects what its decorators are put on, and says at once what an author got wrong."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import pytest
from pydantic import SecretStr, ValidationError

from datasource_server import sdk


class Build(sdk.Row, table="build", key=("source", "id")):
    """One build."""

    id: Annotated[str, "Its id."]


def connector() -> sdk.Connector:
    return sdk.Connector("opssight_tool", tables=[Build])


def test_the_name_is_the_packages_suffix() -> None:
    assert connector().name == "tool"


def test_decorated_functions_are_found_by_name_with_their_sentence() -> None:
    made = connector()

    @made.collector(every=timedelta(minutes=5), scopes=lambda settings: settings.places)
    async def builds(_ctx: sdk.Context[Any]) -> sdk.Pages:
        """Read builds.

        More words.
        """
        yield [Build(id="1")]

    @made.receiver(verify=sdk.shared_token("X-Token"), id_header="X-Id")
    def webhook(_delivery: sdk.Delivery) -> list[sdk.Row]:
        """Take builds."""
        return []

    @made.derivation(of=[Build], writes=[Build], by="repo")
    async def again(_of: sdk.Derive) -> Sequence[sdk.Row]:
        """Make builds of builds."""
        return []

    found = (made.collectors["builds"], made.receivers["webhook"], made.derivations["again"])
    assert [each.doc for each in found] == ["Read builds.", "Take builds.", "Make builds of builds."]
    assert made.receivers["webhook"].id_header == "x-id"


async def test_an_action_has_a_model_of_its_parameters() -> None:
    made = connector()

    @made.action(role="lead")
    async def rebuild(_ctx: sdk.Context[Any], *, repo: str, number: int = 1) -> None:
        """Build again."""

    parameters = made.actions["rebuild"].parameters
    assert parameters(repo="acme/web").model_dump() == {"repo": "acme/web", "number": 1}
    with pytest.raises(ValidationError):
        parameters(repo="acme/web", number=1, force=True)


def test_two_functions_of_one_name_are_refused() -> None:
    made = connector()
    for expected in (False, True):

        async def builds(_ctx: sdk.Context[Any]) -> sdk.Pages:
            """Read builds."""
            yield []

        if expected:
            with pytest.raises(sdk.PluginError, match="two functions named builds"):
                made.collector(every=timedelta(1))(builds)
        else:
            made.collector(every=timedelta(1))(builds)


def test_a_function_without_a_sentence_is_refused() -> None:
    async def silent(_ctx: sdk.Context[Any]) -> sdk.Pages:
        yield []

    with pytest.raises(sdk.PluginError, match="tool/silent has no docstring"):
        connector().collector(every=timedelta(1))(silent)


def test_a_notifier_needs_an_occasion() -> None:
    async def news(_ctx: sdk.Context[Any], _rows: Sequence[sdk.Row]) -> list[sdk.Message]:
        """Say it."""
        return []

    with pytest.raises(sdk.PluginError, match="on= or every="):
        connector().notifier()(news)


def test_settings_never_show_a_secret_and_refuse_unknown_words() -> None:
    settings = sdk.ConnectorSettings(token=SecretStr("t0p"), webhook_secret=SecretStr("s3cret"))
    assert "t0p" not in repr(settings)
    assert settings.webhook_secrets() == ("s3cret",)
    with pytest.raises(ValidationError):
        sdk.ConnectorSettings.model_validate({"tokn": "x"})


def test_a_row_without_key_or_with_an_unknown_one_is_refused() -> None:
    with pytest.raises(sdk.PluginError, match="table= and key="):

        class NoKey(sdk.Row, table="x"):
            """No key."""

    with pytest.raises(sdk.PluginError, match="has no column nmae"):

        class Typo(sdk.Row, table="x", key=("nmae",)):
            """A typo."""


def test_a_moment_without_a_zone_is_utc_and_any_other_is_turned_into_it() -> None:
    run = sdk.Schedule.model_validate(
        {"repo": "acme/web", "pipeline": "ci", "cron": "0 1 * * *", "next_at": "2026-11-02T10:00:00+02:00"}
    )
    assert run.next_at is not None
    assert run.next_at.isoformat() == "2026-11-02T08:00:00+00:00"
