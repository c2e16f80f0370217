"""The catalogue: what it states is what the modules are."""

import numpy as np
import pytest
import torch

from dlviz.engine.catalog import CATALOG, Entry, UnknownModelError, find
from dlviz.engine.data.load import SOURCES, load_data, names, split_source
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer, objective_class

ENTRIES = pytest.mark.parametrize("entry", CATALOG.values(), ids=list(CATALOG))


@ENTRIES
def test_what_is_stated_is_what_is_built(entry: Entry) -> None:
    data = load_data(entry.data, 0, kinds=entry.objectives)
    trainer = Trainer(Job.of(entry.name, device="cpu"), data)
    assert trainer.parameters == entry.parameters
    assert isinstance(trainer.objective, objective_class(entry, data))
    for inputs in (trainer.objective.specimen(trainer.options, data), trainer.objective.inputs("test", 0)):
        with torch.no_grad():
            output = trainer.model.eval()(*inputs)
        assert output.isfinite().all()


@ENTRIES
def test_an_entry_is_complete(entry: Entry) -> None:
    assert CATALOG[entry.name] is entry and find(entry.name) is entry
    assert split_source(entry.data)[0] in names(entry.objectives)
    assert entry.objective and entry.objectives
    assert entry.summary.endswith(".") and len(entry.summary) < 100
    assert len(set(entry.views)) == len(entry.views) > 0
    assert all(text.isprintable() for text in (entry.name, entry.family, entry.summary, *entry.views))
    for key, values in entry.by_data.items():
        assert key in SOURCES or key in entry.objectives, "a name or a kind"
        entry.options(**values)


@ENTRIES
def test_every_preset_can_be_chosen(entry: Entry) -> None:
    rules = entry.options.rules()
    assert ("preset" in rules) == bool(entry.options.PRESETS)
    for name, values in entry.options.PRESETS.items():
        chosen = entry.options.parse((f"preset={name}",)).to_json()
        assert name in rules["preset"].choices
        assert {key: chosen[key] for key in values} == dict(values)


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
