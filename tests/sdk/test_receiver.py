"""The checks of a delivery's signature accept what the sender signed, and nothing else."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import orjson
import pytest

from datasource_server import sdk

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BODY = b'{"action": "completed",  "n": 1}'
SECRETS = ("new-secret", "old-secret")
GITHUB = sdk.hmac_sha256("X-Hub-Signature-256", "sha256=")
GRAFANA = sdk.timed_hmac_sha256("X-Grafana-Alerting-Signature", "X-Grafana-Alerting-Timestamp")


def delivery(body: bytes = BODY, /, **headers: str) -> sdk.Delivery:
    return sdk.Delivery("d-1", "push", {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)


def digest(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("secret", SECRETS)
def test_a_body_signed_with_either_secret_is_accepted(secret: str) -> None:
    """check 33: rotation keeps two secrets valid."""
    found = delivery(x_hub_signature_256="sha256=" + digest(secret, BODY))
    assert GITHUB(found, SECRETS) is None


def test_an_upper_case_digest_is_accepted() -> None:
    """check 33"""
    found = delivery(x_hub_signature_256="sha256=" + digest("new-secret", BODY).upper())
    assert GITHUB(found, SECRETS) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_hub_signature_256": ""},
        {"x_hub_signature": "sha1=" + hmac.new(b"new-secret", BODY, hashlib.sha1).hexdigest()},
        {"x_hub_signature_256": digest("new-secret", BODY)},
        {"x_hub_signature_256": "sha256=" + digest("new-secret", BODY)[:-1]},
        {"x_hub_signature_256": "sha256=" + digest("wrong", BODY)},
        {"x_hub_signature_256": "sha256=ünïcödé"},
        {"x_hub_signature_256": "sha256=\udcff"},
    ],
)
def test_any_other_signature_is_refused(headers: dict[str, str]) -> None:
    """check 33: wrong secret, missing header, sha1 only, truncated."""
    with pytest.raises(sdk.Rejected) as refused:
        GITHUB(delivery(**headers), SECRETS)
    assert refused.value.status == 401


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
@pytest.mark.parametrize("verify", [GITHUB, sdk.shared_token("X-Token"), sdk.bearer_token(), GRAFANA])
def test_without_a_secret_everything_is_refused(verify: sdk.Verify, secrets: tuple[str, ...]) -> None:
    signed = "sha256=" + digest("", BODY)
    found = delivery(
        x_hub_signature_256=signed,
        x_token="",
        authorization="Bearer ",
        x_grafana_alerting_signature=digest("", f"{NOW.timestamp():.0f}:".encode() + BODY),
        x_grafana_alerting_timestamp=f"{NOW.timestamp():.0f}",
    )
    with pytest.raises(sdk.Rejected):
        verify(found, secrets)


def test_the_raw_bytes_are_signed_not_their_meaning() -> None:
    """check 34: the same JSON written anew has another signature."""
    again = orjson.dumps(orjson.loads(BODY))
    with pytest.raises(sdk.Rejected):
        GITHUB(delivery(again, x_hub_signature_256="sha256=" + digest("new-secret", BODY)), SECRETS)


def timed(seconds: float, timestamp: str = "") -> sdk.Delivery:
    stamp = timestamp or str(int(NOW.timestamp() + seconds))
    signature = digest("new-secret", stamp.encode() + b":" + BODY)
    return delivery(x_grafana_alerting_signature=signature, x_grafana_alerting_timestamp=stamp)


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_a_signed_moment_within_five_minutes_is_accepted(seconds: int) -> None:
    """check 35"""
    assert GRAFANA(timed(seconds), SECRETS) is None


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signed_moment_farther_away_is_refused(seconds: int) -> None:
    """check 35"""
    with pytest.raises(sdk.Rejected, match="300 s"):
        GRAFANA(timed(seconds), SECRETS)


@pytest.mark.parametrize("junk", ["", "soon", "1e9", "²", "-5", "9" * 400])
def test_a_junk_moment_is_refused_not_a_crash(junk: str) -> None:
    """check 35"""
    with pytest.raises(sdk.Rejected):
        GRAFANA(timed(0, junk or " "), SECRETS)


def test_standard_webhooks_accept_any_of_several_signatures() -> None:
    key = base64.b64encode(b"k" * 24).decode()
    stamp = f"{NOW.timestamp():.0f}"
    made = base64.b64encode(hmac.digest(b"k" * 24, f"m-1.{stamp}.".encode() + BODY, "sha256")).decode()
    headers = {"webhook_id": "m-1", "webhook_timestamp": stamp, "webhook_signature": f"v1,AAAA v1,{made}"}
    assert sdk.standard_webhooks()(delivery(**headers), [f"whsec_{key}"]) is None
    with pytest.raises(sdk.Rejected):
        sdk.standard_webhooks()(delivery(**headers | {"webhook_id": "m-2"}), [f"whsec_{key}"])


def test_a_body_that_is_no_json_is_unparsable_and_names_the_delivery() -> None:
    with pytest.raises(sdk.Unparsable, match="d-1"):
        delivery(b"{").json()
