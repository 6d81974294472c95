"""A deployment is one successful delivery of one version to production; each other row says why it is none."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opssight_dora.counting import count
from opssight_dora.deliveries import Delivery
from opssight_dora.settings import Settings

from .values import DEFAULT, delivery


def names(found: list[Delivery]) -> list[str]:
    counted = count(found, DEFAULT)
    return [each.id for stream in counted.streams.values() for each in stream]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("failure", "failed"),
        ("cancelled", "cancelled"),
        ("skipped", "skipped"),
        ("running", "not finished yet"),
        ("queued", "not finished yet"),
    ],
)
def test_what_did_not_end_well_is_left_out_and_kept_apart(status: str, reason: str) -> None:
    assert count([delivery("d", "a", 1, status=status)], DEFAULT).left_out == {("github", "d"): reason}


def test_another_tier_is_left_out_unless_the_settings_count_it() -> None:
    staged = delivery("d", "a", 1, tier="staging")
    assert count([staged], DEFAULT).left_out == {("github", "d"): "not production: staging"}
    both = Settings.model_validate({"production_tiers": ["production", "staging"]})
    assert count([staged], both).left_out == {}


def test_jobs_of_one_run_count_once_by_the_last_that_finished() -> None:
    counted = count([delivery("a", "x", 1, run_id="7"), delivery("b", "x", 2, run_id="7")], DEFAULT)
    assert counted.stands_for == {("github", "a"): ("github", "b")}
    assert counted.left_out[("github", "a")].startswith("same run: counted once, as b")


def test_the_version_that_is_there_already_does_not_count_again_but_one_that_comes_back_does() -> None:
    found = [delivery(f"d{n}", sha, n) for n, sha in enumerate(["a", "a", "b", "b", "a"])]
    assert names(found) == ["d0", "d2", "d4"]


def test_two_tools_that_tell_of_one_delivery_count_it_once() -> None:
    found = [delivery("1", "a", 1), delivery("argo", "a", 1.1, source="dora", rule="Argo CD")]
    assert names(found) == ["1"]


def test_deployments_of_which_no_version_is_known_all_count() -> None:
    assert names([delivery("a", "", 1, version=""), delivery("b", "", 2, version="")]) == ["a", "b"]


SHAS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["success", "failure"]), st.sampled_from("12 ")))


@given(shas=SHAS, seed=st.integers(0, 5))
def test_every_delivery_counts_or_has_a_reason_whatever_their_order(
    shas: list[tuple[str, str, str]], seed: int
) -> None:
    found = [delivery(f"d{n}", sha, n, status=status, run_id=run.strip()) for n, (sha, status, run) in enumerate(shas)]
    counted = count(found, DEFAULT)
    shuffled = random.Random(seed).sample(found, len(found))
    assert count(shuffled, DEFAULT) == counted
    keys = {each.key for stream in counted.streams.values() for each in stream}
    assert keys | counted.left_out.keys() == {each.key for each in found}
    assert not keys & counted.left_out.keys()
    for stream in counted.streams.values():
        versions = [each.sha for each in stream]
        assert all(one != other for one, other in itertools.pairwise(versions))
