"""The parts of a VAE against torch.distributions, quadrature and finite differences."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from dlviz.engine.models.priors import Mixture, Posterior, StandardNormal
from dlviz.engine.models.vae import Vae
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.vae import VaeOptions

SHAPE = (1, 8, 8)


def _posterior(b: int = 5, d: int = 3) -> Posterior:
    generator = torch.Generator().manual_seed(0)
    mean, log_variance = torch.randn(2, b, d, generator=generator, dtype=torch.float64)
    return Posterior(mean, log_variance)


def _normal(posterior: Posterior) -> Normal:
    return Normal(posterior.mean, (posterior.log_variance / 2).exp())


def test_kl_is_that_of_torch() -> None:
    posterior = _posterior()
    expected = kl_divergence(_normal(posterior), Normal(torch.zeros(3).double(), torch.ones(3).double()))
    prior = StandardNormal(3)
    torch.testing.assert_close(prior.kl_by_number(posterior, posterior.mean), expected)
    torch.testing.assert_close(prior.kl(posterior, posterior.mean), expected.sum(1))


@pytest.mark.parametrize(("mean", "sigma", "kl"), [(0.0, 1.0, 0.0), (1.0, 1.0, 0.5), (0.0, 0.5, 0.318147)])
def test_kl_of_the_textbook(mean: float, sigma: float, kl: float) -> None:
    posterior = Posterior(torch.tensor([[mean]]), torch.tensor([[2 * math.log(sigma)]]))
    assert float(StandardNormal(1).kl(posterior, posterior.mean)) == pytest.approx(kl, abs=1e-6)


def test_a_posteriors_density_and_samples_are_torchs() -> None:
    posterior, eps = _posterior(), torch.randn(5, 3, generator=torch.Generator().manual_seed(1)).double()
    z = posterior.sample(eps)
    torch.testing.assert_close((z - posterior.mean) / _normal(posterior).stddev, eps)
    torch.testing.assert_close(posterior.log_prob(z), _normal(posterior).log_prob(z))


def test_a_mixture_is_torchs() -> None:
    torch.manual_seed(0)
    prior, labels = Mixture(3, 4, 2).double(), torch.tensor([0, 1, 1, 0, 1])
    with torch.no_grad():
        prior.log_sigma.add_(torch.randn_like(prior.log_sigma) / 2)
    each = Independent(Normal(prior.mean[labels], prior.log_sigma[labels].exp()), 1)
    theirs = MixtureSameFamily(Categorical(torch.ones(5, 4)), each)
    posterior, z = _posterior(), torch.randn(5, 3).double()
    torch.testing.assert_close(prior.log_prob(z, labels), theirs.log_prob(z))
    expected = _normal(posterior).log_prob(z).sum(1) - theirs.log_prob(z)
    torch.testing.assert_close(prior.kl(posterior, z, labels), expected)


def test_a_mixture_of_one_standard_normal_is_the_standard_prior() -> None:
    prior = Mixture(3, 1, 0).double()
    nn.init.zeros_(prior.mean), nn.init.zeros_(prior.log_sigma)
    posterior = _posterior()
    z = posterior.sample(torch.randn(2000, 1, 3, generator=torch.Generator().manual_seed(2)).double())
    sampled = torch.stack([prior.kl_by_number(posterior, part) for part in z]).mean(0)
    torch.testing.assert_close(sampled, StandardNormal(3).kl_by_number(posterior, z[0]), atol=0.15, rtol=0)


@torch.no_grad()
def test_a_mixture_places_samples_where_its_density_is() -> None:
    torch.manual_seed(0)
    prior = Mixture(1, 3, 2)
    prior.mean.copy_(torch.tensor([[[-8.0], [0.0], [8.0]], [[100.0], [100.0], [100.0]]]))
    labels = torch.zeros(6000, dtype=torch.long)
    z = prior.place(torch.randn(6000, 1), labels, torch.Generator().manual_seed(0))[:, 0]
    counts = torch.stack([(z - center).abs() < 4 for center in (-8, 0, 8)]).sum(1)
    assert counts.sum() == 6000 and (counts - 2000).abs().max() < 150
    assert float(z[z.abs() < 4].std()) == pytest.approx(math.exp(-0.3), rel=0.05)
    again = prior.place(torch.randn(5, 1), labels[:5] + 1, torch.Generator().manual_seed(0))
    assert (again > 90).all()


def test_the_pixels_likelihoods_are_torchs() -> None:
    x, mean = torch.rand(4, *SHAPE), torch.rand(4, *SHAPE) * 0.9 + 0.05
    gaussian = Vae(VaeOptions(), SHAPE, 10)
    expected = Normal(mean, gaussian.sigma).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(gaussian.log_likelihood(x, mean), expected)
    bernoulli, bits = Vae(VaeOptions(likelihood="bernoulli"), SHAPE, 10), (x > 0.5).float()
    expected = Bernoulli(mean).log_prob(bits).flatten(1).sum(1)
    torch.testing.assert_close(bernoulli.log_likelihood(bits, mean), expected)
    assert gaussian.log_sigma.requires_grad and not bernoulli.log_sigma.requires_grad


def linear_gaussian(slope: float, variance: float) -> Vae:
    """z ~ N(0, 1), x ~ N(z, 1/4), and the encoder q(z|x) = N(slope x, variance)."""
    model = Vae(VaeOptions(latent=1, prior="standard", decoder="mlp"), (1, 1, 1), 0)
    encoder = nn.Linear(1, 2)
    with torch.no_grad():
        encoder.weight.copy_(torch.tensor([[slope], [0.0]]))
        encoder.bias.copy_(torch.tensor([0.0, math.log(variance)]))
        model.log_sigma.fill_(math.log(0.5))
    model.encoder, model.decoder = nn.Sequential(encoder), nn.Sequential(nn.Unflatten(1, (1, 1, 1)))
    return model.double()


def bound(model: Vae) -> float:
    """The ELBO at x = 1, its expectation by Gauss-Hermite quadrature, which is exact here."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    x, eps = torch.ones(20, 1, 1, 1).double(), torch.from_numpy(nodes)[:, None]
    log_likelihood, kl = model.elbo(x, None, eps)
    return float(((log_likelihood - kl).detach().numpy() * weights).sum() / weights.sum())


