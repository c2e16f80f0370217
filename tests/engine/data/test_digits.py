import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from dlviz.engine.data import digits
from dlviz.engine.data.dataset import Dataset
from dlviz.engine.data.load import load_data

PARTS = ("train", "val", "test")


@pytest.fixture(scope="module")
def data() -> Dataset:
    return digits.load(0)


def _rows(data: Dataset) -> list[bytes]:
    return [x.tobytes() + y.tobytes() for p in PARTS for x, y in zip(data.split(p).x, data.split(p).y, strict=True)]


def test_they_are_scikit_learns_digits(data: Dataset) -> None:
    original = load_digits()
    x = (original.images / 16).astype(np.float32)[:, None]
    expected = [a.tobytes() + b.tobytes() for a, b in zip(x, original.target.astype(np.int64), strict=True)]
    assert sorted(_rows(data)) == sorted(expected)


def test_shapes_sizes_and_range(data: Dataset) -> None:
    assert data.shape == (1, 8, 8)
    assert data.classes == tuple("0123456789")
    assert tuple(len(data.split(part)) for part in PARTS) == digits.SIZES
    assert data.train.x.min() == 0 and data.train.x.max() == 1


def test_every_digit_has_its_share_of_every_part(data: Dataset) -> None:
    total = np.bincount(np.concatenate([data.split(part).y for part in PARTS]))
    for part, size in zip(PARTS, digits.SIZES, strict=True):
        count = np.bincount(data.split(part).y, minlength=10)
        assert (np.abs(count - total * size / total.sum()) <= 1).all()


def test_the_seed_fixes_the_split(data: Dataset) -> None:
    assert _rows(digits.load(0)) == _rows(data)
    other = digits.load(1)
    assert _rows(other) != _rows(data)
    assert sorted(_rows(other)) == sorted(_rows(data))
    assert {row.tobytes() for row in other.test.x} != {row.tobytes() for row in data.test.x}


def test_loading_in_a_fresh_interpreter_imports_nothing_heavy() -> None:
    code = (
        "import sys; from dlviz.engine.data.load import load_data; load_data('digits', 0); "
        "print(sorted({'torch', 'sklearn', 'pandas', 'scipy', 'PIL', 'textual'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_table_leads_to_them(data: Dataset) -> None:
    assert _rows(load_data("digits", 0)) == _rows(data)


def test_the_canvas_holds_the_same_digits_in_its_middle() -> None:
    plain, canvas = load_data("digits", 3), load_data("digits14", 3)
    assert canvas.shape == (1, 14, 14)
    for name in ("train", "val", "test"):
        small, large = plain.split(name), canvas.split(name)
        assert (small.y == large.y).all()
        assert (large.x[:, :, 3:11, 3:11] == small.x).all()
        assert large.x.sum() == small.x.sum()
