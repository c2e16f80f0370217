"""Goes through the numbers of a line and finds out what each is: a metric, a counter, or nothing."""

import re
from itertools import pairwise

from .fields import Count, Field, Span, Told
from .ignored import ignored
from .names import BATCH, PHASES, TRAIN, companion, epochal, metric, never, phase, rank, strict, words
from .naming import TRIM, lead, name_before
from .numbers import NUMBER, SCALES, UNIT, counts

_LABELLED = re.compile(r"([A-Za-z]+)\s*\[(\w+)\]\s*$")
_NEST = re.compile(r"([\"'])((?:(?!\1).){1,120})\1\s*:\s*(?:\w+\()?\{|[{}]")
_AFTER = re.compile(r"(?P<unit>%?\s*[A-Za-z][A-Za-z0-9/]*(?: [A-Za-z][A-Za-z0-9/]*){0,2})\s*(?=[,|;)\]]|$)")
_PLAIN = frozenset(
    re.split(" ", "set data dataset loop phase results result stats metrics summary step epoch on the inner")
)
"""Words that say nothing beside the name of a phase."""
_LISTED = re.compile(r"[:=]\s*\[$")
"""Before the first number of a list: MindSpore prints `loss:[2.3/2.5]`."""
_SOURCE = re.compile(r"(?:(?:^|[\s|])[A-Za-z_]\w*(?:\.\w+)+|[(\[]\w+):$")
"""Before the number of a line in a program: `core.trainer:238`, `(trainer:690)`."""
_OF_EPOCHS = re.compile(r"(?:\s*/\s*\d+)?(?:\s*\(\s*\d+%\))?\s*\[\s*\d+/")
"""Behind the number of an epoch: `Train: 3/80 (4%) [50/928`."""
_BARE = re.compile(r"\s*\d{1,12} +(?P<word>[a-z]+) +-?(?:\d+\.\d+|nan|inf)(?:e[+-]?\d+)?\s*")
"""A whole line that is a step, a phase and its loss: `250 val 6.4`."""


_NOTHING = frozenset({"n/a", "na", "N/A", "none", "None", "nan", "-"})
MOST = 400
"""A line with more numbers than these tells no metrics."""


