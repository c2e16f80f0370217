"""Keys that work everywhere are nobody's own: no pane takes them away."""

from typing import Any

import pytest

from dlviz.engine.catalog import CATALOG
from dlviz.tui.actions import BINDINGS
from dlviz.tui.arrangement import KEYS, PANES
from dlviz.tui.panes.card import CardPane
from dlviz.tui.panes.compare.pane import ComparePane
from dlviz.tui.panes.curves.pane import CurvesPane
from dlviz.tui.panes.layers.pane import LayersPane
from dlviz.tui.panes.log import LogPane
from dlviz.tui.panes.models import ModelsPane
from dlviz.tui.panes.options import OptionsPane
from dlviz.tui.panes.pane import Pane
from dlviz.tui.panes.runs import RunsPane
from dlviz.tui.panes.samples import SamplesPane
from dlviz.tui.panes.views import VIEWS, make

FIXED: tuple[type[Any], ...] = (
    CardPane,
    ComparePane,
    CurvesPane,
    LayersPane,
    LogPane,
    ModelsPane,
    OptionsPane,
    RunsPane,
    SamplesPane,
)
SHARED = {"f": (), "space": (ComparePane,), "B": (CurvesPane,)}
"""Full screen, which panes do alike; space, which ticks in a form; back, there to the step of the crosshair."""


def _keys(bindings) -> set[str]:
    return {key.strip() for binding in bindings for key in binding.key.split(",")}


EVERYWHERE = _keys(BINDINGS) | {*KEYS.values()}


def _panes() -> list[type[Pane]]:
    return [*FIXED, *(type(make(view)) for view in VIEWS)]


@pytest.mark.parametrize("pane", _panes(), ids=lambda pane: pane.__name__)
def test_no_pane_takes_a_key_that_works_everywhere(pane: type[Pane]) -> None:
    own = {key for cls in pane.__mro__ for key in _keys(cls.__dict__.get("BINDINGS", ()))}
    taken = own & EVERYWHERE
    assert taken <= {key for key, panes in SHARED.items() if not panes or pane in panes}


@pytest.mark.parametrize("pane", _panes(), ids=lambda pane: pane.__name__)
def test_no_key_means_two_things_in_one_pane(pane: type[Pane]) -> None:
    seen: dict[str, str] = {}
    for cls in pane.__mro__:
        for binding in cls.__dict__.get("BINDINGS", ()):
            for key in _keys([binding]):
                action = seen.setdefault(key, binding.action)
                assert action == binding.action or cls is not pane, f"{key}: {action} and {binding.action}"


def test_the_number_keys_reach_every_pane_and_every_view_is_some_models() -> None:
    assert [*KEYS] == [*PANES] and len({*KEYS.values()}) == len(PANES)
    assert set(VIEWS) <= {view for entry in CATALOG.values() for view in entry.views}
