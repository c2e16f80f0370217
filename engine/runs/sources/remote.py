"""The logs of another machine, as a folder here that grows as they grow."""

import errno
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ...text import in_words, sanitize
from .answer import Answer, read_answer
from .mirror import Mirror
from .place import place_of
from .ssh import Connection, Lost, Talk

BRISK, CALM = 1.0, 3.0
"""Seconds between two looks while something grows, and after a minute in which nothing did."""
LONGEST_PAUSE = 15.0
"""Seconds between two tries to connect again; the first is tried after one."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
SAVE = 5.0
QUIET = 60.0


class Remote:
    """Fetches what is new in a thread of its own; a link that drops is taken up again where it was."""

    def __init__(self, spec: str, *, ssh: str = "", cache: Path | None = None) -> None:
        """`spec` is what `place_of` understands, `ssh` another ssh command. Raises ValueError."""
        place = place_of(spec)
        if place is None:
            raise ValueError(f"{spec} is not of the form user@host:path")
        self.place = place
        self.label = sanitize(place.label)
        """How a person names the source."""
        self._connection = Connection(place, ssh)
        try:
            self._mirror = Mirror(place, " ".join(self._connection.words), cache)
        except OSError as error:
            self._connection.close()
            raise ValueError(f"no place for a copy of {self.label}: {in_words(error)}") from error
        self.folder = self._mirror.folder
        """Where the logs are mirrored."""
        self.received = 0
        """Bytes that came over the link."""
        self.large: set[str] = set()
        """Names of files that are too large to be fetched."""
        self._talk: Talk | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._complete = threading.Event()
        self._trouble: tuple[str, str] | None = None
        self._heard = 0.0
        self._changed: Callable[[], None] = lambda: None

    def on_change(self, call: Callable[[], None]) -> None:
        """Have `call` called, in our thread, when files have come or gone, or all that is there has come.

        That known files grow is nothing to be called for. At once if something is here already.
        """
        self._changed = call
        if self.received:
            call()

    def connect(self) -> None:
        """Connect, while ssh may still ask for a password on the terminal; raises ValueError, one sentence."""
        try:
            self._talk = Talk(self._connection, self._stop.is_set, ask=True)
        except (Lost, OSError) as error:
            self.close()
            raise ValueError(f"{self.label}: {in_words(error)}") from error
        except BaseException:  # Ctrl-C at a question for a password
            self.close()
            raise
        if not self._talk.present:
            self.close()
            raise ValueError(f"{self.label}: there is nothing of that name over there, or it may not be read")

    def start(self) -> None:
        """Go on fetching in the background."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"dlviz-ssh {self.place.host}", daemon=True)
            self._thread.start()

    @property
    def complete(self) -> bool:
        """Whether all that was there at the last look has come."""
        return self._complete.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is complete; whether it is."""
        return self._complete.wait(timeout)

    @property
    def state(self) -> str:
        """How the link is, in a few words that can be shown."""
        silent = time.monotonic() - self._heard
        last = f", last heard {silent:.0f} s ago" if self._heard else ""
        if self._trouble:
            word, reason = self._trouble
            return f"{word}{last}: {reason}"
        if not self._heard:
            return "connecting"
        if silent > 2 * CALM:
            return f"connected{last}"
        return "connected" if self.complete else f"fetching, {self.received / 1e6:.1f} MB so far"

    def link(self) -> str:
        """The state with the name of the host, or nothing where all is well."""
        state, host = self.state, sanitize(self.place.host)
        if state == "connecting":
            return f"connecting to {host} …"
        return "" if state == "connected" else f"{host}: {state}"

    def __enter__(self) -> "Remote":
        """Connect and start."""
        self.connect()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Stop within a second; what was fetched stays, for the next time."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
        if self._talk is not None:
            self._talk.close()
            self._talk = None
        self._connection.close()
        self._mirror.close()

    def _work(self) -> None:
        tries = 0
        while not self._stop.is_set():
            try:
                if self._talk is None:
                    self._talk = Talk(self._connection, self._stop.is_set)
                self._serve()
            except (Lost, OSError) as error:
                if self._talk is not None:
                    tries = 0 if self._talk.told else tries
                    self._talk.close()
                    self._talk = None
                reason = sanitize(in_words(error), limit=200)
                self._trouble = ("reconnecting" if isinstance(error, Lost) else "waiting", reason)
                if not self._stop.is_set():
                    self._connection.drop()
                self._stop.wait(min(2.0**tries, LONGEST_PAUSE))
                tries += 1

    def _serve(self) -> None:
        """Look again and again, until the link drops."""
        saved = grown = time.monotonic()
        while not self._stop.is_set():
            began = time.monotonic()
            before = len(self._mirror.known), self.complete
            answer = self.look()
            now = time.monotonic()
            if answer.pieces or answer.gone:
                grown = now
            if answer.gone or before != (len(self._mirror.known), self.complete):
                self._changed()
            if now - saved > SAVE and grown > saved:
                self._mirror.save()
                saved = now
            if not answer.more:
                pause = BRISK if now - grown < QUIET else CALM
                self._stop.wait(max(pause, 3 * (now - began)))

    def look(self) -> Answer:
        """Look once, in the thread that has it in hand; what came is in the mirror then. Raises Lost, OSError."""
        talk = self._talk
        assert talk is not None
        names = talk.news if talk.told else list(self._mirror.known)
        before = talk.received
        try:
            answer = read_answer(talk, self._mirror.request(names), self._mirror.aside)
        finally:
            self.received += talk.received - before
            self._heard = talk.heard
        talk.told, talk.news = True, []
        if answer.missing:
            self._trouble = ("waiting", f"there is no {sanitize(self.place.path)} at present")
            return answer
        good = answer.good(self._mirror.known)
        for piece in good:
            try:
                self._mirror.put(piece, answer.skew)
            except OSError as error:
                if error.errno in FULL:
                    raise
                self._mirror.skip(piece.stat)  # a name that this file system does not take
            talk.news.append(piece.stat.name)
        for stat in answer.large:
            self._mirror.skip(stat)
            self.large.add(sanitize(stat.name[2:]))
            talk.news.append(stat.name)
        talk.news += self._mirror.gone(answer.gone)
        self._trouble = None
        if answer.more:
            self._complete.clear()
        elif len(answer.pieces) == len(good):
            self._complete.set()
        return answer
