"""`dlviz verify`: every fact of every lesson, computed with a progress bar, printed as a table or as JSON."""

import sys
import time

from ..engine.lessons.index import NAMES, load
from ..engine.lessons.kit.facts import Fact, told
from ..engine.lessons.study.documents import verify_document
from ..engine.lessons.study.stages import Stage
from ..engine.lessons.study.verify import tasks
from ..engine.lessons.study.verify import verify as computing
from ..engine.options import Rule
from ..engine.runs.files import dump_json
from ..engine.text import sanitize
from ..tui.leaving import signals_end
from ..tui.render.numbers import clock
from . import streams
from .lesson import coloured, width

BAR = 20
SEEDS = Rule(name="--seeds", kind=int, default=3, help="", low=1, high=100)


def verify(only: tuple[str, ...], *, seeds: int, quick: bool, json: bool) -> None:
    """Compute and print; exit 1 if a fact fails. Raises OptionError for what is not allowed."""
    SEEDS.check(seeds)
    streams.need_output()
    names = [load(name).name for name in dict.fromkeys(only)] or list(NAMES)
    numbers = tuple(range(seeds))
    start = time.monotonic()
    work = tasks(names, numbers, trained=not quick)
    tell = Telling()
    try:
        with signals_end():
            facts = computing(work, tell)
    except KeyboardInterrupt:
        tell.clear()
        print(f"interrupted after {tell.done} of {len(work)} pieces", file=sys.stderr)
        raise
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
        held = f"{len(facts) - failed} of {len(facts)} facts hold, of {len(ids)} rows of the syllabus"
        how = "without what has to be trained" if quick else f"trainings with seeds {', '.join(map(str, numbers))}"
        print(f"\n{held}, {how}; {seconds:.0f} s")
    if failed:
        raise SystemExit(1)


class Telling:
    """On stderr a bar where a person looks, else a line now and then; and what does not hold as soon as it is known."""

    def __init__(self) -> None:
        self.done = 0
        self._start = time.monotonic()
        self._live = sys.stderr.isatty()
        self._tenths = -1

    def __call__(self, stage: Stage) -> None:
        """Tell how far it is."""
        for fact in stage.failed:
            self.clear()
            print(failing(fact), file=sys.stderr, flush=True)
        self.done = stage.done
        seconds = time.monotonic() - self._start
        if self._live:
            filled = int(BAR * stage.share)
            bar = "█" * filled + "░" * (BAR - filled)
            left = f"{clock(seconds)}, about {clock(stage.left)} left" if stage.running else clock(seconds)
            text = f"{bar} {stage.done}/{stage.count}  {left}  {' | '.join(stage.running)}"
            print(f"\r\x1b[K{text:.{width() - 1}}", end="", file=sys.stderr, flush=True)
        elif int(10 * stage.share) > self._tenths:
            if self._tenths < 0:
                line = f"{stage.count} {'piece' if stage.count == 1 else 'pieces'}, about {clock(stage.left)}"
            else:
                line = f"{stage.done}/{stage.count}  {clock(seconds)}  {' | '.join(stage.running)}".rstrip()
            print(line, file=sys.stderr, flush=True)
            self._tenths = int(10 * stage.share)

    def clear(self) -> None:
        """Leave a clean line."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def failing(fact: Fact) -> str:
    """A fact that does not hold, in a line."""
    seeds = ", ".join(f"seed {seed}" for seed, holds in fact.seeds.items() if not holds)
    where = f"{fact.lesson} {fact.id}" + (f" ({seeds})" if seeds else "")
    said = f"does not hold: {where}: {fact.claim}: {told(fact.computed)} (expected {told(fact.expected)})"
    return sanitize(said, limit=300)
