"""The reverse process: single steps against diffusers, whole chains against a Gaussian whose score is known."""

from itertools import pairwise
from math import sqrt
from typing import Any

import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.engine.recipes import diffusion
from dlviz.engine.sampling.noise import STEPS, NoiseSchedule
from dlviz.engine.sampling.samplers import SAMPLERS, Chain, Ddim, Ddpm, Denoise, Frame, Sampler, frames, guided, spaced

KINDS = {"eps": "epsilon", "x0": "sample", "v": "v_prediction"}
NOISES = {"linear": "linear", "cosine": "squaredcos_cap_v2"}


def _exactly(kind: Any, name: str, count: int, **options: Any) -> Any:
    """Their scheduler with `count` steps, in double precision: 1 - alpha_bar loses digits near t = 0."""
    theirs = kind(beta_schedule=NOISES[name], timestep_spacing="trailing", **options)
    theirs.alphas_cumprod = (1 - theirs.betas.double()).cumprod(0)
    theirs.set_timesteps(count)
    return theirs


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _pair(predict: str, t: int) -> tuple[Tensor, Tensor]:
    """A noisy batch and a network's answer, such that x0_hat sometimes leaves -1..1."""
    g = _generator(t)
    return torch.randn(6, 1, 4, 4, generator=g), torch.randn(6, 1, 4, 4, generator=g)


@pytest.mark.parametrize("count", [1, 10, 20, 50, 250, 1000])
def test_timesteps_are_those_of_diffusers(count: int) -> None:
    for kind in (DDPMScheduler, DDIMScheduler):
        theirs = _exactly(kind, "linear", count)
        assert [t + 1 for t in theirs.timesteps.tolist()] == spaced(STEPS, count)
    assert Ddpm(NoiseSchedule("linear"), count).stops == (*spaced(STEPS, count), 0)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, STEPS), power=st.floats(1, 4))
def test_any_number_of_steps_goes_from_noise_to_data(count: int, power: float) -> None:
    stops = spaced(STEPS, count, power)
    assert len(stops) == count and stops[0] == STEPS and stops[-1] >= 1
    assert all(a > b for a, b in pairwise(stops))


def test_uneven_steps_are_finer_near_the_data() -> None:
    assert spaced(STEPS, 4, 2.0) == [1000, 562, 250, 62]
    assert spaced(STEPS, 4) == [1000, 750, 500, 250]
    assert Ddim(NoiseSchedule("linear"), 4, power=2.0).stops == (1000, 562, 250, 62, 0)


def _noise_of(shape: torch.Size, seed: int) -> Tensor:
    return torch.randn(shape, generator=_generator(seed))


