"""The forward process, against diffusers and against noise added one step at a time."""

from typing import Any

import pytest
import torch
from diffusers import DDPMScheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.recipes import diffusion
from dlviz.engine.sampling.noise import BETAS, STEPS, NoiseSchedule

THEIRS = {"linear": "linear", "cosine": "squaredcos_cap_v2"}


def _theirs(**options: Any) -> Any:
    return DDPMScheduler(**options)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("name", list(THEIRS))
@pytest.mark.parametrize("steps", [1000, 50])
def test_schedules_are_those_of_diffusers(name: str, steps: int) -> None:
    ours = NoiseSchedule(name, steps)
    theirs = _theirs(num_train_timesteps=steps, beta_schedule=THEIRS[name])
    torch.testing.assert_close(ours.beta[1:].float(), theirs.betas, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.alpha_bar[1:].float(), theirs.alphas_cumprod, rtol=1e-3, atol=1e-6)
    assert ours.beta[0] == 0 and ours.alpha_bar[0] == 1


def test_the_papers_numbers() -> None:
    """DDPM's last step keeps 4.04e-5 of the variance, and signal and noise are equal at t = 260."""
    linear = NoiseSchedule("linear")
    assert linear.alpha_bar[STEPS].item() == pytest.approx(4.04e-5, rel=1e-2)
    snr = linear.snr(torch.arange(1, STEPS + 1))
    assert int((snr - 1).abs().argmin()) + 1 in (259, 260)
    assert all(NoiseSchedule(name).alpha_bar[-1] < 1e-3 for name in BETAS)


@pytest.mark.parametrize("name", list(BETAS))
def test_signal_falls_and_variances_add_up(name: str) -> None:
    noise = NoiseSchedule(name)
    assert (noise.alpha_bar.diff() < 0).all() and ((noise.beta[1:] > 0) & (noise.beta[1:] < 1)).all()
    t = torch.arange(1, STEPS + 1)
    expected = (noise.alpha_bar / (1 - noise.alpha_bar))[1:].float()
    torch.testing.assert_close(noise.snr(t), expected, rtol=1e-5, atol=0.0)


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(sorted(BETAS)), seed=st.integers(0, 2**31 - 1))
def test_noise_is_added_as_diffusers_does(name: str, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    x0, eps = torch.randn(5, 1, 3, 4, generator=g), torch.randn(5, 1, 3, 4, generator=g)
    t = torch.randint(1, STEPS + 1, (5,), generator=g)
    ours, theirs = NoiseSchedule(name), _theirs(beta_schedule=THEIRS[name])
    x_t = ours.noised(x0, eps, t)
    torch.testing.assert_close(x_t, theirs.add_noise(x0, eps, t - 1), rtol=0, atol=1e-5)
    torch.testing.assert_close(ours.target("v", x0, eps, t), theirs.get_velocity(x0, eps, t - 1), rtol=0, atol=1e-5)
    assert torch.equal(ours.noised(x0, eps, int(t[2]))[2], x_t[2]), "one t for all is the same as a t each"
    assert torch.equal(ours.noised(x0, eps, 0), x0)


@pytest.mark.parametrize("predict", diffusion.PREDICTS)
@pytest.mark.parametrize("name", list(BETAS))
def test_what_is_predicted_leads_back_to_noise_and_data(name: str, predict: str) -> None:
    g = torch.Generator().manual_seed(3)
    noise = NoiseSchedule(name)
    t = torch.tensor([1, 10, 200, 500, 700])
    x0, eps = torch.randn(5, 2, generator=g), torch.randn(5, 2, generator=g)
    x_t = noise.noised(x0, eps, t)
    eps_hat, x0_hat = noise.estimate(predict, noise.target(predict, x0, eps, t), x_t, t)
    torch.testing.assert_close(x0_hat, x0, rtol=0, atol=1e-4)
    torch.testing.assert_close(eps_hat, eps, rtol=0, atol=1e-4)
    torch.testing.assert_close(noise.eps_for(x0, x_t, t), eps, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", list(BETAS))
def test_a_jump_is_many_steps(name: str) -> None:
    """x_t from x_{t-1} only, 300 times, has the mean and variance that q(x_t | x_0) says."""
    noise, g = NoiseSchedule(name), torch.Generator().manual_seed(0)
    x = torch.full((20_000,), 2.0)
    for t in range(1, 301):
        beta = noise.beta[t].item()
        x = (1 - beta) ** 0.5 * x + beta**0.5 * torch.randn(x.shape, generator=g)
    alpha_bar = noise.alpha_bar[300].item()
    assert x.mean().item() == pytest.approx(2 * alpha_bar**0.5, abs=0.03)
    assert x.var().item() == pytest.approx(1 - alpha_bar, rel=0.03)


def test_every_schedule_that_can_be_chosen_is_there() -> None:
    assert sorted(BETAS) == sorted(diffusion.NOISE_SCHEDULES)
