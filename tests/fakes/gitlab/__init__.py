"""A GitLab on loopback: real HTTP, the same organisation as the fake GitHub, GitLab's paging, and faults on demand.

world = generate_organisation(repos=40, runs=20_000, seed=7)
with FakeGitLab(world, faults=Faults(seed=3, rate=0.2)) as fake:
    ...  # ask fake.url with fake.headers; then compare with fake.truth() and look at fake.stats
"""

from .alike import tell_alike
from .call import Switches
from .extras import Extras, Report
from .limits import Limits
from .server import FakeGitLab
from .truth import truth
from .webhooks import Webhooks, sign

__all__ = [
    "Extras",
    "FakeGitLab",
    "Limits",
    "Report",
    "Switches",
    "Webhooks",
    "sign",
    "tell_alike",
    "truth",
]
