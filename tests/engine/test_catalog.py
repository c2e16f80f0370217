"""The catalogue: what it states is what the modules are."""

import math

import numpy as np
import pytest
import torch

from dlviz.engine.catalog import CATALOG, Entry, UnknownModelError, find
from dlviz.engine.data.load import NAMES, load_data
from dlviz.engine.training.trainer import build_model

ENTRIES = pytest.mark.parametrize("entry", CATALOG.values(), ids=list(CATALOG))


@ENTRIES
def test_parameters_are_those_of_the_real_module(entry: Entry) -> None:
    data = load_data(entry.data, 0)
    model = build_model(entry, entry.options(), data.shape, len(data.classes))
    assert sum(p.numel() for p in model.parameters()) == entry.parameters
    logits = model(torch.from_numpy(data.train.x[:2]))
    assert logits.shape == (2, len(data.classes)) and math.isfinite(logits.sum().item())


@ENTRIES
def test_an_entry_is_complete(entry: Entry) -> None:
    assert CATALOG[entry.name] is entry and find(entry.name) is entry
    assert entry.data in NAMES
    assert entry.objective == "classification"
    assert entry.summary.endswith(".") and len(entry.summary) < 100
    assert len(set(entry.views)) == len(entry.views) > 0
    assert all(text.isprintable() for text in (entry.name, entry.family, entry.summary, *entry.views))


@pytest.mark.parametrize(
    ("name", "near"), [("cn", "cnn"), ("renset", "resnet"), ("mpl", "mlp"), ("CNN", "cnn"), ("zzzzz", None)]
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, near: str | None) -> None:
    with pytest.raises(UnknownModelError) as unknown:
        find(name)
    sentence = str(unknown.value)
    assert repr(name) in sentence and "mlp, cnn, resnet" in sentence and sentence.isprintable()
    assert ("did you mean" in sentence) == (near is not None)
    assert near is None or f"did you mean {near}?" in sentence


def test_the_default_data_are_as_described() -> None:
    data = load_data("digits", 0)
    assert data.shape == (1, 8, 8) and len(data.classes) == 10
    assert np.concatenate([s.y for s in (data.train, data.val, data.test)]).shape == (1797,)
