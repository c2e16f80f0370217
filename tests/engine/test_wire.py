"""Frames: every dataclass comes back as it was, and nonsense is refused without harm."""

import dataclasses
import socket
import struct
from collections.abc import Iterator
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlviz.engine.catalog import CATALOG
from dlviz.engine.probes.requests import (
    NOTHING,
    Answer,
    CellView,
    Inside,
    Layer,
    LayerView,
    LookCell,
    LookInside,
    LookLayer,
    LookPredictions,
    LookSketch,
    LookStructure,
    Predictions,
    Structure,
)
from dlviz.engine.runs.run import Mark, Record
from dlviz.engine.training.commands import Back, Change, Forward, Go, Half, Load, Pause, Save, Speed, Step, Stop
from dlviz.engine.training.job import Job
from dlviz.engine.training.status import Status
from dlviz.engine.training.wire import CLASSES, LIMIT, WireError, receive, send

MAPS = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
JOB = Job.of("resnet", ("channels=4,8", "lr=0.0123456789"), seed=3, seconds=1.5, data="größe.csv")
SOME: tuple[Any, ...] = (
    Layer("conv1", "convolution", "3x3", (16, 8, 8), 160, 9216, float("nan")),
    Structure("cnn", (1, 8, 8), (Layer("a", "b", "", (1,), 0, 0),), ("0", "1"), 3, 2, 1, "digits", 7),
    LayerView(1, "a", "b", 0, "val", "7", MAPS, MAPS, NOTHING, np.arange(3), MAPS[0], 0.5, -1, 1, -2, 2, 64),
    CellView(1, "a", "b", 0, 1, 2, -1, -1, MAPS, NOTHING, 0.0, float("inf"), 1.5, "sum(patch x kernel)"),
    Predictions(
        *(1, "val", 2, 0.5, 0.1, 0.2, np.eye(2, dtype=np.int64), ("a", "b"), 0, MAPS, 1, MAPS[0, 0]),
        *((), np.zeros((0, 1, 8, 8), np.float32), (), (), (), 0),
    ),
    LookSketch(JOB),
    LookStructure(),
    LookLayer("conv1", "val", 3),
    LookCell("conv1", "val", 3, 1, 2, 3),
    LookPredictions("test", 5, 3),
    LookInside("attention", "val", 3, "un chat", (("layer", 1.0), ("causal", True), ("at", (0.5, 1.0)))),
    Inside(7, "attention", (Record(tag="t", kind="k", step=7, arrays={"a": MAPS, "w": np.array(["é", "b"])}),)),
    Speed(30.0),
    Answer(3, LookLayer("x"), None, "no layer 'x'"),
    Status(state="running", step=2**40, loss=float("nan"), message="é\x1b"),
    Mark(3, 1.7e9, "lr 0.1 → 0.2"),
    Record(tag="t", kind="k", step=1, arrays={"a": MAPS}, labels={"a": "b"}),
    Load(job=JOB, run_dir="runs/x", resume=True),
    Go(),
    Pause(),
    Step(5),
    Half("generator"),
    Stop(),
    Change("lr", "0.1"),
    Save(),
    Back(2, 7),
    Forward(3),
)


def _same(one: Any, other: Any) -> bool:
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            _same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
        )
    if isinstance(one, np.ndarray):
        return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        pairs = zip(one, other, strict=False)
        return type(one) is type(other) and len(one) == len(other) and all(_same(a, b) for a, b in pairs)
    return type(one) is type(other) and (one == other or (one != one and other != other))


