"""Names with slashes as a tree whose only children are joined to their parents. Knows nothing of any screen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the tree: a branch with `count` leaves below it, or a leaf, number `leaf` of the names."""

    depth: int
    label: str
    path: str
    leaf: int | None = None
    count: int = 0
    open: bool = True


def rows(names: Sequence[str], folded: Collection[str] = ()) -> list[Row]:
    """The lines of the tree of `names`, in their order; below the branches in `folded` nothing is listed."""
    return _rows([(k, name.split("/")) for k, name in enumerate(names)], "", 0, folded)


def _rows(leaves: list[tuple[int, list[str]]], path: str, depth: int, folded: Collection[str]) -> list[Row]:
    groups: dict[str, list[tuple[int, list[str]]]] = {}
    for k, parts in leaves:
        key = parts[0] if len(parts) > 1 else f"\0{k}"
        groups.setdefault(key, []).append((k, parts))
    found = []
    for key, members in groups.items():
        if key.startswith("\0") or len(members) == 1:
            k, parts = members[0]
            found.append(Row(depth, "/".join(parts), f"{path}{'/'.join(parts)}", k))
            continue
        label, below = key, [(k, parts[1:]) for k, parts in members]
        while len({parts[0] for _, parts in below}) == 1 and all(len(parts) > 1 for _, parts in below):
            label += "/" + below[0][1][0]
            below = [(k, parts[1:]) for k, parts in below]
        at = f"{path}{label}/"
        closed = at in folded
        found.append(Row(depth, label + "/", at, None, len(members), not closed))
        if not closed:
            found += _rows(below, at, depth + 1, folded)
    return found
