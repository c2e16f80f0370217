from pathlib import Path

import numpy as np
import pytest

from dlviz.engine.data import tables
from dlviz.engine.data.dataset import DataError, Dataset
from dlviz.engine.text import sanitize


def _load(folder: Path, text: str | bytes, name: str = "data.csv") -> Dataset:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return tables.load(folder / name, 0)


def _rows(header: str, line: str, count: int = 20) -> str:
    """A table whose lines have `k`, its parity `p` and the letter `c` of that parity to fill in."""
    return header + "\n" + "".join(line.format(k=k, p=k % 2, c="ab"[k % 2]) + "\n" for k in range(count))


def _all(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    parts = (data.train, data.val, data.test)
    return np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts])


@pytest.mark.parametrize("column", ["label", "Class", "TARGET", " y "])
def test_the_label_column_by_name(tmp_path: Path, column: str) -> None:
    data = _load(tmp_path, _rows(f"{column},size", "{c},{k}"))
    assert data.classes == ("a", "b")
    assert data.shape == (1,)


def test_the_last_column_holds_labels_if_none_is_named(tmp_path: Path) -> None:
    data = _load(tmp_path, _rows("width,height,kind", "{k},{p},{c}"))
    assert data.classes == ("a", "b")
    assert data.shape == (2,)
    x, y = _all(data)
    assert np.array_equal(x[:, 1] > 0, y == 1)


def test_label_wins_over_y(tmp_path: Path) -> None:
    assert _load(tmp_path, _rows("x,y,label", "{k},{k},{c}")).shape == (2,)


def test_numbers_are_standardised_with_the_training_part_alone(tmp_path: Path) -> None:
    data = _load(tmp_path, _rows("big,flat,label", "17000000{k:02},5,{p}"))
    assert np.allclose(data.train.x[:, 0].mean(), 0, atol=1e-6)
    assert np.allclose(data.train.x[:, 0].std(), 1, atol=1e-6)
    assert not np.allclose(data.test.x[:, 0].mean(), 0, atol=1e-6)
    assert (_all(data)[0][:, 1] == 0).all()
    assert data.classes == ("0", "1")
    assert "standardised with the training part's mean and deviation" in data.description


def test_huge_numbers_do_not_overflow(tmp_path: Path) -> None:
    x, _ = _all(_load(tmp_path, _rows("size,label", "{k}e306,{p}")))
    assert np.isfinite(x).all() and x.std() > 0.5


def test_words_become_one_feature_each(tmp_path: Path) -> None:
    data = _load(tmp_path, _rows("colour,size,label", "{c},{k},{p}"))
    x, y = _all(data)
    assert data.shape == (3,)
    assert np.array_equal(x[:, 1:], np.eye(2)[y])
    assert "1 column of words one-hot" in data.description


def test_truth_values_are_numbers_as_features_and_texts_as_labels(tmp_path: Path) -> None:
    text = _rows("on,label", "{p},{p}").replace("0,0", "False,False").replace("1,1", "True,True")
    data = _load(tmp_path, text)
    assert data.classes == ("False", "True") and data.shape == (1,)


@pytest.mark.parametrize(
    ("mark", "name"), [("\t", "data.tsv"), (";", "data.csv"), ("\t", "data.csv"), (",", "data.csv")]
)
def test_separators(tmp_path: Path, mark: str, name: str) -> None:
    assert _load(tmp_path, _rows("a,b,label", "{k},{p},{c}").replace(",", mark), name).shape == (2,)


def test_byte_order_mark_and_quotes(tmp_path: Path) -> None:
    data = _load(tmp_path, b"\xef\xbb\xbf" + _rows('"label","a"', '"{c}, it is","{k}"').encode())
    assert data.classes == ("a, it is", "b, it is")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: expected a header line"),
        ("a,label\n", "has a header but no lines"),
        (_rows("label", "{c}"), "has one column: expected features and a column of labels"),
        (_rows("a,label", "{k},{c}").replace("7,b", ",b"), "the column a has no value in row 8"),
        (_rows("a,label", "{k},{c}").replace("7,b", "7,"), "the column label has no value in row 8"),
        (_rows("a,label", "{k},{c}").replace("\n7,b", "\ninf,b"), "the column a is infinite in row 8"),
        (_rows("a,label", "{k},{c}").replace("7,b", "7,b,9"), "as a table: .*Expected 2 fields"),
        (_rows("a,label", "{k},{c},9"), "has lines with more fields than its header"),
        (_rows("name,label", "n{k},{c}", 30), "the column name holds 30 different texts, such as n0"),
        (
            _rows("a,label", "{k},{c}", 30).replace("\n7,b", "\n?,b"),
            "the column a holds 30 different texts, such as \\?",
        ),
        (
            _rows("a,price", "{k},{k}.5"),
            "column price holds 0.5, which is no class: dlviz does classification only",
        ),
        (
            _rows("a,price", "{k},{k}", 150),
            "holds 150 different values, which are no classes: dlviz does class",
        ),
        (
            _rows("a,text", "{k},t{k}", 150),
            "holds 150 different values, which are no classes: dlviz does class",
        ),
        (_rows("a,label", "{k},c"), "has only the class c"),
        (_rows("a,label", "{k},{k}"), "has too few examples of the class 0, 1"),
        (b"a,label\n\xff\xfe,1\n", "cannot read .* as a table"),
        (b'a,label\n"never closed,1\n', "cannot read|has no value"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        _load(tmp_path, text)
    assert str(tmp_path / "data.csv") in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*none\.csv: No such file"):
        tables.load(tmp_path / "none.csv", 0)


def test_hostile_columns_and_words_are_shown_harmless(tmp_path: Path) -> None:
    hostile = "[/x]\x1b]0;x\x07"
    data = _load(tmp_path, _rows("size,label", "{k}," + hostile + "{c}"))
    assert data.classes == ("[/x]a", "[/x]b")
    with pytest.raises(DataError, match=r"the column \[/x\] holds 30 different texts, such as \[/x\]0") as caught:
        _load(tmp_path, _rows(f"{hostile},label", hostile + "{k},{c}", 30))
    assert sanitize(caught.value) == str(caught.value)
