"""When a line was printed, as logging writes it before the text; and what else stands there."""

import re
from datetime import datetime
from functools import lru_cache

DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}-\d{1,2}-\d{4})"
CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
STAMP = re.compile(
    rf"(?P<date>{DATE})[T _|-]{{1,3}}(?P<clock>{CLOCK})\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
    rf"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+)?(?P<month>{MONTH})\s+(?P<day>\d{{1,2}})(?:,?\s+(?P<year1>\d{{4}}))?,?"
    rf"\s+(?P<clock2>{CLOCK})(?:\s+(?:[A-Z]{{3,4}}\s+)?(?P<year2>\d{{4}}))?(?!\d)"
    rf"|(?P<short>\d\d/\d\d)\s+(?P<clock3>{CLOCK})"
    rf"|[IWEF](?P<glog>\d{{4}}(?:\d{{4}})?)\s+(?P<clock4>{CLOCK})(?:\s+\d+)?"
    rf"|(?P<clock5>\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d+)?)(?=[\s\]|,)-])"
)
LEVEL = r"(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL|TRACE|NOTICE|SUCCESS|debug|info|warning|Info|Warning)"
PIECE = re.compile(
    rf"[\s|:>–—]+|-+\s|\[{LEVEL}\|[^\]]{{1,60}}\]|\[\s*{LEVEL}\s*\]|{LEVEL}(?![\w=])\]?"
    r"|\[\s*(?:rank|default|node|worker|gpu|proc\w*)?\s*\d*\s*\]:"
    r"|\[(?:LightGBM|XGBoost|[\w./-]+\.(?:py|cpp|cc|go)(?::\d+)?|[A-Za-z_]\w*(?:\.\w+)+)(?::\d+)?\]"
    r"|\(\w[\w ./-]*pid=\d+[^)]*\)"
    r"|[\w./<>-]+\.(?:py|cpp|cc)(?:[:(]\d+\)?|:\w+:\d+)?\]?(?=[\s:\]|>-])|root:|\[(?:rank|pid)[ =:]?\d+\]|__main__\b"
    r"|\[(?=\s*\d{4}-)|\]|\[\d{1,2}m"
)
"""Levels, sources, ranks and signs that stand between the time and what is told."""


@lru_cache(64)
def _midnight(year: int, month: int, day: int) -> float:
    return datetime(year, month, day).timestamp()


def head(line: str) -> tuple[int, "re.Match[str] | None"]:
    """Where the message begins behind times, levels and sources, and the first time that stands before it."""
    at, stamp = 0, None
    for _ in range(12):
        while at < len(line) and line[at] in " \t":
            at += 1
        start = at + (line.startswith(("[", "(", "<"), at))
        found = STAMP.match(line, start)
        if found is not None:
            stamp, at = stamp or found, found.end()
            if start != found.start() or (at < len(line) and start > 0 and line[start - 1] in "[(<"):
                at = _close(line, at, line[start - 1])
            continue
        piece = PIECE.match(line, at)
        if piece is None or piece.end() == at:
            break
        at = piece.end()
    return at, stamp


def _close(line: str, at: int, opened: str) -> int:
    """Behind the bracket that was opened before a time, if it closes soon: `[05/01 10:01:00 d2.utils.events]:`."""
    end = line.find({"[": "]", "(": ")", "<": ">"}[opened], at, at + 60)
    return end + 1 if end >= 0 else at


def seconds(stamp: "re.Match[str]", year: int) -> float:
    """Seconds since the epoch, in local time unless a zone is told; NaN for a time without a day."""
    part = stamp.groupdict()
    clock = next(part[key] for key in ("clock", "clock2", "clock3", "clock4", "clock5") if part[key])
    try:
        return _day(part, year) + _since_midnight(clock)
    except (ValueError, OverflowError):
        return float("nan")


def _since_midnight(clock: str) -> float:
    hours, minutes, rest = clock.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def _day(part: dict[str, str | None], year: int) -> float:
    """Midnight of the day that is told."""
    if part["date"]:
        a, b, c = (int(x) for x in re.split(r"[-/.]", part["date"]))
        day = (a, b, c) if a > 31 else (c + 2000 * (c < 100), *((b, a) if a > 12 else (a, b)))
        zone = part["zone"]
        if zone:
            shift = 0 if zone in ("Z", "UTC") else int(zone[0] + zone[1:3]) * 3600 + int(zone[0] + zone[-2:]) * 60
            return (datetime(*day) - datetime(1970, 1, 1)).total_seconds() - shift
        return _midnight(*day)
    if part["month"]:
        month = "JanFebMarAprMayJunJulAugSepOctNovDec".index(part["month"]) // 3 + 1
        return _midnight(int(part["year1"] or part["year2"] or year), month, int(part["day"] or 1))
    if part["short"]:
        return _midnight(year, int(part["short"][:2]), int(part["short"][3:]))
    if glog := part["glog"]:
        return _midnight(int(glog[:4]) if len(glog) == 8 else year, int(glog[-4:-2]), int(glog[-2:]))
    return float("nan")
