"""What the evidence probe finds: against enumeration of every image, and scipy's spanning tree."""

from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree  # type: ignore[import-untyped]
from sklearn.metrics import mutual_info_score

from dlviz.engine.data.dataset import Dataset, Split
from dlviz.engine.models.bayesnet import Bayesnet
from dlviz.engine.objectives.likelihood import Likelihood
from dlviz.engine.probes.evidence.completion import Forest, drawn, marginals
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.recipes.bayesnet import STRUCTURES, BayesnetOptions
from dlviz.engine.runs.run import Record

CPU = torch.device("cpu")
SHAPE, CLASSES, PIXELS = (1, 3, 3), 3, 9
KNOWN: tuple[dict[int, float], ...] = ({}, {2: 1.0}, {0: 1.0, 5: 0.0, 8: 1.0}, {k: float(k % 2) for k in range(PIXELS)})


def small() -> Dataset:
    """Black-and-white images of 9 pixels that depend on each other and on the class."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(3, PIXELS))

    def split(count: int) -> Split:
        y = rng.integers(CLASSES, size=count)
        x = (rng.normal(size=(count, 3)) + y[:, None]) @ mixing + rng.normal(size=(count, PIXELS)) > 1
        return Split(x=x.astype(np.float32).reshape(count, *SHAPE), y=y.astype(np.int64))

    names = ("a", "b", "[/c]")
    return Dataset(name="nine", classes=names, description="", train=split(400), val=split(20), test=split(20))


def trained(data: Dataset, structure: str = "class-trees") -> Any:
    """What a probe is given: a trainer whose network has counted all images."""
    chosen = BayesnetOptions(structure=structure, smoothing=1e-3 if structure == "tree" else 0.1, batch=400)
    of = Likelihood(Likelihood.build(Bayesnet, chosen, data), data, chosen, 0, CPU)
    of.step(0, 0.0)
    of.validate()
    return SimpleNamespace(objective=of, model=of.model, step=1, job=SimpleNamespace(model="bayesnet"))


def found(trainer: Any, index: int = 0, split: str = "test", **settings: Any) -> tuple[Record, Record]:
    look = LookInside("evidence", split=split, index=index, settings=tuple(settings.items()))
    told, tree = inside(trainer, look).records
    return told, tree


def evidence(known: dict[int, float], unknown: float = -1.0) -> tuple[float, ...]:
    return tuple(known.get(pixel, unknown) for pixel in range(PIXELS))


def enumerated(model: Bayesnet, known: dict[int, float]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Every image (n, p), p(x, y) of each (n, k), and whether it agrees with what is known (n,)."""
    images = np.array(list(product((0, 1), repeat=PIXELS)))
    joint = model(torch.from_numpy(images).float().reshape(-1, *SHAPE)).exp().numpy()
    fits = np.all([images[:, pixel] == value for pixel, value in known.items()] or [images[:, 0] >= 0], axis=0)
    return images, joint, fits


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("known", KNOWN)
def test_what_the_evidence_tells_is_what_enumeration_says(structure: str, known: dict[int, float]) -> None:
    trainer = trained(small(), structure)
    arrays = found(trainer, evidence=evidence(known))[0].arrays
    images, joint, fits = enumerated(trainer.model, known)
    total = joint[fits].sum()
    np.testing.assert_allclose(arrays["posterior"], joint[fits].sum(0) / total, atol=1e-10)
    np.testing.assert_allclose(arrays["prior"], joint.sum(0), atol=1e-10)
    np.testing.assert_allclose(arrays["white"], joint[fits].sum(1) @ images[fits] / total, atol=1e-10)
    assert float(arrays["log_evidence"]) == pytest.approx(float(np.log(total)), abs=1e-10)
    best = np.where(fits[:, None], joint, 0)
    row, label = np.unravel_index(best.argmax(), best.shape)
    assert float(arrays["best_log_joint"]) == pytest.approx(float(np.log(best.max())), abs=1e-10)
    assert arrays["best"].tolist() == images[row].tolist()
    if trainer.model.told:
        assert arrays["best_class"] == label


def test_samples_have_the_frequencies_of_the_posterior() -> None:
    model = trained(small()).model
    known = {0: 1.0, 5: 0.0}
    images, joint, fits = enumerated(model, known)
    forest = Forest(*(values.numpy() for values in (model.table, model.parents, model.order, model.log_prior)))
    given = np.array(evidence(known))
    made = [drawn(forest, given, seed) for seed in range(3000)]
    pixels, classes = np.array([x for x, _, _ in made]), np.array([y for _, y, _ in made])
    assert (pixels[:, 0] == 1).all() and (pixels[:, 5] == 0).all()
    total = joint[fits].sum()
    np.testing.assert_allclose(np.bincount(classes, minlength=3) / 3000, joint[fits].sum(0) / total, atol=0.03)
    np.testing.assert_allclose(pixels.mean(0), joint[fits].sum(1) @ images[fits] / total, atol=0.03)
    both = (images[:, 3] == 1) & (images[:, 4] == 1) & fits
    assert np.mean(pixels[:, 3] & pixels[:, 4]) == pytest.approx(joint[both].sum() / total, abs=0.03)
    for x, label, log in made[:20]:
        row = int((images == x).all(1).argmax())
        assert log == pytest.approx(float(np.log(joint[row, label])), abs=1e-10)


