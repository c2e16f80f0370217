"""Queries that choose runs: `lr>=1e-3 model~llama -debug`.

Terms are joined by blanks and all must hold. A term is KEY OPERATOR VALUE or a word that must occur in the name, the
path or a config value; `-` or `!` before it turns it round. Operators: `=` `!=` (several values by commas: any of),
`<` `<=` `>` `>=` (numbers, or dates with `started`), `~` `!~` (contains, as a regular expression). A key is a config
key or the unique end of one, name, status, format, steps, started, or a tag: then its last value. `lr=` asks for runs
without it. Blanks and operators are quoted. Capitals do not count in values.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...options import OptionError
from ..run import Run
from .configs import as_number, config_of, tell
from .facts import MISSING, fact, final, meanings, names, nearest
from .terms import Piece, pieces

COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class QueryError(OptionError):
    """A query is not understood; the text is one sentence for who wrote it, `at` the place of the trouble (from 0)."""

    def __init__(self, at: int, text: str) -> None:
        super().__init__(f"{text} (at character {at + 1})")
        self.at = at


Test = Callable[[Run], bool]


@dataclass(frozen=True)
class Query:
    """A query that was understood; called with a run it says whether the run matches."""

    text: str
    tests: tuple[Test, ...]

    @classmethod
    def of(cls, text: str, runs: Sequence[Run]) -> "Query":
        """The query that `text` is, with keys of `runs`; raises QueryError."""
        return cls(text, tuple(_test(piece, runs) for piece in _understood(text)))

    def __call__(self, run: Run) -> bool:
        return all(test(run) for test in self.tests)


def query(text: str, runs: Sequence[Run]) -> Query:
    """The query that `text` is, with keys of `runs`; raises QueryError. An empty text matches every run."""
    return Query.of(text, runs)


def select(text: str, runs: Sequence[Run]) -> list[Run]:
    """Those of `runs` that match; raises QueryError."""
    query = Query.of(text, runs)
    return [run for run in runs if query(run)]


def _understood(text: str) -> list[Piece]:
    found, open_quote = pieces(text)
    if open_quote >= 0:
        raise QueryError(open_quote, "a quote is not closed")
    return found


def _test(piece: Piece, runs: Sequence[Run]) -> Test:
    if not piece.operator:
        if not piece.key:
            raise QueryError(piece.at, "a - or ! wants a term behind it, like -debug or -lr>=1e-3")
        inner = _word(piece.key)
    else:
        inner = _term(piece, runs)
    return (lambda run: not inner(run)) if piece.negated else inner


def _word(word: str) -> Test:
    low = word.lower()

    def test(run: Run) -> bool:
        if low in run.name.lower() or low in run.path.lower():
            return True
        return any(low in tell(value).lower() for value in config_of(run).values())

    return test


def _term(piece: Piece, runs: Sequence[Run]) -> Test:
    key, operator, value = piece.key, piece.operator, piece.value
    if not key:
        raise QueryError(piece.at, f"{operator} wants a key before it, like lr{operator}0.1")
    could = meanings(runs, key)
    if not could and runs:
        near = nearest(key, names(runs))
        hint = f"; the nearest is {near}" if near else ""
        raise QueryError(piece.at, f"no run has a config key or series {_named(key)}{hint}")
    if len(could) > 1:
        told = ", ".join(could[:3]) + (", …" if len(could) > 3 else "")
        raise QueryError(piece.at, f"{_named(key)} may be {told}: write more of it")
    if operator in ("~", "!~"):
        return _like(piece)
    if operator in COMPARED:
        return _compared(key, operator, value, piece.value_at)
    wanted = [part.strip() for part in (value.split(",") if not piece.quoted else [value])]
    turned = operator == "!="

    def test(run: Run) -> bool:
        return any(_is(fact(run, key), one) for one in wanted) != turned

    return test


def _like(piece: Piece) -> Test:
    key, turned = piece.key, piece.operator == "!~"
    if not piece.value:
        raise QueryError(piece.value_at, f"{piece.operator} wants a text or a regular expression behind it")
    try:
        pattern = re.compile(piece.value, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise QueryError(
            piece.value_at, f"{_named(piece.value)} is no regular expression: {error}; a \\ takes a sign as it is"
        ) from None

    def test(run: Run) -> bool:
        value = fact(run, key)
        return (value is not MISSING and bool(pattern.search(tell(value)))) != turned

    return test


def _compared(key: str, operator: str, value: str, at: int) -> Test:
    compare = COMPARED[operator]
    wanted = as_number(value)
    if wanted is None and key == "started":
        wanted = _moment(value)
    if wanted is None or math.isnan(wanted):
        allowed = "a date like 2026-11-23 or 2026-11-23T10:00" if key == "started" else "a number, like 1e-3"
        what = f"not {_named(value)}" if value else "and there is nothing behind it"
        raise QueryError(at, f"{operator} wants {allowed}, {what}")
    limit = wanted

    def test(run: Run) -> bool:
        number = as_number(fact(run, key))
        if number is None:  # `loss` may be a text of the config, and a series too
            number = final(run, key)
        return number is not None and compare(number, limit)

    return test


def _moment(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _is(value: Any, wanted: str) -> bool:
    """Whether a value is what the text says: as numbers if both are, else as texts."""
    if value is MISSING or value == "":
        return wanted == ""
    a, b = as_number(value), as_number(wanted)
    if a is not None and b is not None:
        return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9)
    return tell(value).lower() == tell(wanted).lower()


def _named(text: str) -> str:
    return f"“{text[:60]}”" if len(text) <= 60 else f"“{text[:59]}…”"


def candidates(text: str, runs: Sequence[Run]) -> list[str]:
    """What the last word of `text` may become, likeliest first: keys, what differs first, or values of its key."""
    found, _ = pieces(text)
    last = found[-1] if found and not text[-1:].isspace() else Piece("", "", "", len(text), len(text))
    if last.operator:
        counts: dict[str, int] = {}
        for run in runs:
            value = fact(run, last.key)
            if value is not MISSING and (not isinstance(value, float) or last.key in config_of(run)):
                counts[tell(value)] = counts.get(tell(value), 0) + 1
        typed = last.value.rpartition(",")[2].lower() if not last.quoted else last.value.lower()
        some = sorted(counts, key=lambda one: (-counts[one], one))
        return [one for one in some if one.lower().startswith(typed)] + [
            one for one in some if typed and typed in one.lower() and not one.lower().startswith(typed)
        ]
    from .configs import differences

    low = last.key.lower()
    known = [*dict.fromkeys([*differences(runs).keys, *names(runs)])]
    begins = [name for name in known if name.lower().startswith(low)]
    ends = [name for name in known if name not in begins and re.split(r"[./]", name.lower())[-1].startswith(low)]
    rest = [name for name in known if low and low in name.lower() and name not in begins and name not in ends]
    return begins + ends + rest


def complete(text: str, runs: Sequence[Run]) -> list[str]:
    """The whole texts that `text` may become by its last word, likeliest first."""
    return [completed(text, word) for word in candidates(text, runs)]


def completed(text: str, word: str) -> str:
    """`text` with its last word made into `word`, one of the `candidates`; quoted where that is needed."""
    found, _ = pieces(text)
    last = found[-1] if found and not text[-1:].isspace() else None
    needs = bool(re.search(r"[\s\"'<>=!~,]", word)) or not word
    told = '"' + word.replace('"', "'") + '"' if needs else word
    if last is None:
        return text + told
    if not last.operator:
        return text[: last.at] + told
    before, comma, _ = text[last.value_at :].rpartition(",") if not last.quoted else ("", "", "")
    return text[: last.value_at] + before + comma + told
