"""Text broken into lines."""

from rich.cells import cell_len

from ...engine.text import sanitize


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken between words where it can be."""
    lines, current = [], ""
    for word in sanitize(text).split():
        while cell_len(word) > width > 0:
            if current:
                lines.append(current)
                current = ""
            head = word[:width]
            while cell_len(head) > width:
                head = head[:-1]
            head = head or word[:1]
            lines.append(head)
            word = word[len(head) :]
        joined = f"{current} {word}" if current else word
        if cell_len(joined) > width:
            lines.append(current)
            joined = word
        current = joined
    return [*lines, current] if current else lines
