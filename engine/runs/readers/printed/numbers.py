"""Numbers as programs print them: thousands separated, with k or M behind them, nan and inf."""

import re

SPECIAL = r"[nN][aA][nN]|[iI][nN][fF](?:inity)?"
DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
NUMBER = re.compile(rf"(?<![\w.@])(?<!\w-)(?:(?<![)\]])[-+])?(?:{DIGITS}|(?:{SPECIAL})(?![\w-]))")
"""A number that is a word of its own; its unit may follow without a space."""
UNIT = re.compile(r"%|[A-Za-zµ]+(?:/[A-Za-z]+)?")
COUNT = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?![0-9])"
"""A number that counts something."""
_COUNT = re.compile(COUNT)
LIKE = rf"[-+]?(?:{DIGITS}|{SPECIAL})"
"""Any number, for patterns made of a line that is known."""

SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12}


def number(text: str) -> float:
    """The number that a match of NUMBER or LIKE is."""
    try:
        return float(text)
    except ValueError:
        return float(text.replace(",", ""))


def counts(line: str, span: tuple[int, int]) -> bool:
    """Whether the number at `span` is one that can count something."""
    return span[1] - span[0] <= 18 and _COUNT.fullmatch(line, *span) is not None