def test_the_bound_is_the_likelihood_at_the_exact_posterior_and_below_it_elsewhere() -> None:
    log_p = float(Normal(0.0, math.sqrt(1.25)).log_prob(torch.tensor(1.0)))
    assert log_p == pytest.approx(-1.43051, abs=1e-5)
    assert bound(linear_gaussian(0.8, 0.2)) == pytest.approx(log_p, abs=1e-6)
    for slope, variance in ((0.7, 0.2), (0.9, 0.2), (0.8, 0.1), (0.8, 0.4)):
        model = linear_gaussian(slope, variance)
        gap = kl_divergence(Normal(slope, math.sqrt(variance)), Normal(0.8, math.sqrt(0.2)))
        assert bound(model) == pytest.approx(log_p - float(gap), abs=1e-6)


@pytest.mark.parametrize("prior", ["standard", "mixture"])
def test_gradients_flow_through_the_sample(prior: str) -> None:
    torch.manual_seed(0)
    options = VaeOptions(latent=2, hidden=(5,), channels=2, activation="tanh", prior=prior, components=3)
    model = Vae(options, (1, 4, 4), 3).double()
    x, y, eps = torch.rand(3, 1, 4, 4).double(), torch.tensor([0, 2, 1]), torch.randn(3, 2).double()

    def loss() -> Tensor:
        log_likelihood, kl = model.elbo(x, y, eps)
        return (kl - log_likelihood).mean()

    loss().backward()  # type: ignore[no-untyped-call]
    for name, weights in model.named_parameters():
        assert weights.grad is not None, name
        spot, step = int(weights.grad.abs().argmax()), 1e-6
        with torch.no_grad():
            weights.view(-1)[spot] += step
            above = float(loss())
            weights.view(-1)[spot] -= 2 * step
            below = float(loss())
            weights.view(-1)[spot] += step
        expected = (above - below) / (2 * step)
        assert float(weights.grad.view(-1)[spot]) == pytest.approx(expected, rel=1e-5, abs=1e-7), name


@pytest.mark.parametrize("decoder", ["conv", "mlp"])
@pytest.mark.parametrize(("shape", "classes"), [((1, 8, 8), 10), ((3, 9, 7), 0)])
def test_shapes(decoder: str, shape: tuple[int, ...], classes: int) -> None:
    model = Vae(VaeOptions(latent=4, decoder=decoder, hidden=(8,), channels=2), shape, classes)
    labels = torch.arange(5) if classes else None
    x = torch.rand(5, *shape)
    assert model(x, labels).shape == x.shape
    samples = model.sample(5, labels, torch.Generator().manual_seed(0))
    assert samples.shape == x.shape and samples.min() >= 0 and samples.max() <= 1
    assert torch.equal(samples, model.sample(5, labels, torch.Generator().manual_seed(0)))
    assert torch.equal(model(x, labels), model.decode(model.encode(x, labels).mean, labels))


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(OptionError, match="vae needs images"):
        Vae(VaeOptions(), (12,), 3)
