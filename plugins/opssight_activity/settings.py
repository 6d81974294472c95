"""What an operator may say of people: who is one person under several names, and who is no person at all.

[activity]
bots = ["acme-robot*"]

[[activity.people]]
name = "Ana Bell"
logins = ["ana", "gitlab:ana.bell"]
emails = ["ana@acme.example", "ana.bell@home.example"]
"""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from datasource_server import sdk
from opssight_activity.addresses import folded


class Person(BaseModel):
    """One person: a login counts in every forge, or in one where that stands before a colon."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    logins: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Settings(sdk.ConnectorSettings):
    """Who is one person, and shell patterns of logins and addresses that are bots.

    `names_only` are the connectors whose commits name an author as the author likes, not by login.
    """

    people: tuple[Person, ...] = ()
    bots: tuple[str, ...] = ()
    names_only: tuple[str, ...] = ("git", "gitlab")

    @model_validator(mode="after")
    def _belongs_to_one(self) -> Self:
        """Refuse a name, login or address that two people claim: nobody could say whose it is."""
        claims = [claim for person in self.people for claim in _claims(person)]
        if twice := sorted(claim for claim, count in Counter(claims).items() if count > 1):
            raise ValueError(f"people: {', '.join(twice)} is claimed by more than one, expected each by one")
        return self


def _claims(person: Person) -> set[str]:
    texts = (person.name, *person.logins, *person.emails, *person.names)
    return {folded(text) for text in texts}