@pytest.mark.parametrize("clip", [True, False])
@pytest.mark.parametrize("predict", diffusion.PREDICTS)
@pytest.mark.parametrize("name", list(NOISES))
@pytest.mark.parametrize("count", [1000, 50])
def test_a_step_of_ddpm_is_that_of_diffusers(count: int, name: str, predict: str, clip: bool) -> None:
    theirs = _exactly(
        DDPMScheduler, name, count, variance_type="fixed_small", prediction_type=KINDS[predict], clip_sample=clip
    )
    ours = Ddpm(NoiseSchedule(name), count, predict, (-1.0, 1.0) if clip else None)
    for k in (count - 1, count - 2, count // 2, count // 4):
        t, s = ours.stops[k], ours.stops[k + 1]
        x_t, answer = _pair(predict, t)
        expected = theirs.step(answer, t - 1, x_t, generator=_generator(5))
        frame = ours.frame(x_t, t, lambda x, t, answer=answer: answer)  # type: ignore[misc]
        x_s = ours.step(frame, s, _generator(5))
        torch.testing.assert_close(x_s, expected.prev_sample.float(), rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(frame.x0, expected.pred_original_sample.float(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("predict", diffusion.PREDICTS)
@pytest.mark.parametrize("clip", [True, False])
def test_a_step_of_ddim_is_that_of_diffusers(predict: str, eta: float, clip: bool) -> None:
    """With noise found anew after clipping, as in Glide."""
    for name, count in (("linear", 50), ("cosine", 20)):
        theirs = _exactly(DDIMScheduler, name, count, prediction_type=KINDS[predict], clip_sample=clip)
        ours = Ddim(NoiseSchedule(name), count, predict, (-1.0, 1.0) if clip else None)
        ours.eta = eta
        for k in (count - 1, count // 2, count // 4):
            t, s = ours.stops[k], ours.stops[k + 1]
            x_t, answer = _pair(predict, t)
            expected = theirs.step(
                answer, t - 1, x_t, eta=eta, use_clipped_model_output=True, variance_noise=_noise_of(x_t.shape, 5)
            )
            x_s = ours.step(ours.frame(x_t, t, lambda x, t, answer=answer: answer), s, _generator(5))  # type: ignore[misc]
            torch.testing.assert_close(x_s, expected.prev_sample.float(), rtol=1e-5, atol=2e-5)


MEAN, SD = 2.0, 0.3


def _exact(noise: NoiseSchedule) -> Denoise:
    """The best possible eps_hat for data that are N(2, 0.3^2)."""

    def denoise(x_t: Tensor, t: int) -> Tensor:
        a = noise.alpha_bar[t].item()
        return sqrt(1 - a) * (x_t - sqrt(a) * MEAN) / (a * SD**2 + 1 - a)

    return denoise


def _moments(sampler: Sampler) -> tuple[float, float]:
    last = [*frames(sampler, _exact(sampler.schedule), _noise_of(torch.Size([20_000, 1]), 1), _generator(2))][-1]
    return last.x.mean().item(), last.x.std().item()


def test_with_the_exact_score_ddpm_draws_the_data() -> None:
    mean, sd = _moments(Ddpm(NoiseSchedule("linear"), STEPS, "eps", None))
    assert mean == pytest.approx(MEAN, abs=0.01) and sd == pytest.approx(SD, rel=0.02)


def test_with_the_exact_score_ddim_in_few_steps_has_too_little_spread() -> None:
    few, many = (_moments(Ddim(NoiseSchedule("linear"), count, "eps", None)) for count in (20, 500))
    assert few[0] == pytest.approx(MEAN, abs=0.01) and few[1] == pytest.approx(0.242, abs=0.01)
    assert many[1] == pytest.approx(SD, rel=0.02)


def test_ddim_repeats_itself_and_ddpm_does_not() -> None:
    noise, start = NoiseSchedule("cosine"), _noise_of(torch.Size([50, 1]), 1)
    ends = {
        name: [[*frames(kind(noise, 20), _exact(noise), start, _generator(seed))][-1].x for seed in (0, 0, 1)]
        for name, kind in SAMPLERS.items()
    }
    assert torch.equal(ends["ddpm"][0], ends["ddpm"][1]) and not torch.equal(ends["ddpm"][0], ends["ddpm"][2])
    assert torch.equal(ends["ddim"][0], ends["ddim"][2])


@pytest.mark.parametrize("kind", SAMPLERS.values())
def test_every_frame_holds_together(kind: type[Sampler]) -> None:
    """x_t is made of the noise and the data that the frame names, and the data stay in bounds."""
    noise = NoiseSchedule("cosine")
    seen = [*frames(kind(noise, 10, "eps"), _exact(noise), _noise_of(torch.Size([9, 1]), 1), _generator())]
    assert [frame.t for frame in seen] == [*spaced(STEPS, 10), 0]
    for frame in seen[:-1]:
        torch.testing.assert_close(noise.noised(frame.x0, frame.eps, frame.t), frame.x, rtol=0, atol=1e-5)
        assert frame.x0.abs().max() <= 1
    assert torch.equal(seen[-1].x, seen[-1].x0) and torch.equal(seen[-1].x, seen[-2].x0)


def test_without_clipping_a_small_error_explodes_under_cosine_noise() -> None:
    noise = NoiseSchedule("cosine")

    def wrong(x_t: Tensor, t: int) -> Tensor:
        return _exact(noise)(x_t, t) + 0.02

    start = _noise_of(torch.Size([100, 1]), 1)
    bounds = (MEAN - 4 * SD, MEAN + 4 * SD)
    free, clipped = (
        [*frames(Ddim(noise, 20, "eps", limits), wrong, start, _generator())][-1].x for limits in (None, bounds)
    )
    assert (free - MEAN).abs().mean() > 3 * (clipped - MEAN).abs().mean()


def test_bounds_may_differ_by_coordinate() -> None:
    bounds = torch.tensor([-1.0, 0.5]), torch.tensor([0.0, 0.6])
    sampler = Ddpm(NoiseSchedule("linear"), 50, "x0", bounds)
    frame = sampler.frame(torch.randn(7, 2), 500, lambda x, t: 3 * torch.randn(7, 2))
    assert (frame.x0 >= bounds[0]).all() and (frame.x0 <= bounds[1]).all()


def test_a_chain_goes_back_and_forth_over_the_same_frames() -> None:
    noise, asked = NoiseSchedule("linear"), []

    def denoise(x_t: Tensor, t: int) -> Tensor:
        asked.append(t)
        return _exact(noise)(x_t, t)

    start = _noise_of(torch.Size([3, 1]), 1)
    chain = Chain(Ddpm(noise, 5), denoise, start, _generator())
    assert chain.frame.t == STEPS and chain.back() is chain.frame and asked == [1000]
    seen: list[Frame] = [chain.frame]
    while not chain.done:
        seen.append(chain.forward())
    assert [frame.t for frame in seen] == [1000, 800, 600, 400, 200, 0] and chain.place == 5
    assert chain.forward() is seen[-1]
    assert [chain.back() for _ in range(5)] == seen[-2::-1]
    assert chain.forward() is seen[1] and asked == [1000, 800, 600, 400, 200], "nothing is computed twice"
    straight = [*frames(Ddpm(noise, 5), _exact(noise), start, _generator())]
    assert all(torch.equal(a.x, b.x) for a, b in zip(seen, straight, strict=True))


class _Echo(nn.Module):
    """Answers with its label; 10 without one."""

    no_label = 10

    def forward(self, x: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        self.passed = len(x)
        assert (t == 7).all() and len(t) == len(x)
        return torch.full((len(x), 1), 10.0) if labels is None else labels[:, None].float()


def test_guidance_pushes_away_from_the_answer_without_label() -> None:
    echo, x, labels = _Echo(), torch.zeros(3, 1), torch.tensor([1, 2, 3])
    assert guided(echo, labels, 0.0)(x, 7).flatten().tolist() == [1, 2, 3] and echo.passed == 3
    assert guided(echo, labels, 2.0)(x, 7).flatten().tolist() == [3 * k - 20 for k in (1, 2, 3)] and echo.passed == 6
    assert guided(echo, None, 2.0)(x, 7).flatten().tolist() == [10] * 3 and echo.passed == 3


def test_every_sampler_that_can_be_chosen_is_there() -> None:
    assert sorted(SAMPLERS) == sorted(diffusion.SAMPLERS)
