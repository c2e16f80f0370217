"""What every probe found, printed once: it fits the width, and nothing that we did not write reaches the terminal."""

import re

import pytest
from rich.cells import cell_len

from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.text import sanitize
from dlviz.tui.plain_records import DRAWERS, draw

from ..engine.test_inside import QUICK, SHOWS, started

OURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(("probe", "case"), [(probe, case) for probe, cases in SHOWS.items() for case in sorted(cases)])
def test_a_probe_is_drawn_in_78_columns(probe: str, case: str) -> None:
    trainer = started(case)
    for _ in trainer.steps():
        pass
    found = inside(trainer, LookInside(probe, settings=QUICK.get(probe, ())))
    assert any(record.kind in DRAWERS for record in found.records)
    drawn = 0
    for record in found.records:
        for colour in (False, True):
            lines = draw(record, 78, colour)
            drawn += len(lines)
            for line in lines:
                bare = OURS.sub("", line) if colour else line
                assert "not drawn" not in bare, bare
                assert cell_len(bare) <= 78 and bare == sanitize(bare)
    assert drawn > 2
