"""trainer_state.json, and the configs that lie beside logs."""

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers import lightning, trainer_state
from dlviz.engine.runs.readers.folder import scan
from dlviz.engine.runs.readers.reader import Reader
from dlviz.engine.runs.readers.sidecars import config


def state(folder: Path, reached: int, most: int = 40, shift: float = 0.0) -> None:
    """What the Trainer saves at a step."""
    rows = [{"step": k, "epoch": k / 10, "loss": 1 / k + shift} for k in range(2, reached + 1, 2)]
    rows += [{"step": reached, "epoch": reached / 10, "eval_loss": 2.0}, {"step": reached, "train_runtime": 5.0}]
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"global_step": reached, "max_steps": most, "best_metric": 0.5, "log_history": rows})
    (folder / "trainer_state.json").write_text(text)


def last(reader: Reader, tag: str = "loss") -> tuple[int, float]:
    """Step and value of the newest point."""
    points = reader.series[tag].points()
    return int(points.steps[-1]), float(points.values[-1])


def look(reader: Reader) -> Reader:
    while reader.look(time.monotonic() + 1):
        pass
    return reader


def test_the_newest_checkpoint_tells_the_whole_run(tmp_path: Path) -> None:
    for reached in (10, 20, 9):
        state(tmp_path / f"checkpoint-{reached}", reached, shift=reached)
    (tmp_path / "checkpoint-10" / "training_args.bin").write_bytes(b"\x80\x04cos\nsystem\n")
    folder = scan(tmp_path)
    (found,) = trainer_state.find(folder)
    assert folder.closed == {"checkpoint-9", "checkpoint-10", "checkpoint-20"} and len(found.files) == 3
    reader = look(found.make())
    assert last(reader) == (20, 1 / 20 + 20) and len(reader.series["loss"]) == 10
    assert (reader.steps, reader.status, reader.config["best_metric"], reader.LIVE) == (40, "", 0.5, False)
    state(tmp_path / "checkpoint-40", 40)
    os.utime(tmp_path, (1, 1))
    look(reader)
    assert last(reader)[0] == 40 and reader.status == "finished" and not reader.marks
    (tmp_path / "checkpoint-40" / "trainer_state.json").write_text('{"log_his')
    look(reader)
    assert last(reader)[0] == 20
    assert reader.warnings == ["checkpoint-40/trainer_state.json: is not whole JSON"]


def test_the_state_in_the_folder_itself_comes_first(tmp_path: Path) -> None:
    state(tmp_path / "checkpoint-10", 10)
    state(tmp_path, 12)
    (found,) = trainer_state.find(scan(tmp_path))
    assert last(look(found.make()))[0] == 12


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.binary(max_size=60), st.text('{}[]":log_histry,1 ', max_size=60).map(str.encode)))
def test_no_state_is_too_strange(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    top = tmp_path_factory.mktemp("f")
    (top / "trainer_state.json").write_bytes(b'{"log_history": ' + text)
    for found in trainer_state.find(scan(top)):
        look(found.make())


def test_configs_of_all_kinds(tmp_path: Path) -> None:
    (tmp_path / "hparams.yaml").write_text(
        "lr: 1e-3\nwhen: 2024-01-01\nf: !!python/name:os.system\n"
        "model: !!python/object:a.b.C\n  size: !!python/tuple [1, 2]\n"
    )
    (tmp_path / "config.json").write_text('{"lr": 5, "heads": 4}')
    (tmp_path / "args.yaml").write_text("a: [")
    (tmp_path / "opt.yaml").write_text("&a [*a]")
    (tmp_path / "params.json").write_text("[" * 10_000)
    (tmp_path / "args.json").write_bytes(b" " * (2 << 20))
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra/config.yaml").write_text("seed: 1")
    damage: Counter[str] = Counter()
    assert config(tmp_path, damage) == {
        "lr": 0.001,
        "when": "2024-01-01",
        "model": {"size": [1, 2]},
        "f": "os.system",
        "heads": 4,
        "seed": 1,
    }
    assert sorted(text.split(":")[0] for text in damage) == ["args.json", "args.yaml", "opt.yaml", "params.json"]


def test_references_cannot_make_a_config_huge(tmp_path: Path) -> None:
    rows = ["a0: &a0 [1,1,1,1,1,1,1,1,1]"] + [f"a{k}: &a{k} [{','.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 12)]
    (tmp_path / "args.yaml").write_text("\n".join(rows))
    assert len(json.dumps(config(tmp_path, Counter()))) < 100_000


@settings(max_examples=100, deadline=None)
@given(text=st.text("a:b -[]{}&*!|>'\"#%@\n\t?,1.e~", max_size=60))
def test_no_config_is_too_strange(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    top = tmp_path_factory.mktemp("f")
    (top / "hparams.yaml").write_text(text)
    json.dumps(config(top, Counter()))


def test_lightning(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text("epoch,step,train_loss,val_loss\n0,9,0.5,\n0,9,,0.75\n")
    (tmp_path / "hparams.yaml").write_text("lr: 0.1\n")
    (found,) = lightning.find(scan(tmp_path))
    reader = look(found.make())
    found_last = {tag: last(reader, tag) for tag in reader.series}
    assert found_last == {"epoch": (9, 0), "train_loss": (9, 0.5), "val_loss": (9, 0.75)}
    assert reader.config == {"lr": 0.1} and found.format == "lightning"
