"""A pull request's way to production falls into stages; one that is not known says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opssight_dora.flow import Landing, flow

from .values import hours, pull

NOWHERE = Landing("web", left_out="not deployed yet")


def test_the_stages_of_a_reviewed_pull_request_follow_upon_one_another() -> None:
    moments = {
        "first_commit_at": hours(0),
        "created_at": hours(2),
        "first_review_at": hours(5),
        "approved_at": hours(9),
    }
    found = flow(pull(1, "m", 20, **moments, ci_at=hours(14)), Landing("web", hours(27)))
    assert {name: seconds and seconds / 3_600 for name, seconds in found.stages.items()} == {
        "coding": 2,
        "pickup": 3,
        "review": 4,
        "ci": 5,
        "merge": 6,
        "deploy": 7,
    }
    assert found.left_out == ""


def test_ci_that_was_green_before_the_approval_was_not_waited_for() -> None:
    found = flow(pull(1, "m", 20, first_review_at=hours(18.5), approved_at=hours(19), ci_at=hours(18.2)), NOWHERE)
    assert (found.stages["ci"], found.stages["merge"]) == (0, 3_600)


def test_without_a_review_ci_and_merge_are_counted_from_the_opening() -> None:
    found = flow(pull(1, "m", 20, ci_at=hours(19)), NOWHERE)
    assert (found.stages["ci"], found.stages["merge"]) == (3_600, 3_600)
    assert found.left_out.split("; ") == [
        "coding: its first commit is not known",
        "pickup: nobody else reviewed it before the merge",
        "review: nobody approved it before the merge",
        "deploy: not deployed yet",
    ]


def test_a_review_after_the_merge_is_none_of_its_stages() -> None:
    found = flow(pull(1, "m", 20, first_review_at=hours(21), approved_at=hours(22)), NOWHERE)
    assert (found.stages["pickup"], found.stages["review"]) == (None, None)


@pytest.mark.parametrize("first", [19, 30])
def test_a_first_commit_after_the_opening_is_told_apart(first: float) -> None:
    found = flow(pull(1, "m", 20, first_commit_at=hours(first)), NOWHERE)
    assert found.stages["coding"] is None
    assert found.left_out.startswith("coding: it ended before it began")


MOMENTS = st.one_of(st.none(), st.floats(-50, 50).map(hours))


@given(first=MOMENTS, review=MOMENTS, approved=MOMENTS, ci=MOMENTS, landed=MOMENTS)
def test_no_stage_is_ever_negative_and_each_unknown_one_has_its_reason(
    first: object, review: object, approved: object, ci: object, landed: object
) -> None:
    moments = {"first_commit_at": first, "first_review_at": review, "approved_at": approved, "ci_at": ci}
    found = flow(pull(1, "m", 20, **moments), Landing("web", landed))  # type: ignore[arg-type]
    unknown = {name for name, seconds in found.stages.items() if seconds is None}
    assert all(seconds is None or seconds >= 0 for seconds in found.stages.values())
    assert {each.partition(":")[0] for each in found.left_out.split("; ") if each} == unknown
