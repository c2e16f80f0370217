from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dlviz.engine.data.dataset import DataError
from dlviz.engine.data.fingerprint import fingerprint
from dlviz.engine.data.load import SOURCES, load_data, names
from dlviz.engine.options import OptionError
from dlviz.engine.text import sanitize


def _names(*kinds: str) -> str:
    return ", ".join(names(kinds))


ALLOWED = (
    f"give a name ({_names('images', 'features')}) or a .npz file with x_train and y_train, "
    "or a .csv or .tsv file with a label column, or a folder of images per class"
)


def test_every_name_has_a_kind_and_a_line() -> None:
    assert {"digits", "digits14", "mnist", "fashion-mnist", "cifar-10"} <= set(SOURCES)
    assert all(s.summary and "\n" not in s.summary and s.kind for s in SOURCES.values())
    assert "digits" in names(["images"]) and "digits" not in names(["points"])


def test_data_of_another_kind_are_refused_before_they_are_loaded() -> None:
    with pytest.raises(DataError, match=r"ring holds points, and this model learns from images: give a name \(digits"):
        load_data("ring", 0, kinds=["images"])


def test_options_stand_behind_a_colon() -> None:
    assert (
        load_data("recall:distance=4,pairs=2", 0, kinds=["sequences"]).shape
        != load_data("recall:distance=9,pairs=2", 0, kinds=["sequences"]).shape
    )
    with pytest.raises(OptionError, match="no option 'distence'; did you mean distance"):
        load_data("recall:distence=4", 0, kinds=["sequences"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/nope", f"no data at /nope: {ALLOWED}"),
        ("mnsit", f"no data at mnsit, did you mean mnist?: {ALLOWED}"),
        ("MNIST", f"no data at MNIST, did you mean mnist?: {ALLOWED}"),
        ("cifar10", f"no data at cifar10, did you mean cifar-10?: {ALLOWED}"),
        ("", f"no data at an empty name: {ALLOWED}"),
        ("nope.npz", f"no data at nope.npz: {ALLOWED}"),
        ("~nobody-has-this-name/x", f"no data at ~nobody-has-this-name/x: {ALLOWED}"),
        ("[/x]\x1b]0;x\x07", f"no data at [/x]: {ALLOWED}"),
        ("nul\0byte", f"no data at nul\\x00byte: {ALLOWED}"),
    ],
)
def test_what_is_not_there(source: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        load_data(source, 0)
    assert str(caught.value) == message


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=20).map(lambda text: "none/" + text) | st.just("x" * 5_000))
def test_any_text_that_leads_nowhere_is_one_printable_sentence(source: str) -> None:
    with pytest.raises(DataError) as caught:
        load_data(source, 0)
    assert sanitize(caught.value) == str(caught.value) and len(str(caught.value)) < 2_000


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "data.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"cannot read .*data\.xlsx as data: give a name"):
        load_data(str(tmp_path / "data.xlsx"), 0)


def test_paths_lead_to_their_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    np.savez(tmp_path / "DATA.NPZ.npz", x_train=np.ones((20, 3)), y_train=np.arange(20) % 2)
    (tmp_path / "DATA.NPZ.npz").rename(tmp_path / "DATA.NPZ")
    lines = [f"{k}\t{k % 2}\n" for k in range(20)]
    (tmp_path / "data.tsv").write_text("a\tlabel\n" + "".join(lines))
    (tmp_path / "data.csv").write_text("a,label\n" + "".join(lines).replace("\t", ","))
    for name in ("cat", "dog"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for k in range(5):
            Image.new("RGB", (3, 2), (k, 0, 0)).save(tmp_path / "pictures" / name / f"{k}.png")
    shapes = {name: load_data(f"~/{name}", 0).shape for name in ("DATA.NPZ", "data.tsv", "data.csv", "pictures")}
    assert shapes == {"DATA.NPZ": (3,), "data.tsv": (1,), "data.csv": (1,), "pictures": (3, 2, 3)}
    assert fingerprint(load_data("~/data.tsv", 0)) == fingerprint(load_data("~/data.csv", 0))


def test_a_file_called_like_a_name_does_not_hide_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    assert load_data("digits", 0).shape == (1, 8, 8)
