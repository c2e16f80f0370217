"""Origins that name only figures of their own frame: the same figure stands in several frames. Pure Python."""

from collections.abc import Callable
from dataclasses import replace

from ..kit.figures import Figure, Origin

Source = Callable[[int, int], Origin | None]


def present(*figures: Figure) -> tuple[Figure, ...]:
    """The figures of a frame, whose origins leave out cells of figures that are not among them."""
    names = {figure.name for figure in figures}

    def within(source: Source) -> Source:
        def kept(row: int, column: int) -> Origin | None:
            origin = source(row, column)
            if origin is None:
                return None
            return replace(origin, cells={name: cells for name, cells in origin.cells.items() if name in names})

        return kept

    return tuple(
        figure if figure.origin is None else replace(figure, origin=within(figure.origin)) for figure in figures
    )
