"""Golden texts: what a renderer drew, kept as a file that a person can read."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual.strip import Strip

FOLDER = Path(__file__).parent / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"


@pytest.fixture
def golden() -> Callable[[str, Sequence[Strip]], None]:
    """Compare Strips with golden/NAME.txt, blank line ends aside; DLVIZ_REWRITE_GOLDEN=1 writes it anew."""

    def check(name: str, strips: Sequence[Strip]) -> None:
        text = "".join(strip.text.rstrip() + "\n" for strip in strips)
        path = FOLDER / f"{name}.txt"
        if os.environ.get(REWRITE):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), f"{name}: run with {REWRITE}=1 and look at the difference"

    return check
