"""Where panes go: they fill the room, never overlap, and the focused one is always there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.tui.arrangement import LOWER, PANES, Splits, arrange

SHARE = st.floats(0.12, 0.88)


@given(
    st.integers(20, 300),
    st.integers(6, 120),
    st.sampled_from(PANES),
    st.sampled_from(LOWER),
    st.builds(Splits, side=SHARE, upper=SHARE, lower=SHARE, right=SHARE),
)
def test_panes_tile_the_room(width, height, focus, lower, splits):
    lower = focus if focus in LOWER else lower
    places = arrange(width, height, focus, lower, splits)
    assert focus in places
    assert sum(region.area for region in places.values()) == width * height
    regions = list(places.values())
    assert all(r.x >= 0 and r.y >= 0 and r.right <= width and r.bottom <= height for r in regions)
    for k, one in enumerate(regions):
        assert not any(one.overlaps(other) for other in regions[k + 1 :])


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [
        (80, 21, {"curves"}),
        (120, 37, {"models", "card", "options", "curves", "layers"}),
        (200, 57, {*PANES} - {"compare", "samples", "lessons"}),
    ],
)
def test_the_terminals_of_our_users(width, height, shown):
    assert set(arrange(width, height, "curves", "layers", Splits())) == shown


def test_the_side_is_shown_in_pairs_on_a_small_terminal():
    assert set(arrange(80, 21, "models", "layers", Splits())) == {"models", "card"}
    assert set(arrange(80, 21, "options", "layers", Splits())) == {"card", "options"}
    assert set(arrange(50, 16, "options", "layers", Splits())) == {"options"}


def test_samples_stand_where_there_is_no_view():
    places = arrange(200, 57, "curves", "layers", Splits(), beside="samples")
    assert set(places) == {*PANES} - {"compare", "inside", "lessons"}
    assert "inside" in arrange(200, 57, "inside", "layers", Splits(), beside="samples")


def test_a_split_stays_within_reason():
    assert Splits().moved("side", 5).side == 0.88
    assert Splits().moved("side", -5).side == 0.12


def test_a_comparison_takes_the_lower_half_of_a_wide_screen():
    places = arrange(200, 57, "compare", "compare", Splits())
    assert set(places) == {*PANES} - {"layers", "inside", "samples", "lessons"}
    assert places["compare"].right == 200 and places["compare"].bottom == 57