def test_the_tree_has_the_most_mutual_information() -> None:
    data = small()
    trainer = trained(data, "tree")
    told, tree = found(trainer, evidence=())
    bits = data.train.x.reshape(400, PIXELS)
    shared = np.array([[mutual_info_score(one, other) for other in bits.T] for one in bits.T])
    np.fill_diagonal(shared, 0)
    theirs = -minimum_spanning_tree(-shared).toarray()
    parents, information = tree.arrays["parents"], tree.arrays["information"]
    assert information.sum() == pytest.approx(theirs.sum(), rel=1e-3)
    edges = {frozenset((child, parent)) for child, parent in enumerate(parents.tolist()) if parent >= 0}
    assert edges == {frozenset(pair) for pair in zip(*(side.tolist() for side in theirs.nonzero()), strict=True)}
    for child, parent in enumerate(parents.tolist()):
        if parent >= 0:
            assert information[child] == pytest.approx(shared[child, parent], abs=2e-3)
            for value in (0, 1):
                share = bits[bits[:, parent] == value, child].mean()
                assert tree.arrays["given_parent"][child, value] == pytest.approx(share, abs=1e-3)
    assert tree.tag == "tree" and not bool(told.arrays["told"])


def test_the_tree_is_that_of_the_most_probable_class_or_of_the_one_asked_for() -> None:
    trainer = trained(small())
    told, tree = found(trainer, evidence=evidence({2: 1.0}))
    best = int(told.arrays["posterior"].argmax())
    assert tree.tag == f"tree/{best}" and tree.labels["class"] == ("a", "b", "[/c]")[best]
    other = (best + 1) % 3
    asked: dict[str, Any] = {"class": float(other)}
    assert found(trainer, evidence=(), **asked)[1].tag == f"tree/{other}"


def test_marginals_are_those_of_the_network() -> None:
    model = trained(small()).model
    forest = Forest(*(values.numpy() for values in (model.table, model.parents, model.order, model.log_prior)))
    ours = np.array([marginals(forest, tree) for tree in range(CLASSES)])
    np.testing.assert_allclose(ours, model.marginals().numpy(), atol=1e-12)
    _, joint, _ = enumerated(model, {})
    images = np.array(list(product((0, 1), repeat=PIXELS)))
    np.testing.assert_allclose(ours, (joint.T @ images) / joint.sum(0)[:, None], atol=1e-10)


def test_without_evidence_it_is_the_upper_half_of_the_example(digits: Dataset) -> None:
    trainer = trained(digits)
    arrays = found(trainer, index=3)[0].arrays
    bits = (digits.test.x[3].reshape(-1) >= 0.5).astype(int)
    assert arrays["evidence"].tolist() == [*bits[:32].tolist(), *[-1] * 32] and bool(arrays["from_example"])
    assert arrays["example"].tolist() == bits.tolist() and arrays["example_label"] == digits.test.y[3]
    same = found(trainer, index=3, evidence=tuple(float(v) for v in arrays["evidence"]))[0].arrays
    np.testing.assert_array_equal(same["white"], arrays["white"])
    unknown = tuple(float("nan") if v < 0 else float(v) for v in arrays["evidence"])
    np.testing.assert_array_equal(found(trainer, evidence=unknown)[0].arrays["white"], arrays["white"])


def test_before_anything_is_counted_all_is_even() -> None:
    data = small()
    of = Likelihood(Likelihood.build(Bayesnet, BayesnetOptions(), data), data, BayesnetOptions(), 0, CPU)
    trainer: Any = SimpleNamespace(objective=of, model=of.model, step=0, job=SimpleNamespace(model="bayesnet"))
    told, tree = found(trainer, evidence=())
    np.testing.assert_allclose(told.arrays["white"], 0.5)
    assert float(told.arrays["counted"]) == 0 and (tree.arrays["parents"] == -1).all()


def test_looking_changes_nothing() -> None:
    trainer = trained(small())
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    state = torch.get_rng_state()
    found(trainer, seed=5.0)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"evidence": (1.0, 0.0)}, "evidence must be 9 numbers, one a pixel"),
        ({"evidence": "all"}, "evidence must be 9 numbers"),
        ({"evidence": (0.5,) * 9}, "evidence of a pixel must be 1, 0, or -1"),
        ({"class": 3.0}, "class must be a whole number from 0 to 2, not 3.0"),
        ({"seed": -1.0}, "seed must be a whole number"),
        ({"split": "tomorrow"}, "no split 'tomorrow'"),
    ],
)
def test_a_bad_question_is_answered_in_one_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        found(trained(small()), **settings)


def test_a_model_that_takes_no_evidence_says_so() -> None:
    trainer: Any = SimpleNamespace(objective=object(), step=0, job=SimpleNamespace(model="vae"))
    with pytest.raises(ValueError, match="vae takes no evidence"):
        inside(trainer, LookInside("evidence"))