@pytest.fixture(scope="module")
def link() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection."""
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def _sent(link: tuple[socket.socket, socket.socket], value: Any) -> Any:
    send(link[0], {"value": value})
    return receive(link[1])["value"]


@pytest.mark.parametrize("value", SOME, ids=lambda v: type(v).__name__)
def test_every_class_comes_back_as_it_was(link: tuple[socket.socket, socket.socket], value: Any) -> None:
    assert _same(value, _sent(link, value))


def test_no_class_is_forgotten() -> None:
    assert {type(value).__name__ for value in SOME} == set(CLASSES)


@pytest.mark.parametrize("model", CATALOG)
def test_jobs_of_every_model(link: tuple[socket.socket, socket.socket], model: str) -> None:
    assert _sent(link, Load(job=Job.of(model))) == Load(job=Job.of(model))


KINDS = st.sampled_from([np.float16, np.float32, np.float64, np.int8, np.int64, np.uint8, np.bool_])


@settings(max_examples=100, deadline=None)
@given(array=KINDS.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, min_side=0, max_side=5))))
def test_arrays_of_any_shape(link: tuple[socket.socket, socket.socket], array: Any) -> None:
    found = _sent(link, np.asarray(array))
    assert _same(np.asarray(array), found) and found.flags.writeable
    assert _same(np.asarray(array).T.copy(), _sent(link, np.asarray(array).T))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(PLAIN)
def test_plain_values_and_paths_that_are_not_unicode(link: tuple[socket.socket, socket.socket], value: Any) -> None:
    assert _same(value, _sent(link, value))


def _received(content: bytes, close: bool = True) -> None:
    """Receive what `content` holds; only the two expected errors may come out."""
    here, there = socket.socketpair()
    with here, there:
        here.sendall(content)
        if close:
            here.shutdown(socket.SHUT_WR)
        try:
            while True:
                assert isinstance(receive(there), dict)
        except (WireError, EOFError):
            pass


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind(content: bytes) -> None:
    _received(content)
    _received(struct.pack(">I", len(content)) + content)


JUNK = st.recursive(
    st.none() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=5) | st.binary(max_size=9)
    | st.sampled_from([*CLASSES, "<f4", "O", "|V9", "(3,)f4", "f4,(", "resnet", "cnn"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["__class__", "fields", "__array__", "shape", "bytes", "__tuple__", "__job__", "step",
                         "model", "options", "data", "seed", "seconds", "device", "layer"]) | st.integers(-9, 9),
        inner, max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(JUNK)
def test_frames_that_look_like_ours_and_are_not(value: Any) -> None:
    body = msgpack.packb({"x": value})
    _received(struct.pack(">I", len(body)) + body)


@pytest.mark.parametrize(
    "value",
    [
        {"__class__": "Session", "fields": {}},
        {"__class__": "Step", "fields": {"count": 1, "more": 2}},
        {"__class__": "Step", "fields": 5},
        {"__class__": ["Step"], "fields": {}},
        {"__array__": "O", "shape": [1], "bytes": b"\x00" * 8},
        {"__array__": "<f4", "shape": [2**63], "bytes": b"\x00" * 8},
        {"__array__": "<f4", "shape": [3], "bytes": b"\x00" * 8},
        {"__job__": {"model": "nope", "options": {}}},
        {"__job__": {"model": "cnn", "options": 5}},
        {"__job__": {"model": [], "options": {}}},
    ],
)
def test_nonsense_is_refused(value: Any) -> None:
    here, there = socket.socketpair()
    body = msgpack.packb({"x": value})
    with here, there:
        here.sendall(struct.pack(">I", len(body)) + body)
        with pytest.raises(WireError):
            receive(there)


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack(">I", LIMIT + 1),
        struct.pack(">I", 1) + msgpack.packb(5),
        struct.pack(">I", 901) + b"\x91" * 900 + b"\xc0",
        struct.pack(">I", 5) + b"\xdd\xff\xff\xff\xff",
    ],
    ids=["too long", "no table", "too deep", "a list without end"],
)
def test_frames_without_measure_are_refused(frame: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(frame)
        with pytest.raises(WireError):
            receive(there)


def test_a_link_that_ends_is_the_end() -> None:
    for content in (b"", b"\x00\x00", struct.pack(">I", 50) + b"short"):
        here, there = socket.socketpair()
        with there:
            with here:
                here.sendall(content)
            with pytest.raises(EOFError):
                receive(there)
