"""Our reader of event files beside TensorBoard's, on what TensorBoard's own messages write."""

import math
import struct
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.types_pb2 import DT_BFLOAT16, DT_BOOL, DT_DOUBLE, DT_FLOAT, DT_HALF, DT_INT32, DT_INT64
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.util.tensor_util import make_tensor_proto
from tensorboardX import SummaryWriter

from dlviz.engine.runs.readers.tfevents import EventsReader

from .eventlog import (
    SCALARS,
    Table,
    framed,
    name,
    proto,
    read,
    restart,
    rows,
    same,
    simple,
    table,
    tensor,
    tensorboard,
    write,
)


@pytest.mark.parametrize("count", [3, 40, 3000])
def test_simple_values_are_what_tensorboard_reads(tmp_path: Path, count: int) -> None:
    rng = np.random.default_rng(count)
    write(
        tmp_path / name(),
        [
            simple(k, 1.7e9 + k / 7, **{"a": rng.normal(), "größe/b": math.nan if k % 5 else math.inf})
            for k in range(count)
        ],
    )
    same(table(read(tmp_path)), tensorboard(tmp_path))
    assert len(read(tmp_path).series["a"]) == count


def test_tags_of_all_lengths_and_steps_of_all_lengths_interleaved(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tags = ["x" * (1 + k % 7) + str(k) for k in range(40)]
    steps = np.unique(np.concatenate([np.arange(-20, 300), 2 ** np.arange(62), 2 ** np.arange(62) + 1]))
    events = [
        simple(int(s), float(rng.normal()), **{tags[int(k)]: rng.normal()}) for s in steps for k in rng.permutation(40)
    ]
    write(tmp_path / name(), events)
    reader = read(tmp_path)
    same(table(reader), tensorboard(tmp_path))
    assert not reader.warnings and sum(map(len, reader.series.values())) == len(events)


NUMBERS = [0.0, -1.5, 3.25, 2.0, 100.0]
FORMS = {
    "float_val": lambda v: proto(DT_FLOAT, float_val=[v]),
    "float content": lambda v: proto(DT_FLOAT, tensor_content=struct.pack("<f", v)),
    "float shape 1": lambda v: proto(DT_FLOAT, [1], float_val=[v]),
    "double_val": lambda v: proto(DT_DOUBLE, double_val=[v]),
    "double content": lambda v: proto(DT_DOUBLE, [1, 1], tensor_content=struct.pack("<d", v)),
    "half_val": lambda v: proto(DT_HALF, half_val=[int(np.float16(v).view(np.uint16))]),
    "half content": lambda v: proto(DT_HALF, tensor_content=np.float16(v).tobytes()),
    "int32": lambda v: proto(DT_INT32, int_val=[int(v)]),
    "int64": lambda v: proto(DT_INT64, int64_val=[int(v)]),
    "int64 content": lambda v: proto(DT_INT64, tensor_content=struct.pack("<q", int(v))),
    "bool": lambda v: proto(DT_BOOL, bool_val=[bool(v)]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named", [True, False], ids=["first named", "never named"])
def test_tensors_of_one_number_are_points(tmp_path: Path, form: str, named: bool) -> None:
    events = [
        tensor(k, k * 0.5, "v", FORMS[form](NUMBERS[k % 5]), SCALARS if named and not k else None) for k in range(60)
    ]
    write(tmp_path / name(), events)
    found, theirs = table(read(tmp_path)), tensorboard(tmp_path)
    same(found, theirs)
    assert len(found["v"]) == 60


@pytest.mark.parametrize("content", [False, True])
def test_brain_floats_are_points(tmp_path: Path, content: bool) -> None:
    bits = [int(np.float32(v).view(np.uint32)) >> 16 for v in NUMBERS]
    forms = [
        proto(DT_BFLOAT16, tensor_content=struct.pack("<H", b)) if content else proto(DT_BFLOAT16, half_val=[b])
        for b in bits
    ]
    write(tmp_path / name(), [tensor(k, 0.0, "v", forms[k % 5]) for k in range(50)])
    assert [value for _, _, value in table(read(tmp_path))["v"]] == NUMBERS * 10


def test_the_first_metadata_of_a_tag_say_what_it_is(tmp_path: Path) -> None:
    other = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="mesh"))
    one = proto(DT_FLOAT, float_val=[1.0])
    many = proto(DT_FLOAT, [3], float_val=[1.0, 2.0, 3.0])
    write(
        tmp_path / name(),
        [
            tensor(0, 0.0, "m", one, other),
            tensor(1, 0.0, "m", one),
            tensor(0, 0.0, "v", one),
            tensor(1, 0.0, "v", many),
        ],
    )
    assert table(read(tmp_path)) == {"v": [(0, 0.0, 1.0)]}


def _written(
    folder: Path, number: int, steps: range, shift: float, *, tag: str = "a", purge: int | None = None
) -> None:
    head = [restart(purge, 5.0)] if purge is not None else []
    write(folder / name(number), [*head, *(simple(k, 100.0 * number + k, **{tag: k + shift}) for k in steps)])


def test_a_later_file_takes_the_place_of_what_it_logs_again(tmp_path: Path) -> None:
    _written(tmp_path, 0, range(0, 120), 0.0)
    _written(tmp_path, 10, range(100, 200), 0.5)
    write(tmp_path / name(5), [simple(110, 0.0, only_before=1.0)])
    reader = read(tmp_path)
    points = table(reader)["a"]
    assert [step for step, _, _ in points] == list(range(200)) and points[100][2] == 100.5
    assert table(reader)["only_before"] == [(110, 0.0, 1.0)], "another tag is not touched"
    assert [(mark.step, mark.time, mark.text) for mark in reader.marks] == [(100, 1100.0, "resumed at step 100")]
    assert not reader.warnings


def test_files_are_read_in_the_order_of_the_times_in_their_names(tmp_path: Path) -> None:
    for number in (9, 10, 100):
        _written(tmp_path, number, range(number, number + 3), 0.0)
    (tmp_path / name(10)).rename(tmp_path / "zz.tfevents.1700000010")
    assert [step for step, _, _ in table(read(tmp_path))["a"]] == [9, 10, 11, 12, 100, 101, 102]


def test_a_step_logged_again_within_a_file_counts_once_and_is_told(tmp_path: Path) -> None:
    steps = [*range(20), *range(10, 30), 29, 29]
    write(tmp_path / name(), [simple(step, float(k), a=float(k)) for k, step in enumerate(steps)])
    reader = read(tmp_path)
    assert [step for step, _, _ in table(reader)["a"]] == list(range(30))
    assert table(reader)["a"][29] == (29, 41.0, 41.0)
    assert reader.warnings == [
        "12 points of 'a' left out: a later one of the same file is at the same or an earlier step"
    ]


def test_a_session_start_voids_what_is_logged_again(tmp_path: Path) -> None:
    _written(tmp_path, 0, range(0, 50), 0.0)
    _written(tmp_path, 1, range(0, 50, 5), 0.0, tag="sparse")
    _written(tmp_path, 2, range(33, 60), 0.5, purge=30)
    reader = read(tmp_path)
    assert [step for step, _, _ in table(reader)["a"]] == [*range(30), *range(33, 60)]
    assert len(table(reader)["sparse"]) == 10, "it is not logged again, so that nothing contradicts it"
    assert [mark.step for mark in reader.marks] == [30]
    strict = EventsReader(tmp_path, at_once=True)
    strict.look(math.inf)
    same(table(strict), tensorboard(tmp_path))


def test_two_writers_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    _written(tmp_path, 0, range(0, 300), 0.0, tag="train")
    _written(tmp_path, 1, range(0, 300, 30), 0.0, tag="eval")
    reader = read(tmp_path)
    assert (len(reader.series["train"]), len(reader.series["eval"]), reader.marks) == (300, 10, [])


def test_images_histograms_and_texts_are_read_when_asked(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (3, 5, 7, 3), np.uint8)
    writer = SummaryWriter(str(tmp_path))
    for step in range(3):
        writer.add_image("img", pictures[step], step, dataformats="HWC")
        writer.add_histogram("weights", rng.normal(size=1000) + step, step)
        writer.add_text("notes", f"[/x] \x1b[31m{step}", step)
        writer.add_pr_curve("pr", np.arange(100) % 2, rng.uniform(size=100), step)
        writer.add_scalar("loss", step, step)
    writer.close()
    reader = read(tmp_path)
    assert list(reader.series) == ["loss"] and not reader.warnings
    kinds = {tag: (shelf.kind, list(shelf.steps)) for tag, shelf in reader.records.items()}
    assert kinds == {
        "img": ("image", [0, 1, 2]),
        "weights": ("histogram", [0, 1, 2]),
        "notes/text_summary": ("text", [0, 1, 2]),
    }
    for step in range(3):
        image, histogram, text = (reader.records[tag].read(step) for tag in kinds)
        assert image and histogram and text and image.step == step
        np.testing.assert_array_equal(image.arrays["image"], pictures[step])
        edges, counts = histogram.arrays["edges"], histogram.arrays["counts"]
        assert counts.sum() == 1000 and len(edges) == len(counts) + 1 and (np.diff(edges) >= 0).all()
        assert text.labels["text"] == f"[/x] \x1b[31m{step}"
    assert reader.records["img"].read(3) is None


def test_a_large_image_is_made_smaller_and_nonsense_is_none(tmp_path: Path) -> None:
    writer = SummaryWriter(str(tmp_path))
    writer.add_image("large", np.zeros((20, 3000, 3), np.uint8), 0, dataformats="HWC")
    writer.close()
    write(
        tmp_path / name(),
        [
            Event(
                step=1,
                summary=Summary(value=[Summary.Value(tag="bad", image=Summary.Image(encoded_image_string=b"GIF89a?"))]),
            )
        ],
    )
    reader = read(tmp_path)
    record = reader.records["large"].read(0)
    assert record is not None and record.arrays["image"].shape == (7, 1024, 3)
    assert reader.records["bad"].read(0) is None
    for path in tmp_path.glob("*tfevents*"):
        path.unlink()
    assert reader.records["large"].read(0) is None, "the file is gone"


def test_histograms_in_tensor_form(tmp_path: Path) -> None:
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="histograms"))
    bins = np.array([[0.0, 1.0, 4.0], [1.0, 2.0, 0.0], [2.0, 3.0, 6.0]])
    write(
        tmp_path / name(),
        [
            tensor(
                k,
                0.0,
                "h",
                make_tensor_proto(bins + np.array([0, 0, k]), dtype=np.float64),
                metadata if not k else None,
            )
            for k in range(3)
        ],
    )
    reader = read(tmp_path)
    assert list(reader.records["h"].steps) == [0, 1, 2] and not reader.series
    record = reader.records["h"].read(2)
    assert record is not None
    assert record.arrays["edges"].tolist() == [0, 1, 2, 3] and record.arrays["counts"].tolist() == [6, 2, 8]


