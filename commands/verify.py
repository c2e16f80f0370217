"""`dlviz verify`: every fact of every lesson, computed with a progress bar, printed as a table or as JSON."""

import sys
import time

from ..engine.lessons.index import NAMES, load
from ..engine.lessons.study.documents import verify_document
from ..engine.lessons.study.verify import tasks
from ..engine.lessons.study.verify import verify as computing
from ..engine.runs.files import dump_json
from ..tui.leaving import signals_end
from . import streams
from .lesson import coloured, width

BAR = 30


def verify(only: tuple[str, ...], *, seeds: int, quick: bool, json: bool) -> None:
    """Compute and print; exit 1 if a fact fails. Raises OptionError for a lesson that is not there."""
    streams.need_output()
    names = [load(name).name for name in dict.fromkeys(only)] or list(NAMES)
    numbers = tuple(range(seeds))
    start = time.monotonic()
    work = tasks(names, numbers, trained=not quick)
    tell = Telling(start)
    try:
        with signals_end():
            facts = computing(work, tell)
    finally:
        tell.clear()
    seconds = time.monotonic() - start
    failed = sum(not fact.holds for fact in facts)
    if json:
        print(dump_json(verify_document(facts, names, () if quick else numbers, seconds)))
    else:
        from ..tui.plain_lesson import facts_table

        print(facts_table(facts, width(), coloured()))
        ids = {fact.id for fact in facts}
        told = f"{len(facts) - failed} of {len(facts)} facts hold, of {len(ids)} rows of the syllabus"
        how = "without what has to be trained" if quick else f"trainings with seeds {', '.join(map(str, numbers))}"
        print(f"\n{told}, {how}; {seconds:.0f} s")
    if failed:
        raise SystemExit(1)


class Telling:
    """A bar on stderr where a person looks, else a line now and then."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._live = sys.stderr.isatty()
        self._tenths = 0

    def __call__(self, done: int, count: int, title: str) -> None:
        """`done` of `count` pieces are done, `title` was the last."""
        seconds = time.monotonic() - self._start
        if self._live:
            filled = BAR * done // max(1, count)
            bar = "█" * filled + "░" * (BAR - filled)
            print(f"\r{bar} {done}/{count}  {seconds:3.0f} s  {title:32.32}", end="", file=sys.stderr, flush=True)
        elif done * 10 // max(1, count) > self._tenths:
            self._tenths = done * 10 // count
            print(f"{done}/{count}  {seconds:.0f} s  {title}", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave a clean line."""
        if self._live:
            print("\r" + " " * (BAR + 56) + "\r", end="", file=sys.stderr, flush=True)
