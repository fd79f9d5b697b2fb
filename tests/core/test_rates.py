"""A rate is to the nearest, and its ends keep their word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.rates import percent_of

WHOLES = st.integers(1, 300_000)


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        (0, 0, 0),
        (0, 7, 0),
        (1, 3, 33),
        (2, 3, 67),
        (1, 8, 13),
        (1, 200, 1),
        (1, 20_000, 1),
        (199, 200, 99),
        (7, 7, 100),
        (5, 0, 0),
    ],
)
def test_a_rate_is_to_the_nearest_but_for_its_ends(part: int, whole: int, percent: int) -> None:
    assert percent_of(part, whole) == percent


@given(WHOLES, st.data())
def test_nothing_alone_is_0_and_everything_alone_is_100(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    percent = percent_of(part, whole)

    assert (percent == 0) == (part == 0)
    assert (percent == 100) == (part == whole)
    if 1 < percent < 99:
        assert abs(200 * part - 2 * whole * percent) <= whole  # at most half a point away


@given(WHOLES, st.data())
def test_one_more_never_lowers_a_rate(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole - 1))

    assert percent_of(part, whole) <= percent_of(part + 1, whole)
