"""The cells of a figure, and the numbers in them."""

import numpy as np

from .figures import Bars, Cell, Figure, Grid, Ladder, Net, Table, Tokens, Wall


def cells(figure: Figure) -> list[Cell]:
    """Every cell that the cursor can stand on; none for curves, planes and cards."""
    match figure:
        case Grid():
            rows, columns = np.shape(figure.values)
            return [(row, column) for row in range(rows) for column in range(columns)]
        case Table():
            return [(row, column) for row in range(len(figure.rows)) for column in range(len(figure.columns))]
        case Tokens():
            return [(0, k) for k in range(len(figure.tokens))]
        case Bars():
            return [(k, 0) for k in range(len(figure.labels))]
        case Ladder():
            return [(k, 0) for k in range(len(figure.boxes))]
        case Net():
            return [(k, 0) for k in range(len(figure.nodes))]
        case Wall():
            return [(k, 0) for k in range(len(figure.images))]
    return []


def number(figure: Figure, cell: Cell) -> float | None:
    """The number in a cell of a grid or of bars; None elsewhere, and where there is nothing."""
    if not isinstance(figure, Grid | Bars):
        return None
    values = np.asarray(figure.values, dtype=np.float64)
    found = float(values[cell] if isinstance(figure, Grid) else values.ravel()[cell[0]])
    return found if np.isfinite(found) else None
