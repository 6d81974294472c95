"""A GitHub on loopback: real HTTP, a whole organisation, GitHub's limits, and faults on demand.

world = generate_organisation(repos=40, runs=20_000, seed=7)
with FakeGitHub(world, faults=Faults(seed=3, rate=0.2)) as fake:
    ...  # ask fake.url with fake.headers; then compare with truth(world) and look at fake.stats
"""

from .accounts import GitHubApp, Token
from .call import Switches
from .faults import INSTEAD, PASSING, SPOILED, Faults
from .generate import generate_organisation
from .generate_code import Scale
from .history import close, merge, open_pull, push, review
from .issues import change_issue, open_issue, report, upload
from .limits import Limits
from .planning import Trigger
from .server import FakeGitHub
from .stats import Stats
from .truth import truth
from .webhooks import Webhooks, lose, redeliver, sign
from .world import World

__all__ = [
    "INSTEAD",
    "PASSING",
    "SPOILED",
    "FakeGitHub",
    "Faults",
    "GitHubApp",
    "Limits",
    "Scale",
    "Stats",
    "Switches",
    "Token",
    "Trigger",
    "Webhooks",
    "World",
    "change_issue",
    "close",
    "generate_organisation",
    "lose",
    "merge",
    "open_issue",
    "open_pull",
    "push",
    "redeliver",
    "report",
    "review",
    "sign",
    "truth",
    "upload",
]