class Walk:
    """Goes through the numbers of a line from left to right, each with the text since the one before."""

    def __init__(self, told: Told, at: int) -> None:
        self.told, self.line, self.start = told, told.line, at
        self.counts: list[Count] = []
        self.last: Count | Field | None = None
        """What the number before was, if the next one may belong to it."""
        self.part = ""
        """The phase that a label in the line has named."""
        self.inherited = ""
        self.parts: list[str] = []
        self.path: list[str] = []
        self.group = ""
        """The word before the bracket that names stand in: `tot_loss[loss=0.5, …]`."""

    def go(self) -> None:
        """Fill in what is told."""
        told, line = self.told, self.line
        found_all = ignored(line, self.start)
        bar = told.bar
        if bar is not None:
            found_all = [
                one for one in found_all if not any(a <= one[0][0] and one[0][1] <= b for (a, b), _ in bar.drawn)
            ]
            found_all = sorted([*found_all, *bar.drawn])
        told.ignored = tuple(found_all)
        skipped = [span for span, _ in found_all if span[0] < span[1]]
        end, first, count = self.start, True, 0
        for found in NUMBER.finditer(line, self.start):
            s, e = found.span()
            count += 1
            if count > MOST:
                told.fields.clear()
                return
            while skipped and skipped[0][1] <= s:
                end = max(end, skipped.pop(0)[1])
            if skipped and skipped[0][0] < e:
                continue
            if first:
                told.lead, first = lead(line[self.start : s]), False
                told.head = line[self.start : s]
            if bar is not None and s == bar.n[0]:
                if counts(line, (s, e)) and (not line[e : e + 1].isalpha() or bar.total is None):
                    total = bar.total if bar.total and counts(line, bar.total) else None
                    self.counts.append(Count("", BATCH, (s, e), total))
                self._part(line[self.start : bar.drawn[0][0][0]] if bar.drawn else "")
                end, self.last = bar.total[1] if bar.total else e, None
                continue
            if s < end:
                continue
            if line[e : e + 1] == "." and line[e + 1 : e + 2].isalnum():
                self.last, end = None, e
                continue
            unit = UNIT.match(line, e)
            after = unit.end() if unit else e
            if self._number(line[end:s], (s, e), unit[0] if unit else ""):
                end = after
        self._finish()

    def _number(self, gap: str, span: Span, unit: str) -> bool:
        """Take in one number with the text before it, since the number before; False if it is a word of that text."""
        line, last = self.line, self.last
        bare = gap.strip()
        integer = counts(line, span)
        self.last = None
        name, kind, text = name_before(gap)
        if not integer and line[span[0] : span[1]][-1:].isalpha() and kind in ("cell", "space") and not strict(name):
            return False
        source = integer and ("." in gap or line[span[1] : span[1] + 1] in (")", "]", "/")) and _SOURCE.search(gap)
        if source and rank(name) is None and not epochal(name) and not metric(name):
            return True
        self._labels(text if name else gap)
        if kind == "[" and name and phase(name) and rank(name) is None and not epochal(name):
            self._label(name)
        self._group(gap, kind)
        if "{" in gap or "}" in gap:
            self._nest(gap)
        if bare == "/" and isinstance(last, Field) and last.kind == "[" and line[span[1] : span[1] + 1] == "]":
            self.told.fields.append(Field(f"{last.tag} (avg)", span, last.scale, kind=last.kind))
            return True
        if bare in ("/", "of", "out of") and last is not None:
            if isinstance(last, Count) and last.total is None and integer:
                last.total = span
                self.last = last
            elif isinstance(last, Field) and last.of is None and integer and counts(line, last.span):
                last.of = span
                self.last = last
            return True
        if bare == "(" and isinstance(last, Field) and line[span[1] : span[1] + 1] == ")" and last.of is None:
            if not (integer and not counts(line, last.span)):
                if last.kind in ("space", "cell") and not integer:
                    last.kind = "meter"
                self.told.fields.append(Field(f"{last.tag} (avg)", span, last.scale, kind=last.kind))
            return True
        if integer and self._count(name, kind, text, span):
            return True
        if not name and kind != "[" and (not bare or bare[-1] in ",|;"):
            found = _AFTER.match(line, span[1])
            if found and (gap or span[0] == self.start):
                self._field(found["unit"].strip("% "), "unit", span, 1.0)
        elif name and kind not in ("[", "("):
            self._field(name, kind, span, SCALES.get(unit, 1.0))
        elif name and not integer and _LISTED.search(gap) and metric(name):
            self._field(name, "[", span, 1.0)
        return True

    def _count(self, name: str, kind: str, text: str, span: Span) -> bool:
        """Take a number for a counter, if its name or its brackets say so."""
        line, behind = self.line, self.line[span[1] : span[1] + 1]
        ahead = line[span[1] :].lstrip()[:1]
        if name and kind != "dict" and phase(name) and (inner := re.match(r"(.+?)\s*\((\w+)\)$", name)):
            name = inner[1]
            self._label(inner[2])
        inner = None if name and "[" not in name else _LABELLED.search(line[self.start : span[0]])
        if inner is not None and phase(inner[2]) and (epochal(inner[1]) or rank(inner[1]) is not None):
            name = inner[1]
            self._label(inner[2])
        if name and phase(name) and len(words(name)) == 1 and _OF_EPOCHS.match(line, span[1]):
            self._label(name)
            name = "epoch"
        counted = rank(name) if name else None
        if name and (epochal(name) or (counted is not None and not (kind == "space" and len(name.split()) > 4))):
            plural = name.lower().endswith("epochs") and ahead != "/"
            if plural or (behind == "%" and not epochal(name)):
                return plural
            self.last = Count(name, -1 if epochal(name) else counted or 0, span)
            self.told.phase = self.told.phase or phase(text)
        elif (
            (kind == "[" and (ahead in ("]", "/") or behind == "/"))
            or (
                not name
                and (span[0] == self.start or kind == "[")
                and (behind == "/" or line[span[1] : span[1] + 2] in (":\t", ": "))
            )
            or (not name and span[0] == self.start and self._is_bare())
            or (
                not name
                and self.counts
                and self.counts[-1].rank == -1
                and re.match(r"\s*(?:/|of)\s*\d", line[span[1] :])
            )
        ):
            self.last = Count("", BATCH, span)
        elif line[span[1] :].startswith("epoch"):
            self.last = Count("epoch", -1, span)
        else:
            return False
        self.counts.append(self.last)
        return True

    def _is_bare(self) -> bool:
        found = _BARE.fullmatch(self.line, self.start)
        return found is not None and phase(found["word"]) != ""

    def _field(self, name: str, kind: str, span: Span, scale: float) -> None:
        if kind == "dict":
            tag = "/".join([*(part for part in self.path if part), name])
        else:
            own = phase(name)
            first = name.split(" ")[0]
            if own and " " in name and phase(first):
                self.inherited = first
            if own:
                tag = name
            elif self.inherited and not companion(name) and metric(name):
                tag = f"{self.inherited} {name}"
            else:
                self.inherited = ""
                tag = f"{self.part}/{name}" if phase(self.part) in PHASES and "/" not in name else name
            if self.group and self.group != name:
                tag = f"{self.group}/{tag}"
        taken = {one.tag for one in self.told.fields}
        if tag in taken:
            tag = next(f"{tag} {i}" for i in range(2, 1000) if f"{tag} {i}" not in taken)
        self.last = Field(tag, span, scale, kind=kind)
        self.told.fields.append(self.last)

    def _group(self, gap: str, kind: str) -> None:
        if "]" in gap:
            self.group = ""
        if kind == "=" and (found := re.search(r"(\w+)\[\s*\w+=$", gap)):
            self.group = found[1]

    def _label(self, text: str) -> None:
        """Let the names that follow be of the phase that `text` names."""
        self.parts.append(phase(text))
        plain = {*PHASES, *TRAIN, *_PLAIN}
        self.part = phase(text) if set(words(text)) <= plain else text.strip()

    def _part(self, text: str) -> None:
        """Note the phase that the description of a bar names."""
        if phase(text) in PHASES:
            self.parts.append(phase(text))
            self.part = phase(text)

    def _labels(self, gap: str) -> None:
        """Note a cell before the name that says no more than a phase: `| valid |`, `Test: [`, `val: loss`."""
        low = gap.lower()
        if not any(sign in low for sign in ("val", "test", "train", "eval", "dev")):
            return
        if inner := re.search(r"\((train|val|test|valid|eval)\)", low):
            return self._label(inner[1])
        cells = re.split(r"[|\[\](){}:,;>\t]|\s-+(?:\s|$)", gap)
        for cell, after in pairwise(cells):
            parts = cell.split()
            if after.strip() in _NOTHING:
                continue
            if 0 < len(parts) <= 3 and phase(cell) and not metric(cell) and "_" not in cell:
                self._label(cell)

    def _nest(self, gap: str) -> None:
        for found in _NEST.finditer(gap):
            if found[0] == "}":
                self.path[-1:] = []
            else:
                self.path.append(found[2] or "")

    def _finish(self) -> None:
        """Choose the counters; drop what is no metric."""
        told, line = self.told, self.line
        epochs = [one for one in self.counts if one.rank < 0]
        others = [one for one in self.counts if one.rank >= 0]
        nameless = [one for one in others if not one.name]
        if not epochs and len(nameless) >= 2 and told.bar is None:
            epochs, others = nameless[:1], [one for one in others if one is not nameless[0]]
        told.label = self.parts[-1] if self.parts else ""
        told.epoch = epochs[0] if epochs else None
        told.step = min(others, key=lambda one: one.rank) if others else None
        held = [part for part in self.parts if part in PHASES]
        if told.phase not in PHASES:
            told.phase = held[0] if held else (self.parts[0] if self.parts else told.phase)
        if held and "train" in self.parts:
            after = self._after_train()
            for one in told.fields:
                if one.kind != "dict" and after[0] <= one.span[0] < after[1] and not phase(one.tag):
                    one.tag = f"train/{one.tag}"
        counted = told.step is not None or told.epoch is not None
        if not counted and not told.phase and told.fields and told.fields[0].kind == ":":
            before = name_before(told.head)[2].strip()
            if before.endswith(":") and (label := before.rstrip(":").strip(TRIM)) and len(label) <= 30:
                for one in told.fields:
                    one.tag = f"{label}/{one.tag}"
        sure = any(metric(one.tag) and (one.kind != "space" or strict(one.tag)) for one in told.fields)
        told.fields = [one for one in told.fields if not never(one.tag) and self._kept(one, counted, sure)]
        if epochs and told.step is None and epochs[0].total is None and not told.fields:
            told.phase = told.phase or phase(line[: epochs[0].span[0]])

    def _after_train(self) -> Span:
        low = self.line.lower()
        start = low.find("train", self.start)
        ends = [low.find(word, start) for word in ("val", "test", "eval", "dev") if low.find(word, start) > start]
        return start, min(ends, default=len(low))

    def _kept(self, one: Field, counted: bool, sure: bool) -> bool:
        if one.kind == "unit":
            return counted and sure and one.tag not in ("s", "sec", "secs", "seconds", "second", "min", "mins", "h")
        if one.kind == "space":
            return strict(one.tag) or (counted and (companion(one.tag) or self._is_bare()))
        if one.kind == "meter":
            return counted
        if one.kind == "cell":
            return strict(one.tag) or (counted and sure)
        return True
