"""Secrets to plant: made up at import, in the shapes of real ones, so that no file of the project holds a whole one."""

from __future__ import annotations

import base64
import random

_random = random.Random(7)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def letters(count: int, alphabet: str = _LETTERS) -> str:
    return "".join(_random.choices(alphabet, k=count))


def segment(count: int) -> str:
    return base64.urlsafe_b64encode(_random.randbytes(count)).decode().rstrip("=")


_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_HEX = "0123456789abcdef"

KEY_BODY = "\n".join(letters(64) for _ in range(6))

TOKENS: dict[str, str] = {
    "AWS key id": "AKIA" + letters(16, _UPPER),
    "AWS session key id": "ASIA" + letters(16, _UPPER),
    "GitHub": "ghp_" + letters(36),
    "GitHub app": "ghs_" + letters(36),
    "GitHub fine-grained": "github_pat_" + letters(22) + "_" + letters(59),
    "GitLab": "glpat-" + letters(20),
    "Slack bot": "xoxb-" + letters(12, _HEX) + "-" + letters(24),
    "JWT": f"ey{segment(24)}.ey{segment(60)}.{segment(32)}",
    "Google": "AIza" + letters(35),
    "npm": "npm_" + letters(36),
    "PyPI": "pypi-" + letters(120),
    "Stripe": "sk_" + "live_" + letters(24),
    "SendGrid": "SG." + letters(22) + "." + letters(43),
    "Docker": "dckr_pat_" + letters(27),
    "Grafana": "glsa_" + letters(32) + "_" + letters(8, _HEX),
    "Vault": "hvs." + letters(90),
    "Anthropic": "sk-ant-" + letters(40),
    "DigitalOcean": "dop_v1_" + letters(64, _HEX),
    "Terraform": letters(14) + ".atlasv1." + letters(64),
    "Azure": letters(3) + "8Q~" + letters(34),
    "Slack hook": "hooks.slack.com/services/T" + letters(8, _UPPER) + "/B" + letters(8, _UPPER) + "/" + letters(24),
}
"""Tokens that are known by their shape."""

_password = letters(16)

TOLD: dict[str, tuple[str, str]] = {
    "address": (f"postgresql://admin:{_password}@db.internal:5432/x", _password),
    "escaped address": (f"https:\\/\\/ci:{_password}@git.internal\\/x", _password),
    "token as user": (f"https://{(_user := letters(40))}@git.internal/x", _user),
    "assignment": (f"DB_PASSWORD={_password}", _password),
    "quoted": (f'"api_key": "{_password}"', _password),
    "yaml": (f"client_secret: {_password}", _password),
    "arrow": (f"secret => '{_password}'", _password),
    "AWS secret": (f"aws_secret_access_key = {(_aws := letters(40))}", _aws),
    "header": (f"Authorization: Bearer {(_bearer := letters(32))}", _bearer),
    "basic": (f"authorization: basic {(_basic := letters(28))}", _basic),
    "signed address": (f"https://blob.internal/x?se=1&sig={(_sig := letters(43))}%3D", _sig),
    "command line": (f"login --user ci --password {_password} --host x", _password),
    "Azure storage": (f"AccountName=x;AccountKey={(_azure := letters(86))}==;", _azure),
}
"""Secrets that are known by what stands before them: the text, and the part that must go."""


def pem(kind: str = "RSA ") -> str:
    dashes = "-" * 5
    return f"{dashes}BEGIN {kind}PRIVATE KEY{dashes}\n{KEY_BODY}\n{dashes}END {kind}PRIVATE KEY{dashes}"
