"""The config of a training as its event files tell it: the hparams plugin, and texts that well-known programs log."""

import json
import re
import struct
from typing import Any

from .wire import FIXED64, MESSAGE, VARINT, Malformed, fields, varint

FAILURE = 2
"""Status of a session that ended with an error; the others are written too early to be believed."""
DEEPEST = 16
_ROW = re.compile(r"^\s*\|(.+?)\|(.*)\|\s*$", re.MULTILINE)
_TITLES = re.compile("arg|config|hparam|hyper|param", re.IGNORECASE)


def session(data: bytes, at: int, end: int) -> tuple[dict[str, Any], int]:
    """Hyperparameters and, where a session has ended, its status (tensorboard/plugins/hparams/plugin_data.proto)."""
    found: dict[str, Any] = {}
    status = 0
    for number, wire, start, stop in fields(data, at, end):
        if number == 3 and wire == MESSAGE:
            for n, w, a, b in fields(data, start, stop):
                if n == 1 and w == MESSAGE:
                    entry = {k: (x, y) for k, kind, x, y in fields(data, a, b) if kind == MESSAGE}
                    name, value = entry.get(1, (0, 0)), entry.get(2, (0, 0))
                    found[data[slice(*name)].decode("utf-8", "replace")] = _json(data, *value, DEEPEST)
        elif number == 4 and wire == MESSAGE:
            for n, w, a, b in fields(data, start, stop):
                if n == 1 and w == VARINT:
                    status = varint(data, a, b)[0]
    return found, status


def _json(data: bytes, at: int, end: int, depth: int) -> Any:
    """A google.protobuf.Value."""
    if depth == 0:
        raise Malformed("nested too deeply")
    for number, wire, start, stop in fields(data, at, end):
        if number == 2 and wire == FIXED64:
            return struct.unpack_from("<d", data, start)[0]
        if number == 3 and wire == MESSAGE:
            return data[start:stop].decode("utf-8", "replace")
        if number == 4 and wire == VARINT:
            return bool(varint(data, start, stop)[0])
        if number == 6 and wire == MESSAGE:
            return [_json(data, a, b, depth - 1) for n, w, a, b in fields(data, start, stop) if n == 1 and w == MESSAGE]
        if number == 5 and wire == MESSAGE:
            pairs = [{k: (x, y) for k, _, x, y in fields(data, a, b)} for n, _, a, b in fields(data, start, stop)]
            return {
                data[slice(*pair.get(1, (0, 0)))].decode("utf-8", "replace"): _json(
                    data, *pair.get(2, (0, 0)), depth - 1
                )
                for pair in pairs
            }
    return None


def told(tag: str, text: str) -> dict[str, Any]:
    """The config in a logged text: JSON (as Hugging Face logs `args`), or a table of two columns (as CleanRL does)."""
    title = tag.removesuffix("/text_summary")
    if not _TITLES.search(title):
        return {}
    body = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    if body.startswith("{"):
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return {}
        own = isinstance(found, dict) and title not in ("args", "config", "hparams", "hyperparameters")
        return {title: found} if own else found if isinstance(found, dict) else {}
    rows = [(key.strip(), value.strip()) for key, value in _ROW.findall(body)]
    if len(rows) < 3 or set(rows[1][0] + rows[1][1]) - set("-: ") or any("|" in value for _, value in rows):
        return {}
    return {key: _scalar(value) for key, value in rows[2:]}


def _scalar(text: str) -> Any:
    """What a cell of a table says."""
    words = {"True": True, "true": True, "False": False, "false": False, "None": None, "null": None}
    if text in words:
        return words[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
