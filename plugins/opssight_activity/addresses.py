"""Addresses: what the mail address in a commit says of its author, and whether it can tell people apart at all."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

NOREPLY_WITH_ID = re.compile(r"(\d+)[+-](.+)")

ROLES = frozenset(
    """
    admin administrator build builder builds ci contact deploy deployer dev developer developers devops devs
    do-not-reply donotreply ec2-user email git github gitlab hello help info it jenkins mail me no-reply nobody none
    noreply office ops postmaster release releases root runner service support sysadmin system team test tests
    ubuntu unknown user vagrant web webmaster www www-data you
    """.split()  # noqa: SIM905  sixty words, a line each, read worse
)
"""What stands before the @ where many people, or a machine, may write."""

MACHINES = ("localhost", "localdomain", ".local", ".lan", ".internal", ".home", ".(none)")


@dataclass(frozen=True, slots=True)
class Noreply:
    """A forge's own address of one account; `account` is its number, where the address has it."""

    forge: str
    login: str
    account: str = ""


def folded(text: str) -> str:
    """Return a login or an address as it is compared: the case of ASCII letters does not count."""
    return text.lower() if text.isascii() else text


def squashed(text: str) -> str:
    """Return the letters and digits of a name, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if each.isalnum())


def tokens(name: str) -> frozenset[str]:
    """Return the words of a name, without case and accents."""
    return frozenset(word for part in re.split(r"[\W_]+", name) if (word := squashed(part)))


def local_part(email: str) -> str:
    """Return what stands before the @, without a +tag."""
    return email.partition("@")[0].partition("+")[0]


def read_noreply(email: str) -> Noreply | None:
    """Return the account that a forge's noreply address stands for; None for any other address."""
    local, at, host = folded(email).partition("@")
    if not at or not local or not host.startswith("users.noreply."):
        return None
    with_id = NOREPLY_WITH_ID.fullmatch(local)
    forge = _forge(host, local)
    return Noreply(forge, with_id[2], with_id[1]) if with_id else Noreply(forge, local)


def _forge(host: str, local: str) -> str:
    """Return the forge by its host; on a host of one's own, GitLab parts number and login by a dash."""
    named = next((name for name in ("github", "gitlab") if name in host), "")
    return named or ("gitlab" if re.match(r"\d+-", local) else "github")


def is_shared(email: str) -> bool:
    """Say whether an address tells nobody apart: none at all, a role's, a machine's own."""
    local, at, host = folded(email).partition("@")
    if not at or not local or "." not in host or local_part(email) in ROLES:
        return True
    return host.endswith(MACHINES)
