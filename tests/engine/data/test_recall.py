"""The recall sequences: what they say, that the parts are apart, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.data import recall
from dlviz.engine.data.fingerprint import fingerprint
from dlviz.engine.data.load import load_data
from dlviz.engine.data.recall import KEYS, NOISE, QUERY, RecallOptions
from dlviz.engine.options import OptionError


def _answer(words: list[str], pairs: int) -> str:
    """What a reader would say who takes the description at its word."""
    known = dict(zip(words[0 : 2 * pairs : 2], words[1 : 2 * pairs : 2], strict=True))
    assert len(known) == pairs and set(known) <= set(KEYS)
    assert words[-2] == QUERY and set(words[2 * pairs : -2]) <= set(NOISE)
    return known[words[-1]]


@settings(max_examples=25, deadline=None)
@given(
    distance=st.integers(0, 20),
    values=st.integers(2, 16),
    pairs=st.integers(1, 16),
    seed=st.integers(0, 5),
)
def test_every_label_is_the_value_of_the_key_that_is_asked(distance: int, values: int, pairs: int, seed: int) -> None:
    if pairs > values:
        with pytest.raises(OptionError, match=f"pairs cannot be {pairs} with values={values}"):
            RecallOptions(pairs=pairs, values=values)
        return
    options = RecallOptions(distance=distance, pairs=pairs, values=values, train=100)
    data = recall.load(options, seed)
    assert data.kind == "sequences" and data.shape == (2 * pairs + distance + 2,)
    assert len(data.tokens) == len(set(data.tokens)) == 2 * values + len(NOISE) + 1
    for split in (data.train, data.val, data.test):
        for row, label in zip(split.x[:30], split.y[:30], strict=True):
            assert _answer([data.tokens[k] for k in row], pairs) == data.classes[label]
    rows = [row.tobytes() for split in (data.train, data.val, data.test) for row in split.x]
    assert len(set(rows)) == len(rows)


def test_the_default_has_its_sizes_and_every_answer_as_often() -> None:
    data = recall.load(RecallOptions(), 0)
    assert data.sizes == (20_000, 1000, 2000)
    assert data.shape == (42,)
    share = np.bincount(data.train.y, minlength=8) / 20_000
    assert abs(share - 1 / 8).max() < 0.01  # four standard deviations
    asked = data.train.x[:, -1]
    places = (data.train.x[:, 0:8:2] == asked[:, None]).mean(0)  # each pair is asked for as often
    assert abs(places - 1 / 4).max() < 0.013


def test_few_different_sequences_are_shared_out() -> None:
    least = recall.load(RecallOptions(distance=0, pairs=1, values=2, train=200_000), 0)
    assert least.sizes == (2, 1, 1)
    larger = recall.load(RecallOptions(distance=2, pairs=1), 0)
    assert sum(larger.sizes) == 8 * 8 * 16
    assert [round(n / 1024 * 23) for n in larger.sizes] == [20, 1, 2]


def test_the_seed_draws_and_the_name_takes_options() -> None:
    one = load_data("recall:distance=3,pairs=2,train=200", 1, kinds=("sequences",))
    same = load_data("recall:distance=3,pairs=2,train=200", 1, kinds=("sequences",))
    other = load_data("recall:distance=3,pairs=2,train=200", 2, kinds=("sequences",))
    assert one.shape == (9,) and fingerprint(one) == fingerprint(same) != fingerprint(other)
    with pytest.raises(OptionError, match="distance cannot be '-1'"):
        load_data("recall:distance=-1", 0, kinds=("sequences",))
