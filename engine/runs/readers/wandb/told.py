"""What a `.wandb` log tells of its run besides history: config, name, start, output, alerts, the end."""

import re
from dataclasses import dataclass, field
from typing import Any

from . import messages

CONFIG, ALERT, OUTPUT, OUTPUT_RAW, RUN, EXIT = 5, 10, 4, 13, 17, 18
"""Field numbers of Record in wandb_internal.proto."""
GROUPING = {6: "group", 7: "job_type", 12: "sweep"}
"""Fields of RunRecord by which runs are grouped; they are told as `wandb.group` and so on."""
FAILURE = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b.*")


@dataclass
class Told:
    """Grows record by record."""

    config: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    started: float = 0.0
    """When the run began, in seconds since the epoch."""
    status: str = ""
    reason: str = ""
    marks: list[tuple[int, float, str]] = field(default_factory=list)
    """Alerts as (step, time, text)."""
    printed: list[str] = field(default_factory=list)
    """Output that was not yet passed on."""
    _last: str = ""

    def early(self, number: int, body: bytes) -> None:
        """The start of the run, which its rows may need."""
        if number == RUN and not self.started:
            try:
                self.started = messages.seconds(messages.part(body, 17))
            except ValueError:
                return

    def take(self, number: int, body: bytes, step: int) -> None:
        """Take in the record type `number`, logged at `step`. Raises ValueError where it is damaged."""
        if number == RUN:
            self._run(body)
        elif number == CONFIG:
            self._config(body)
        elif number in (OUTPUT, OUTPUT_RAW):
            self._output(body, number == OUTPUT)
        elif number == ALERT:
            parts = {n: messages.words(v) for n, v in messages.fields(body) if n in (1, 2)}
            text = ": ".join(part for part in (parts.get(1), parts.get(2)) if part)
            self.marks.append((step, 0.0, text or "alert"))
        elif number == EXIT:
            code = next((v for n, v in messages.fields(body) if n == 1 and isinstance(v, int)), 0)
            code = (code & 0xFFFF_FFFF) - ((code & 0x8000_0000) << 1)
            self.status = "failed" if code else "finished"
            self.reason = (self._last or f"exit code {code}") if code else ""

    def _run(self, body: bytes) -> None:
        for number, value in messages.fields(body):
            if not isinstance(value, bytes):
                continue
            if number == 4:
                self._config(value)
            elif number == 8:
                self.name = messages.words(value)
            elif number in GROUPING and value:
                messages.placed(self.config, ("wandb", GROUPING[number]), messages.words(value))

    def _config(self, body: bytes) -> None:
        for number, value in messages.fields(body):
            if not isinstance(value, bytes):
                continue
            path, leaf = messages.item(value)
            if not path or path[0] == "_wandb":
                continue
            if number == 1:
                messages.placed(self.config, path, leaf)
            elif number == 2:
                self.config.pop(path[0], None)

    def _output(self, body: bytes, lines: bool) -> None:
        for number, value in messages.fields(body):
            if number == 3:
                text = messages.words(value)
                self.printed.append(text + "\n" if lines and not text.endswith("\n") else text)
                for line in text.splitlines():
                    if FAILURE.fullmatch(line):
                        self._last = line
