import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.data.dataset import DataError, Dataset, Split, stratified
from dlviz.engine.data.fingerprint import fingerprint
from dlviz.engine.data.splits import assemble, divide


@settings(max_examples=60, deadline=None)
@given(
    members=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 5),
)
def test_stratified_parts_are_disjoint_exhaustive_and_fair(
    members: list[int], cuts: tuple[float, float], seed: int
) -> None:
    y = np.repeat(np.arange(len(members)), members).astype(np.int64)
    first, second = sorted(int(cut * len(y)) for cut in cuts)
    sizes = (first, second - first, len(y) - second)
    parts = stratified(y, sizes, seed)
    assert tuple(map(len, parts)) == sizes
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(y)))
    for part, size in zip(parts, sizes, strict=True):
        share = np.array(members) * size / len(y)
        count = np.bincount(y[part], minlength=len(members))
        assert (np.abs(count - share) <= 1).all()


def test_stratified_of_nothing_is_empty_parts() -> None:
    assert [len(part) for part in stratified(np.empty(0, np.int64), (0, 0, 0), 0)] == [0, 0, 0]


def _parts(**counts: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    x = {p: np.arange(n * 2, dtype=np.float32).reshape(n, 2) for p, n in counts.items()}
    return x, {p: np.arange(n) % 2 for p, n in counts.items()}


def _assembled(seed: int = 0, **counts: int) -> Dataset:
    x, labels = _parts(**counts)
    return assemble(name="n", where="FILE", x=x, labels=labels, seed=seed, description="d")


@pytest.mark.parametrize(
    ("given_parts", "sizes", "note"),
    [
        ({"train": 100}, (70, 10, 20), "70/10/20"),
        ({"train": 100, "test": 8}, (90, 10, 8), "10 % of training split off for validation"),
        ({"train": 100, "val": 8}, (80, 8, 20), "20 % of training split off for testing"),
        ({"train": 100, "val": 6, "test": 8}, (100, 6, 8), None),
    ],
)
def test_missing_parts_are_split_off_and_said(
    given_parts: dict[str, int], sizes: tuple[int, int, int], note: str | None
) -> None:
    data = _assembled(**given_parts)
    assert (len(data.train), len(data.val), len(data.test)) == sizes
    assert data.description == "d" if note is None else note in data.description
    for part in given_parts:
        if part != "train":
            assert np.array_equal(data.split(part).x, _parts(**given_parts)[0][part])


@pytest.mark.parametrize(("count", "test", "least"), [(4, True, 5), (1, False, 2)])
def test_too_few_of_a_class_cannot_be_split(count: int, test: bool, least: int) -> None:
    y = np.array([0] * 20 + [1] * count, dtype=np.int64)
    with pytest.raises(DataError, match=f"FILE has too few examples of the class rare, {count}: .* {least} "):
        divide(y, ("common", "rare"), 0, val=True, test=test, where="FILE")


def test_fingerprint_sees_every_change_of_the_data_and_nothing_else() -> None:
    data = _assembled(train=30)
    same = dataclasses.replace(_assembled(train=30), name="other", description="elsewhere")
    assert fingerprint(data) == fingerprint(same)
    assert len(fingerprint(data)) == 16
    x = data.test.x.copy()
    x[0, 0] += 1
    changed = [
        dataclasses.replace(data, test=Split(x=x, y=data.test.y)),
        dataclasses.replace(data, val=Split(x=data.val.x, y=1 - data.val.y)),
        dataclasses.replace(data, classes=("0", "one")),
        dataclasses.replace(data, train=data.val, val=data.train),
        _assembled(seed=1, train=30),
    ]
    assert len({fingerprint(each) for each in [data, *changed]}) == 6


def test_fingerprint_does_not_depend_on_memory_layout() -> None:
    data = _assembled(train=30)
    strided = Split(x=np.asfortranarray(data.train.x), y=data.train.y[::-1][::-1])
    assert fingerprint(dataclasses.replace(data, train=strided)) == fingerprint(data)
