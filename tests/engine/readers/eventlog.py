"""Event files made by TensorBoard's own messages, for the tests of our reader, and TensorBoard's reading of them."""

import math
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.record_writer import masked_crc32c
from tensorboard.util.tensor_util import make_ndarray

from dlviz.engine.runs.readers.tfevents import EventsReader
from dlviz.engine.runs.series import Series

Table = dict[str, list[tuple[int, float, float]]]
SCALARS = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))


def framed(body: bytes) -> bytes:
    """A record as TensorBoard frames it."""
    length = struct.pack("<Q", len(body))
    return length + struct.pack("<I", masked_crc32c(length)) + body + struct.pack("<I", masked_crc32c(body))


def simple(step: int, time: float, **values: float) -> Event:
    """An event of simple values."""
    return Event(
        step=step,
        wall_time=time,
        summary=Summary(value=[Summary.Value(tag=t, simple_value=v) for t, v in values.items()]),
    )


def tensor(step: int, time: float, tag: str, proto: TensorProto, metadata: SummaryMetadata | None = None) -> Event:
    """An event of one tensor."""
    value = Summary.Value(tag=tag, tensor=proto)
    if metadata is not None:
        value.metadata.CopyFrom(metadata)
    return Event(step=step, wall_time=time, summary=Summary(value=[value]))


def proto(dtype: int, shape: Sequence[int] = (), **values: Any) -> TensorProto:
    """A tensor with its values in the field that is named."""
    dims = [TensorShapeProto.Dim(size=size) for size in shape]
    return TensorProto(dtype=dtype, tensor_shape=TensorShapeProto(dim=dims), **values)


def restart(step: int, time: float) -> Event:
    """A session begins at `step`."""
    return Event(step=step, wall_time=time, session_log=SessionLog(status=SessionLog.START))


def write(path: Path, events: Iterable[Event], *, version: bool = True) -> Path:
    """A file of these events, behind the version that every writer puts first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = framed(Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString()) if version else b""
    path.write_bytes(head + b"".join(framed(event.SerializeToString()) for event in events))
    return path


def name(number: int = 0) -> str:
    """The name of the event file that was begun as number `number`."""
    return f"events.out.tfevents.{1_700_000_000 + number}.host.{number}.0"


def read(folder: Path) -> EventsReader:
    """What our reader finds in a folder."""
    reader = EventsReader(folder)
    assert reader.look(math.inf) is False
    return reader


def rows(series: Series) -> list[tuple[int, float, float]]:
    """Step, time and value of every point."""
    points = series.points()
    return list(zip(points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True))


def table(reader: EventsReader) -> Table:
    """All points by tag."""
    return {tag: rows(series) for tag, series in reader.series.items()}


def tensorboard(folder: Path) -> Table:
    """What TensorBoard's accumulator finds: simple values and tensors of one number, no resume rule but its own."""
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    tags = found.Tags()
    out = {tag: [(e.step, e.wall_time, e.value) for e in found.Scalars(tag)] for tag in tags["scalars"]}
    for tag in tags["tensors"]:
        events = found.Tensors(tag)
        if all((a := make_ndarray(e.tensor_proto)).size == 1 and a.dtype.kind in "fiubV" for e in events):
            out[tag] = [(e.step, e.wall_time, float(make_ndarray(e.tensor_proto).reshape(-1)[0])) for e in events]
    return out


def same(one: Table, other: Table) -> None:
    """Equal, NaN and all; raises AssertionError."""
    assert one.keys() == other.keys()
    for tag in one:
        np.testing.assert_array_equal(np.array(one[tag]), np.array(other[tag]), err_msg=tag)
