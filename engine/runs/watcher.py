"""Keeps the runs below some sources up to date: searches for new ones, and reads what each has written.

Once for a report, or again and again in a thread of its own, in pieces so short that a screen keeps its hands.
"""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .discover import FORGIVES, Discovery
from .run import Run
from .watched import Watched, gathered

if TYPE_CHECKING:
    from .analysis.health import Doctors

SEARCH, LOOK = 2.0, 0.5
"""Seconds between two searches for new runs, and between two rounds of looking at those known."""
REVIEW = 10.0
"""Seconds between two looks at runs that have not changed, for silence is a finding too."""
SLEEPY, SELDOM = 8, 4
"""After so many looks at which nothing was new, a run is looked at only every so many rounds."""
PIECE = 0.05
"""Seconds that reading one run may take before the next has its turn."""
SHARE = 20.0
"""A round that took long is followed by a pause so many times as long."""


class Watcher:
    """The runs below `sources`; those found first come first."""

    def __init__(self, sources: Sequence[Path]) -> None:
        self.sources = [Discovery(source) for source in sources]
        self.runs: tuple[Run, ...] = ()
        """All runs that were found."""
        self.generation = 0
        """Grows with everything that changes."""
        self.loaded = False
        """Whether everything that was there at first has been read."""
        self.problems: dict[str, str] = {}
        """Sources that cannot be read, with the reason."""
        self._watched: dict[str, Watched] = {}
        self._doctors: Doctors | None = None
        self._ill: set[str] = set()
        self._reviewed = 0.0
        self._turn = 0
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def failures(self) -> list[str]:
        """Formats that failed on a folder, each in a sentence."""
        return [f"{where}: searching failed ({why})" for one in self.sources for where, why in one.failures.items()]

    @property
    def files(self) -> int:
        """How many files the last search saw."""
        return sum(source.files for source in self.sources)

    def complete(self) -> tuple[Run, ...]:
        """Search once and read all there is."""
        self.search()
        while self._round():
            pass
        self._examine()
        self.loaded = True
        return self.runs

    def start(self) -> None:
        """Go on in a thread until `close`."""
        self._thread = threading.Thread(target=self._watch, name="dlviz-watcher", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Search and look again at once."""
        self._wake.set()

    def close(self) -> None:
        """Stop the thread and wait for it, a second or two at most."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(2)

    def search(self) -> None:
        """Find runs that are new; of those whose files are gone, what was read is kept."""
        known, found = dict(self._watched), set()
        for discovery, prefix in zip(self.sources, self._prefixes(), strict=True):
            try:
                places = discovery.search()
            except OSError as error:
                self.problems[str(discovery.source)] = error.strerror or str(error)
                continue
            self.problems.pop(str(discovery.source), None)
            for place in places:
                for key, name, logs in gathered(place):
                    if key in found:  # two sources may hold the same folder
                        continue
                    found.add(key)
                    if key not in known:
                        full = "/".join(part for part in (prefix, name) if part) or discovery.source.name
                        known[key] = Watched(key, full, place.path)
                    known[key].adopt(logs)
        for key, watched in known.items():
            watched.gone = key not in found and not watched.there()
        if known.keys() != self._watched.keys():
            self._watched = known
            self.runs = tuple(watched.run for watched in known.values())
            self.generation += 1

    def _prefixes(self) -> list[str]:
        """What goes before the names of each source's runs: nothing where there is one source alone."""
        if len(self.sources) < 2:
            return [""] * len(self.sources)
        names = [one.source.name for one in self.sources]
        return [
            n if names.count(n) == 1 else str(one.source).strip("/") for n, one in zip(names, self.sources, strict=True)
        ]

    def _round(self) -> bool:
        """Look at every run once; True if one has more to read at once."""
        more = False
        self._turn += 1
        for k, watched in enumerate(tuple(self._watched.values())):
            if self._stop.is_set():
                return False
            if watched.quiet > SLEEPY and (self._turn + k) % SELDOM:
                continue
            if watched.look(time.monotonic() + PIECE):
                self.generation += 1
                self._ill.add(watched.key)
            more = more or watched.more
        return more

    def _examine(self) -> None:
        """Look for what is wrong with runs that have changed, and now and then with those that are silent."""
        from .analysis.health import Doctors  # not on the way to the first charts

        doctors = self._doctors = self._doctors or Doctors()
        changed, self._ill = self._ill, set()
        for key in changed:
            if not self._stop.is_set():
                doctors.see(self._watched[key].run)
        now = time.monotonic()
        silent = now - self._reviewed >= REVIEW
        if silent:
            self._reviewed = now
        if changed or (silent and doctors.review(self.runs)):
            self.generation += 1

    def _watch(self) -> None:
        try:
            self._go_on()
        except Exception as error:
            self.problems["reading"] = f"it failed and has ended: {type(error).__name__}: {error}"
            self.loaded = True
            if not FORGIVES:
                raise

    def _go_on(self) -> None:
        searched = -SEARCH
        while not self._stop.is_set():
            begun = time.monotonic()
            if begun - searched >= SEARCH or self._wake.is_set():
                self._wake.clear()
                self.search()
                searched = time.monotonic()
                searched += SHARE * (searched - begun)
            begun = time.monotonic()
            if self._round():
                continue
            self.loaded = True
            self._examine()
            self._wake.wait(max(LOOK, SHARE * (time.monotonic() - begun)))
