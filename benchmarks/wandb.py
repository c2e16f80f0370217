"""Reading a `.wandb` run of 100,000 rows of 4 keys, against protobuf and json, row by row."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from dlviz.engine.runs.readers.wandb import WandbReader
from dlviz.tests.engine.readers.wandb_writing import BLOCK, HEADER, field, framed, item, row

from .report import Figure, figure, median

ROWS = 100_000
KEYS = ("loss", "acc", "lr", "grad_norm")
ROUNDS = 5
LEET = 7.0
"""Seconds that W&B LEET 0.31 takes to draw all points of such a run (ingest.md)."""
CHART = 0.5
"""Seconds to its first chart."""
ALONE = (
    "import sys, time; from pathlib import Path\n"
    "from dlviz.engine.runs.readers.wandb import WandbReader\n"
    "reader = WandbReader(Path(sys.argv[1])); more = reader.look({until})\n"
    "while {on} and more: more = reader.look(time.monotonic() + 1)\n"
    "assert reader.series['loss'].points()"
)


def measure() -> list[Figure]:
    """Both readers, in turns; then a process of its own, from its start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run-x.wandb"
        path.write_bytes(framed(records()))
        ours, plain = list[float](), list[float]()
        for _ in range(ROUNDS):
            ours.append(timed(path, True))
            plain.append(timed(path, False))
        whole = median([process(path, ALONE.format(until="time.monotonic() + 1", on="True")) for _ in range(ROUNDS)])
        first = median([process(path, ALONE.format(until="0", on="False")) for _ in range(ROUNDS)])
        size = path.stat().st_size / 1e6
    what, rate, base = f"{ROWS:,} rows of 4 keys, {size:.0f} MB", ROWS / median(ours), ROWS / median(plain)
    return [
        figure(what, "rows/s", rate, "protobuf + json", base, ratio=(">=", 2)),
        figure("process start to all points", "s", whole, "LEET, all drawn", LEET, ratio=("<=", 1 / 3)),
        figure("process start to the first points", "s", first, "LEET, first chart", CHART, ratio=("<=", 1)),
    ]


def records() -> Iterator[bytes]:
    """What wandb 0.31 writes: a history row, its items in any order, and two summaries behind each."""
    rng = np.random.default_rng(0)
    values = rng.random((ROWS, len(KEYS)))
    yield field(1, 1) + field(17, field(1, "x") + field(8, "run") + field(17, field(1, 1_700_000_000)))
    for k in range(ROWS):
        named: dict[tuple[str, ...], Any] = {(key,): float(values[k, j]) for j, key in enumerate(KEYS)}
        named[("_runtime",)] = k / 10
        order = list(named)
        order = order[k % 5 :] + order[: k % 5]
        yield row(k, {path: named[path] for path in order}, 1.7e9 + k / 10, number=3 * k + 2)
        summary = b"".join(field(1, item(path, json.dumps(value))) for path, value in named.items())
        yield field(1, 3 * k + 3) + field(3, summary)
        yield field(1, 3 * k + 4) + field(3, field(1, item(("_step",), str(k))))


def timed(path: Path, ours: bool) -> float:
    """Seconds that a reader takes."""
    start = time.perf_counter()
    if ours:
        reader = WandbReader(path)
        while reader.look(time.monotonic() + 60):
            pass
        points = len(reader.series["loss"].points())
    else:
        points = len(straightforward(path)["loss"])
    assert points == ROWS, points
    return time.perf_counter() - start


def process(path: Path, code: str) -> float:
    """Seconds from the start of a process to its end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    return time.perf_counter() - start


def straightforward(path: Path) -> dict[str, list[tuple[int, float]]]:
    """The points by tag, one record and one item after the other."""
    series: dict[str, list[tuple[int, float]]] = {}
    record = message()()
    for body in chunks(path.read_bytes()):
        record.ParseFromString(body)
        if record.HasField("history"):
            step = record.history.step.num
            for one in record.history.item:
                value = json.loads(one.value_json)
                if isinstance(value, (int, float)):
                    series.setdefault(".".join(one.nested_key) or one.key, []).append((step, value))
    return series


def chunks(data: bytes) -> Iterator[bytes]:
    """The records of a whole file, checked."""
    at, parts = len(HEADER), list[bytes]()
    while at + 7 <= len(data):
        left = BLOCK - at % BLOCK
        if left < 7:
            at += left
            continue
        length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        end = at + 7 + length
        assert crc32(data[at + 6 : end]) == int.from_bytes(data[at : at + 4], "little")
        parts.append(data[at + 7 : end])
        if kind in (1, 4):
            yield b"".join(parts)
            parts = []
        at = end


@cache
def message() -> Any:
    """Record of wandb_internal.proto, with the fields that history needs."""
    file = FileDescriptorProto(name="wandb_part.proto", package="part", syntax="proto3")
    text, many = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.LABEL_REPEATED
    one, whole = FieldDescriptorProto.LABEL_OPTIONAL, FieldDescriptorProto.TYPE_INT64
    layout: dict[str, list[tuple[str, int, Any, Any]]] = {
        "Item": [("key", 1, text, one), ("nested_key", 2, text, many), ("value_json", 16, text, one)],
        "Step": [("num", 1, whole, one)],
        "History": [("item", 1, ".part.Item", many), ("step", 2, ".part.Step", one)],
        "Record": [("num", 1, whole, one), ("history", 2, ".part.History", one)],
    }
    for name, fields in layout.items():
        made = file.message_type.add(name=name)
        for field_name, number, kind, label in fields:
            added = made.field.add(name=field_name, number=number, label=label)
            if isinstance(kind, str):
                added.type, added.type_name = FieldDescriptorProto.TYPE_MESSAGE, kind
            else:
                added.type = kind
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("part.Record"))
