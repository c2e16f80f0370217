"""Training a VAE: the bound, the best weights, what is tested and kept, and going on after a stop."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from dlviz.engine.data.dataset import Dataset, Split
from dlviz.engine.models.vae import Vae
from dlviz.engine.objectives.variational import Variational
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.vae import VaeOptions

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {"steps": 40, "hidden": (32,), "channels": 4, "components": 2}


def objective(data: Dataset, seed: int = 0, **options: Any) -> Variational:
    chosen = VaeOptions(**{**SMALL, **options})
    torch.manual_seed(seed)
    return Variational(Variational.build(Vae, chosen, data), data, chosen, seed, CPU)


def train(of: Variational, start: int, end: int) -> list[dict[str, float]]:
    values = [of.step(number, number / of.options.steps) for number in range(start, end)]
    return [*values, of.validate()]


def test_it_learns_and_says_so_in_nats(digits: Dataset) -> None:
    of = objective(digits)
    first = of.validate()
    steps = train(of, 0, 40)
    last = steps.pop()
    assert last["loss/val"] < first["loss/val"] - 10
    for values in (first, last):
        assert values["loss/val"] == pytest.approx(values["kl/val"] + values["reconstruction/val"], rel=1e-4)
    assert set(steps[0]) == {"loss/train", "reconstruction/train", "kl/train", "sigma", "grad_norm", "lr"}
    assert steps[-1]["loss/train"] < steps[0]["loss/train"]


def test_the_loss_that_is_shown_is_the_bound_whatever_beta_is(digits: Dataset) -> None:
    plain, heavy = objective(digits, beta=1.0), objective(digits, beta=8.0)
    torch.manual_seed(1)
    first = plain.step(0, 0.0)
    torch.manual_seed(1)
    other = heavy.step(0, 0.0)
    assert first["loss/train"] == other["loss/train"] and first["grad_norm"] != other["grad_norm"]
    for number in range(1, 40):
        plain.step(number, number / 40), heavy.step(number, number / 40)
    assert heavy.validate()["kl/val"] < plain.validate()["kl/val"]


def test_the_best_weights_are_kept_and_tested(digits: Dataset) -> None:
    of = objective(digits)
    train(of, 0, 20)
    good = of.bound(of.model, "test", 2)
    with torch.no_grad():
        of.model.log_sigma.add_(3)
    of.step(20, 0.5)
    assert of.validate()["loss/val"] > of.best_loss and of.best_step == 20
    assert of.bound(of.chosen, "test", 2) == good
    metrics = of.test()
    assert metrics["best_step"] == 20 and metrics["test_elbo"] == pytest.approx(-good["loss"], abs=1)
    assert metrics["test_elbo"] == pytest.approx(-metrics["test_kl"] - metrics["test_reconstruction"], rel=1e-4)
    names = {"frechet", "frechet_floor", "label_accuracy", "nearest_train", "nearest_train_floor", "sample_seconds"}
    assert names <= set(metrics) and metrics["frechet"] > metrics["frechet_floor"]
    x, y = of._splits["test"]
    error = (of.best(x, y) - x).square().mean().sqrt()
    assert metrics["test_reconstruction_error"] == pytest.approx(float(error))


def test_active_dimensions_are_those_that_depend_on_the_image(digits: Dataset) -> None:
    of = objective(digits, latent=5)
    train(of, 0, 1)
    head = of.best.encoder[-1]
    assert isinstance(head, torch.nn.Linear)
    with torch.no_grad():
        head.weight[:3] = 0  # the means of the first three numbers are constant now
        head.weight[3:5] *= 20
    assert of.test()["active_dimensions"] == 2


def test_looking_disturbs_nothing(digits: Dataset) -> None:
    of = objective(digits)
    train(of, 0, 2)
    of.model.train()
    before = torch.get_rng_state()
    weights = {name: value.clone() for name, value in of.model.state_dict().items()}
    of.validate(), of.test(), list(of.records()), list(of.final_records())
    assert torch.equal(before, torch.get_rng_state()) and of.model.training
    assert all(torch.equal(value, weights[name]) for name, value in of.model.state_dict().items())
    assert of.validate() == of.validate()


@pytest.mark.parametrize("conditional", [True, False])
def test_a_training_taken_up_again_is_the_same(digits: Dataset, conditional: bool) -> None:
    whole = objective(digits, conditional=conditional)
    train(whole, 0, 6)
    expected = train(whole, 6, 12)
    half = objective(digits, conditional=conditional)
    train(half, 0, 6)
    state, rng = half.state_dict(), torch.get_rng_state()
    again = objective(digits, seed=3, conditional=conditional)
    again.seed, again._shuffle = 0, half._shuffle
    again.load_state_dict(state)
    assert (again.best_step, again.best_loss) == (half.best_step, half.best_loss) and again.best_step == 6
    for name, value in half.best.state_dict().items():
        assert torch.equal(value, again.best.state_dict()[name])
    torch.set_rng_state(rng)
    assert train(again, 6, 12) == expected
    assert (again.best_step, again.best_loss) == (whole.best_step, whole.best_loss)
    for name, value in whole.best.state_dict().items():
        assert torch.equal(value, again.best.state_dict()[name])


def test_records(digits: Dataset) -> None:
    records = {record.tag: record for record in objective(digits).records()}
    assert {tag: record.kind for tag, record in records.items()} == {
        "samples": "images", "reconstructions": "images", "latent": "latent",
    }  # fmt: skip
    samples = records["samples"].arrays
    assert samples["images"].shape == (50, 1, 8, 8) and samples["images"].dtype == np.float16
    assert samples["labels"].tolist() == [*range(10)] * 5 and samples["rows"] == 10
    pairs = records["reconstructions"].arrays
    np.testing.assert_allclose(pairs["images"][:10], digits.test.x[:10], atol=1e-3)
    assert pairs["labels"].tolist() == digits.test.y[:10].tolist() * 2
    latent = records["latent"].arrays
    assert latent["mean"].shape == (180, 6) and (latent["labels"] == digits.val.y).all()
    assert latent["kl"].shape == (6,)


def test_a_plane_of_latent_numbers_is_decoded(digits: Dataset) -> None:
    options = VaeOptions.parse(["preset=map", "hidden=32", "channels=4"])
    assert options.latent == 2 and not options.conditional and options.prior == "standard"
    of = objective(digits, latent=2, conditional=False, prior="standard")
    record = next(record for record in of.records() if record.tag == "plane")
    z, images = record.arrays["z"], record.arrays["images"]
    assert z.shape == (121, 2) and record.arrays["rows"] == 11
    assert z[1, 0] > z[0, 0] and z[11, 1] < z[0, 1], "right and down"
    with torch.no_grad():
        np.testing.assert_allclose(images, of.model.decode(torch.from_numpy(z)), atol=2e-3)
    told = [record for record in objective(digits, latent=2).records() if record.tag.startswith("plane")]
    assert [record.labels["class"] for record in told] == list(digits.classes)


def test_inputs_wrap_around_and_fit_the_model(digits: Dataset) -> None:
    for conditional in (True, False):
        of = objective(digits, conditional=conditional)
        given = of.inputs("test", 359, 2)
        assert torch.equal(given[0], torch.from_numpy(digits.test.x[[359, 0]])) and len(given) == 1 + conditional
        assert of.model(*given).shape == (2, 1, 8, 8)
        assert of.model(*Variational.specimen(of.options, digits)).shape == (1, 1, 8, 8)


def test_bernoulli_wants_shares(digits: Dataset) -> None:
    assert np.isfinite(train(objective(digits, likelihood="bernoulli"), 0, 2)[-1]["loss/val"])
    loud = replace(digits, val=Split(x=digits.val.x * 2, y=digits.val.y), name="loud")
    with pytest.raises(OptionError, match="bernoulli for loud"):
        objective(loud, likelihood="bernoulli")


def test_long_work_says_how_far_it_is_and_can_be_ended(digits: Dataset) -> None:
    of, told = objective(digits), []
    train(of, 0, 1)
    of.tell = lambda what, share: told.append((what, share))
    of.test()
    assert any("sampling 1000" in what for what, _ in told) and all(0 <= share <= 1 for _, share in told)

    def stop(what: str, share: float) -> None:
        raise KeyboardInterrupt

    of.tell = stop
    with pytest.raises(KeyboardInterrupt):
        of.test()
