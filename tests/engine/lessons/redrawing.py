"""Breaks what a lesson draws, where it draws it."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

KINDS = ("Bars", "Card", "Curves", "Grid", "Net", "Plane", "Table", "Tokens", "Wall")


def redraw(
    monkeypatch: pytest.MonkeyPatch, modules: tuple[ModuleType, ...], name: str, change: Callable[[Any], dict[str, Any]]
) -> None:
    """Every figure called `name` that one of the modules makes is made with what `change` gives for it."""
    made = []
    for module in modules:
        for kind in KINDS:
            if hasattr(module, kind):
                monkeypatch.setattr(module, kind, _changed(getattr(module, kind), name, change))
                made.append(kind)
    assert made, "these modules draw nothing"


def _changed(right: Callable[..., Any], name: str, change: Callable[[Any], dict[str, Any]]) -> Callable[..., Any]:
    def broken(*values: Any, **parts: Any) -> Any:
        figure = right(*values, **parts)
        return replace(figure, **change(figure)) if figure.name == name else figure

    return broken
