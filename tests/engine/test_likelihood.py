"""Learning a Bayesian network by counting: what a step counts, what is tested and kept, and going on after a stop."""

from typing import Any

import numpy as np
import pytest
import torch

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.models.bayesnet import Bayesnet
from dlviz.engine.objectives.likelihood import Likelihood
from dlviz.engine.recipes.bayesnet import BayesnetOptions

CPU = torch.device("cpu")


def objective(data: Dataset, seed: int = 0, **options: Any) -> Likelihood:
    chosen = BayesnetOptions(**options)
    torch.manual_seed(seed)
    return Likelihood(Likelihood.build(Bayesnet, chosen, data), data, chosen, seed, CPU)


def train(of: Likelihood, start: int = 0, end: int = 20) -> list[dict[str, float]]:
    return [of.step(number, number / 20) | of.validate() for number in range(start, end)]


def test_every_image_is_counted_once(digits: Dataset) -> None:
    of = objective(digits)
    values = train(of, 0, 25)
    assert of.model.class_count.tolist() == np.bincount(digits.train.y).tolist()
    bits = torch.from_numpy(digits.train.x).flatten(1) >= 0.5
    assert torch.equal(of.model.ones.sum(0), bits.double().sum(0))
    assert [v["images_counted"] for v in values][:2] == [64, 128] and values[-1]["images_counted"] == 1257
    assert values[19]["loss/val"] == values[24]["loss/val"]


def test_more_images_make_it_likelier(digits: Dataset) -> None:
    values = train(objective(digits))
    assert values[0]["loss/train"] == pytest.approx(64 * np.log(2)), "it knows nothing before the first batch"
    losses = [v["loss/val"] for v in values]
    assert losses[0] > losses[3] + 1 > losses[19] + 2 and losses[19] < 17.8
    assert values[19]["accuracy/val"] > 0.93 > values[0]["accuracy/val"]


def test_a_batch_is_judged_before_it_is_counted(digits: Dataset) -> None:
    of = objective(digits)
    train(of, 0, 3)
    index = of._shuffle.batch(3, 64)
    expected = -float(of.model(torch.from_numpy(digits.train.x)[index]).logsumexp(1).mean())
    assert of.step(3, 0.1)["loss/train"] == expected


def test_metrics(digits: Dataset) -> None:
    of = objective(digits)
    train(of)
    metrics = of.test()
    joint = of.model(torch.from_numpy(digits.test.x))
    assert metrics["test_log_likelihood"] == float(joint.logsumexp(1).mean()) > -17.4
    assert metrics["test_accuracy"] == pytest.approx((joint.argmax(1).numpy() == digits.test.y).mean())
    assert metrics["test_accuracy"] > 0.93 and metrics["label_accuracy"] > 0.85
    assert metrics["frechet"] < 1.2 * metrics["frechet_floor_binarised"]
    assert metrics["binarised_frechet_floor"] < metrics["binarised_frechet"] < 0.5
    assert {"frechet_floor", "nearest_train", "nearest_train_floor", "sample_seconds"} <= set(metrics)


@pytest.mark.parametrize("structure", ["tree", "independent"])
def test_what_does_not_know_the_class_says_nothing_about_it(digits: Dataset, structure: str) -> None:
    of = objective(digits, structure=structure)
    values = train(of)
    metrics = of.test()
    assert "accuracy/val" not in values[-1] and not {"test_accuracy", "label_accuracy"} & set(metrics)
    assert metrics["test_log_likelihood"] == pytest.approx({"tree": -20.5, "independent": -24.6}[structure], abs=0.7)
    assert of.parameters == {"tree": 127 + 9, "independent": 64 + 9}[structure]


def test_looking_disturbs_nothing(digits: Dataset) -> None:
    of = objective(digits)
    train(of, 0, 2)
    of.model.train()
    before = torch.get_rng_state()
    weights = {name: value.clone() for name, value in of.model.state_dict().items()}
    assert of.validate() == of.validate()
    of.test(), list(of.records()), list(of.final_records())
    assert torch.equal(before, torch.get_rng_state()) and of.model.training
    assert all(torch.equal(value, weights[name]) for name, value in of.model.state_dict().items())


def test_a_training_taken_up_again_is_the_same(digits: Dataset) -> None:
    whole, half = objective(digits), objective(digits)
    expected = train(whole)[8:]
    train(half, 0, 7)
    judged = half.step(7, 0.4)  # counted, not learned
    assert judged["loss/train"] > 0
    again = objective(digits)
    again.load_state_dict(half.state_dict())
    assert again.validate() == half.validate()
    assert train(again, 8, 20) == expected


def test_records(digits: Dataset) -> None:
    of = objective(digits)
    train(of)
    records = {record.tag: record for record in of.records()}
    assert list(records) == ["samples", *(f"tree/{k}" for k in range(10))]
    samples = records["samples"].arrays
    assert set(np.unique(samples["images"])) == {0, 1} and samples["labels"].tolist() == [*range(10)] * 5
    tree = records["tree/3"]
    assert tree.kind == "tree" and tree.labels == {"class": "3"}
    parents, information = tree.arrays["parents"], tree.arrays["information"]
    assert parents.shape == (64,) and (parents == -1).sum() == 1
    assert information[parents == -1] == 0 and information.max() > 0.1
    white = (digits.train.x[digits.train.y == 3].reshape(-1, 64) >= 0.5).mean(0)
    np.testing.assert_allclose(tree.arrays["marginals"][0], white, atol=0.01)
    assert [r.tag for r in objective(digits, structure="tree").records()] == ["samples", "tree"]


def test_inputs_fit_the_model(digits: Dataset) -> None:
    of = objective(digits)
    (x,) = of.inputs("val", 179, 2)
    assert torch.equal(x, torch.from_numpy(digits.val.x[[179, 0]]))
    assert of.model(*Likelihood.specimen(of.options, digits)).shape == (1, 10)
    assert of.parameters == 1279


def test_long_work_can_be_ended(digits: Dataset) -> None:
    of = objective(digits)

    def stop(what: str, share: float) -> None:
        raise KeyboardInterrupt

    of.tell = stop
    with pytest.raises(KeyboardInterrupt):
        of.test()