def test_hyperparameters_are_the_config(tmp_path: Path) -> None:
    told = {"lr": 0.1, "opt": "adam[w]", "amp": True, "bs": 32}
    write(tmp_path / name(), [Event(summary=hparams.hparams_pb(told))])
    assert read(tmp_path).config == told


def test_well_known_texts_are_the_config(tmp_path: Path) -> None:
    writer = SummaryWriter(str(tmp_path))
    writer.add_text("args", '{"learning_rate": 5e-05, "fp16": false}', 0)
    writer.add_text("model_config", '{"layers": 2}', 0)
    writer.add_text("hyperparameters", "|param|value|\n|-|-|\n|seed|1|\n|env|CartPole|\n|anneal|True|", 0)
    writer.add_text("notes", '{"not": "asked"}', 0)
    writer.close()
    assert read(tmp_path).config == {
        "learning_rate": 5e-05,
        "fp16": False,
        "model_config": {"layers": 2},
        "seed": 1,
        "env": "CartPole",
        "anneal": True,
    }


def test_several_summaries_sessions_and_fields_in_odd_order_are_read_as_they_are_meant(tmp_path: Path) -> None:
    """Fields may come in any order; step 0 and time 0 are not written at all."""
    value = Summary.Value(tag="a", simple_value=2.5).SerializeToString()
    summary = b"\x2a" + bytes([len(value) + 2]) + b"\x0a" + bytes([len(value)]) + value
    bodies = [summary + b"\x10" + bytes([k]) + b"\x09" + struct.pack("<d", k) for k in range(1, 40)]
    turned = b"\x15" + struct.pack("<f", 7.0) + b"\x0a\x01b"
    bodies += [b"\x2a" + bytes([len(turned) + 2]) + b"\x0a" + bytes([len(turned)]) + turned]
    path = write(tmp_path / name(), [])
    path.write_bytes(path.read_bytes() + b"".join(map(framed, bodies)))
    found = table(read(tmp_path))
    assert found == {"a": [(k, float(k), 2.5) for k in range(1, 40)], "b": [(0, 0.0, 7.0)]}
    same(found, tensorboard(tmp_path))


def test_the_empty_tag_and_tags_that_are_no_text(tmp_path: Path) -> None:
    values = [b"\x0a\x02\xff\xfe\x15" + struct.pack("<f", 1.0), b"\x15" + struct.pack("<f", 2.0)]
    bodies = [b"\x2a" + bytes([len(v) + 2]) + b"\x0a" + bytes([len(v)]) + v for v in values]
    path = write(tmp_path / name(), [])
    path.write_bytes(path.read_bytes() + b"".join(map(framed, bodies)))
    found: Table = table(read(tmp_path))
    assert found == {"\\xff\\xfe": [(0, 0.0, 1.0)], "": [(0, 0.0, 2.0)]}
    assert rows(read(tmp_path).series[""]) == [(0, 0.0, 2.0)]
