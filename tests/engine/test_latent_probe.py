"""What the latent probe finds: against torch.distributions, scikit-learn's PCA, and the model's own decoder."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch.distributions import Independent, Normal, kl_divergence

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.models.vae import Vae
from dlviz.engine.objectives.variational import Variational
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.latent.plane import Plane, extent
from dlviz.engine.probes.latent.probe import DRAWS, FRAMES
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.recipes.vae import VaeOptions
from dlviz.engine.runs.run import Record

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {"steps": 20, "hidden": (32,), "channels": 4, "components": 3}
MAP: dict[str, Any] = {"latent": 2, "conditional": False, "prior": "standard"}


def trained(data: Dataset, steps: int = 20, **options: Any) -> Any:
    """What a probe is given: a trainer whose model has learned a little."""
    chosen = VaeOptions(**{**SMALL, **options})
    torch.manual_seed(0)
    of = Variational(Variational.build(Vae, chosen, data), data, chosen, 0, CPU)
    for number in range(steps):
        of.step(number, number / steps)
    return SimpleNamespace(objective=of, model=of.model, step=steps, job=SimpleNamespace(model="vae"))


def found(trainer: Any, index: int = 0, split: str = "test", **settings: Any) -> dict[str, Record]:
    look = LookInside("latent", split=split, index=index, settings=tuple(settings.items()))
    return {record.tag: record for record in inside(trainer, look).records}


def posterior(trainer: Any, data: Dataset, count: int) -> Independent:
    """q(z|x) of test images, from the encoder's own output."""
    with torch.no_grad():
        x = torch.from_numpy(data.test.x[:count]).flatten(1)
        mean, log_variance = trainer.model.encoder(x).chunk(2, 1)
    return Independent(Normal(mean, (log_variance / 2).exp()), 1)


def test_means_and_kl_are_torchs(digits: Dataset) -> None:
    trainer = trained(digits, **MAP)
    arrays = found(trainer, index=7)["latent"].arrays
    q = posterior(trainer, digits, len(digits.test))
    np.testing.assert_allclose(arrays["mean"], q.mean, atol=1e-5)
    np.testing.assert_allclose(arrays["sigma"], q.stddev, atol=1e-5)
    one = Normal(torch.zeros(2), torch.ones(2))
    each = kl_divergence(q.base_dist, one)
    np.testing.assert_allclose(arrays["kl"], each.mean(0), atol=1e-5)
    assert arrays["nats"][1] == pytest.approx(float(each.sum(1)[7]), abs=1e-5)
    np.testing.assert_allclose(arrays["active"], q.mean.numpy().var(0), rtol=1e-4)
    np.testing.assert_array_equal(arrays["labels"], digits.test.y)
    np.testing.assert_allclose(arrays["example_at"], q.mean[7], atol=1e-5)
    np.testing.assert_allclose(arrays["example_covariance"], np.diag(q.variance[7]), atol=1e-5)


def test_the_reconstruction_term_is_a_mean_over_the_posterior(digits: Dataset) -> None:
    trainer = trained(digits, **MAP)
    arrays = found(trainer, index=3)["latent"].arrays
    q = posterior(trainer, digits, 4)
    eps = torch.randn(DRAWS, 2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        image = trainer.model.decode(q.mean[3] + eps * q.stddev[3])
        p = Independent(Normal(image, trainer.model.sigma), 3)
        expected = -p.log_prob(torch.from_numpy(digits.test.x[3])).mean()
    assert arrays["nats"][0] == pytest.approx(float(expected), rel=1e-4)


def test_two_numbers_are_the_plane_and_the_cursor_is_decoded(digits: Dataset) -> None:
    trainer = trained(digits, **MAP)
    records = found(trainer, x=0.5, y=-1.0, grid=(3.0, 2.0, -3.0, 3.0, -1.0, 1.0), to=9.0, index=4)
    arrays = records["latent"].arrays
    np.testing.assert_allclose(arrays["plane"], arrays["mean"], atol=1e-6)
    with torch.no_grad():
        decode, mean = trainer.model.decode, posterior(trainer, digits, 10).mean
        at = decode(torch.tensor([[0.5, -1.0]]))
        places = [[x, y] for y in (0.5, -0.5) for x in (-2.0, 0.0, 2.0)]
        way = torch.stack([torch.lerp(mean[4], mean[9], share) for share in np.linspace(0, 1, FRAMES)])
        expected = {"cursor": at, "plane": decode(torch.tensor(places)), "interpolation": decode(way)}
        again = decode(mean[4:5])
    for tag, images in expected.items():
        np.testing.assert_allclose(records[tag].arrays["images"], images, atol=1e-5)
    np.testing.assert_allclose(records["plane"].arrays["z"], places, atol=1e-6)
    np.testing.assert_array_equal(records["example"].arrays["images"][0], digits.test.x[4])
    np.testing.assert_allclose(records["example"].arrays["images"][1], again[0], atol=1e-5)
    assert all(record.step == 20 for record in records.values())


def test_more_numbers_are_seen_in_their_principal_components(digits: Dataset) -> None:
    trainer = trained(digits, latent=6, conditional=False, prior="standard")
    arrays = found(trainer, x=0.3, y=-0.2)["latent"].arrays
    mean = posterior(trainer, digits, len(digits.test)).mean.numpy().astype(np.float64)
    theirs = PCA(2, svd_solver="full").fit(mean)
    signs = np.sign((arrays["basis"] * theirs.components_).sum(1))
    np.testing.assert_allclose(arrays["basis"], signs[:, None] * theirs.components_, atol=1e-4)
    np.testing.assert_allclose(arrays["plane"], theirs.transform(mean) * signs, atol=1e-4)
    assert float(arrays["share"]) == pytest.approx(theirs.explained_variance_ratio_.sum(), abs=1e-5)
    expected = theirs.inverse_transform(np.array([[0.3, -0.2]]) * signs)[0]
    np.testing.assert_allclose(arrays["cursor_z"], expected, atol=1e-4)
    shadow = arrays["basis"] @ arrays["basis"].T
    np.testing.assert_allclose(arrays["prior_covariance"][0], shadow, atol=1e-6)
    np.testing.assert_allclose(shadow, np.eye(2), atol=1e-9)


def test_a_conditional_model_is_told_the_class_of_the_cursor(digits: Dataset) -> None:
    trainer = trained(digits)
    asked: dict[str, Any] = {"class": 8.0}
    own, other = found(trainer, index=2), found(trainer, index=2, **asked)
    assert own["latent"].arrays["told"] == digits.test.y[2] and other["latent"].arrays["told"] == 8
    with torch.no_grad():
        z = torch.from_numpy(other["latent"].arrays["cursor_z"])[None]
        expected = trainer.model.decode(z, torch.tensor([8]))
    np.testing.assert_allclose(other["cursor"].arrays["images"], expected, atol=1e-5)
    assert np.abs(own["cursor"].arrays["images"] - expected.numpy()).max() > 1e-3
    np.testing.assert_array_equal(own["example"].arrays["images"], other["example"].arrays["images"])
    prior, plane = trainer.model.prior, other["latent"].arrays
    centres = (prior.mean[8].detach().numpy() - plane["centre"]) @ plane["basis"].T
    np.testing.assert_allclose(plane["prior_mean"], centres, atol=1e-5)


def test_the_kl_to_a_mixture_is_averaged_over_draws(digits: Dataset) -> None:
    trainer = trained(digits, latent=2, conditional=False)
    arrays = found(trainer, index=5)["latent"].arrays
    q, prior = posterior(trainer, digits, 6), trainer.model.prior
    with torch.no_grad():
        each = Independent(Normal(prior.mean[0], prior.log_sigma[0].exp()), 1)
        mixed = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(3)), each)
        z = q.mean[5] + q.stddev[5] * torch.randn(DRAWS, 2, generator=torch.Generator().manual_seed(0))
        one = Independent(Normal(q.mean[5], q.stddev[5]), 1)
        expected = (one.log_prob(z) - mixed.log_prob(z)).mean()
    assert arrays["nats"][1] == pytest.approx(float(expected), rel=1e-4)
    assert bool(arrays["mixture"]) and arrays["prior_mean"].shape == (3, 2)


def test_the_aggregated_posterior_has_the_moments_of_many_samples(digits: Dataset) -> None:
    trainer = trained(digits, **MAP)
    with torch.no_grad():
        trainer.model.encoder[-1].weight[:2].mul_(30)  # apart, as the posteriors of a trained model are
    arrays = found(trainer)["latent"].arrays
    q = posterior(trainer, digits, len(digits.test))
    assert q.mean.var(0).min() > 0.1
    torch.manual_seed(0)
    z = q.sample((1000,)).reshape(-1, 2).double().numpy()
    np.testing.assert_allclose(arrays["aggregated_mean"], z.mean(0), atol=0.05)
    np.testing.assert_allclose(arrays["aggregated_covariance"], np.cov(z.T), rtol=0.02, atol=0.05)


def test_looking_changes_nothing(digits: Dataset) -> None:
    trainer = trained(digits)
    trainer.model.train()
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    state = torch.get_rng_state()
    found(trainer, grid=4.0, to=3.0)
    assert torch.equal(torch.get_rng_state(), state) and trainer.model.training
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())


@pytest.mark.parametrize("latent", (1, 2, 3, 12))
def test_every_number_of_numbers(digits: Dataset, latent: int) -> None:
    records = found(trained(digits, 2, latent=latent, likelihood="bernoulli", decoder="mlp"), index=-1, grid=2.0)
    arrays = records["latent"].arrays
    assert arrays["plane"].shape == (len(digits.test), 2) and arrays["example"] == len(digits.test) - 1
    assert records["plane"].arrays["images"].shape == (4, 1, 8, 8)
    if latent == 1:
        assert not arrays["plane"][:, 1].any()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"x": "left"}, "x must be a number, not 'left'"),
        ({"y": float("nan")}, "y must be a number"),
        ({"class": 10.0}, "class must be a whole number from 0 to 9, not 10"),
        ({"grid": 21.0}, "grid must have 1 to 400 images, not 21 x 21"),
        ({"split": "tomorrow"}, "no split 'tomorrow'"),
    ],
)
def test_a_bad_question_is_answered_in_one_sentence(digits: Dataset, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        found(trained(digits, 0), **settings)


def test_a_model_without_latent_space_says_so() -> None:
    trainer: Any = SimpleNamespace(objective=object(), step=0, job=SimpleNamespace(model="cnn"))
    with pytest.raises(ValueError, match="cnn has no latent space"):
        inside(trainer, LookInside("latent"))


def test_a_plane_of_broken_numbers_is_still_a_plane() -> None:
    means = np.full((5, 4), np.nan)
    plane = Plane.of(means)
    assert plane.basis.shape == (2, 4) and np.isnan(plane.place(means)).all()
    assert extent(plane.place(means)).tolist() == [-1, 1, -1, 1]
    assert plane.share(means) == 1.0


def test_the_window_has_round_edges_and_holds_almost_all() -> None:
    points = np.random.default_rng(0).normal(size=(500, 2))
    left, right, bottom, top = extent(points)
    assert all(edge * 2 == int(edge * 2) for edge in (left, right, bottom, top))
    inside_it = (points >= [left, bottom]) & (points <= [right, top])
    assert inside_it.all(1).mean() > 0.98
