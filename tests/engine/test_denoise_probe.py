"""The probe `denoise`: whole trajectories against diffusers, the forward process, and that looking changes nothing."""

import copy
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from torch import Tensor, nn

from dlviz.engine.data.dataset import Split
from dlviz.engine.data.load import load_data
from dlviz.engine.data.points import Points
from dlviz.engine.objectives.denoising import Denoising
from dlviz.engine.options import OptionError
from dlviz.engine.probes.denoise import walks as denoise_walks
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.quality.evaluator import evaluator
from dlviz.engine.runs.run import Record
from dlviz.engine.sampling.samplers import guided
from dlviz.engine.sampling.walk import kept
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

SMALL = ("channels=8", "blocks=1", "heads=1", "batch=8", "steps=20")
KINDS = {"eps": "epsilon", "x0": "sample", "v": "v_prediction"}
NOISES = {"linear": "linear", "cosine": "squaredcos_cap_v2"}


def _trainer(*texts: str, data: str = "digits") -> Trainer:
    """A small diffusion model whose averaged network answers something else than zero."""
    job = Job.of("diffusion", (*(SMALL if data == "digits" else ("steps=20", "spacing=1")), *texts), data=data)
    trainer = Trainer(job, load_data(data, 0, kinds=("images", "points")))
    generator = torch.Generator().manual_seed(9)
    for parameter in _objective(trainer).diffusion.network.parameters():
        parameter.add_(0.05 * torch.randn(parameter.shape, generator=generator))
    return trainer


def _objective(trainer: Trainer) -> Denoising:
    assert isinstance(trainer.objective, Denoising)
    return trainer.objective


def _look(trainer: Trainer, index: int = 0, **settings: Any) -> tuple[Record, ...]:
    told = tuple((name.rstrip("_"), value) for name, value in settings.items())
    return inside(trainer, LookInside("denoise", index=index, settings=told)).records


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return _trainer()


@pytest.fixture(scope="module")
def ring() -> Trainer:
    return _trainer(data="ring")


def _theirs(kind: Any, noise: str, predict: str, count: int, **options: Any) -> Any:
    """Their scheduler in double precision, for 1 - alpha_bar loses digits near t = 0."""
    scheduler = kind(
        beta_schedule=NOISES[noise], prediction_type=KINDS[predict], timestep_spacing="trailing", **options
    )
    scheduler.alphas_cumprod = (1 - scheduler.betas.double()).cumprod(0)
    scheduler.set_timesteps(count)
    return scheduler


def _answer(network: nn.Module, label: int, guidance: float) -> Any:
    labels = torch.tensor([label])
    return guided(network, labels, guidance)


@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
@pytest.mark.parametrize(("noise", "predict"), [("linear", "eps"), ("cosine", "v"), ("linear", "x0")])
def test_a_whole_trajectory_is_that_of_diffusers(sampler: str, noise: str, predict: str) -> None:
    """Every x_t, from the same first noise, the same network and, for DDPM, the same noise on the way."""
    trainer = _trainer(f"predict={predict}", f"noise_schedule={noise}")
    network = _objective(trainer).diffusion.network
    (record,) = _look(trainer, sampler=sampler, steps=50.0, seed=7.0, class_=4.0, guidance=1.5)
    if sampler == "ddpm":
        theirs, more = _theirs(DDPMScheduler, noise, predict, 50, variance_type="fixed_small"), {}
    else:
        theirs, more = _theirs(DDIMScheduler, noise, predict, 50), {"use_clipped_model_output": True}
    generator = torch.Generator().manual_seed(7)
    x = torch.randn((1, 1, 8, 8), generator=generator)
    xs, x0s = [x], []
    with torch.no_grad():
        for t in theirs.timesteps:
            answer = _answer(network, 4, 1.5)(x, int(t) + 1)
            made = theirs.step(answer, t, x, generator=generator, **more)
            x = made.prev_sample.float()
            xs.append(x)
            x0s.append(made.pred_original_sample.float())
    assert record.arrays["t"].tolist() == [*(t + 1 for t in theirs.timesteps.tolist()), 0]
    np.testing.assert_allclose(record.arrays["x"], torch.stack(xs), rtol=0, atol=1e-5)
    share = np.sqrt(record.arrays["alpha_bar"][:-1])[:, None, None, None, None]  # an error of x_t is divided by it
    np.testing.assert_allclose(share * record.arrays["x0"][:-1], share * torch.stack(x0s).numpy(), rtol=0, atol=1e-5)
    of_theirs = [*theirs.alphas_cumprod[theirs.timesteps].tolist(), 1.0]
    np.testing.assert_allclose(record.arrays["alpha_bar"], of_theirs, rtol=2e-6, atol=1e-9)


@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
def test_every_frame_is_signal_and_noise_in_the_shares_that_it_states(trainer: Trainer, sampler: str) -> None:
    (record,) = _look(trainer, sampler=sampler, steps=1000.0, seed=1.0)
    a = record.arrays
    ab = a["alpha_bar"][:, None, None, None, None]
    assert len(a["t"]) == 61 and a["t"][0] == 1000 and a["t"][-1] == 0, "60 frames and the last of 1001"
    np.testing.assert_allclose(np.sqrt(ab[:-1]) * a["x0"][:-1] + np.sqrt(1 - ab[:-1]) * a["eps"][:-1], a["x"][:-1],
                               atol=1e-5)  # fmt: skip
    np.testing.assert_allclose(a["snr"][:-1], (ab[:-1] / (1 - ab[:-1])).ravel(), rtol=1e-12)
    assert a["snr"][-1] == np.inf and (np.diff(a["snr"][:-1]) > 0).all()
    assert np.abs(a["x0"]).max() <= 1 and np.array_equal(a["x"][-1], a["x0"][-1])


def test_the_forward_process_is_add_noise_of_diffusers(trainer: Trainer) -> None:
    reverse, forward = _look(trainer, index=5, sampler="ddim", steps=20.0, seed=3.0, beside="forward")
    a, test = forward.arrays, _objective(trainer).data.split("test")
    assert isinstance(test, Split)
    real = torch.from_numpy(test.x[5:6]) * 2 - 1
    eps = torch.randn((1, 1, 8, 8), generator=torch.Generator().manual_seed(3))
    assert forward.tag == "denoising/forward" and a["labels"].tolist() == [test.y[5]]
    np.testing.assert_array_equal(a["true"], eps)
    np.testing.assert_array_equal(reverse.arrays["x"][0], eps)
    theirs = _theirs(DDPMScheduler, "cosine", "v", 20)
    for k, t in enumerate(a["t"][:-1]):
        x_t = theirs.add_noise(real.double(), eps.double(), torch.tensor([t - 1]))
        np.testing.assert_allclose(a["x"][k], x_t, atol=1e-5)
        ab = a["alpha_bar"][k]
        x0 = (a["x"][k] - np.sqrt(1 - ab) * a["eps"][k]) / np.sqrt(ab)
        if ab > 1e-4:
            np.testing.assert_allclose(a["x0"][k], x0, atol=1e-4)
        answer = _objective(trainer).diffusion.network(torch.from_numpy(a["x"][k]), torch.tensor([t]),
                                                       torch.tensor(a["labels"]))  # fmt: skip
        seen = np.sqrt(ab) * a["x"][k] - np.sqrt(1 - ab) * answer.detach().numpy()  # v
        np.testing.assert_allclose(a["x0"][k], seen.clip(-1, 1), atol=1e-5)
    np.testing.assert_allclose(a["x"][-1], real, atol=1e-6)


def test_two_samplers_begin_with_the_same_noise(trainer: Trainer) -> None:
    first, other = _look(trainer, sampler="ddim", steps=20.0, seed=3.0, beside="sampler")
    assert (first.tag, other.tag) == ("denoising/ddim", "denoising/ddpm")
    np.testing.assert_array_equal(first.arrays["x"][0], other.arrays["x"][0])
    assert not np.array_equal(first.arrays["x"][1], other.arrays["x"][1])
    for record in (first, other):
        (alone,) = _look(trainer, sampler=str(record.arrays["sampler"]), steps=20.0, seed=3.0)
        np.testing.assert_array_equal(alone.arrays["x"], record.arrays["x"])


def test_a_seed_is_a_noise(trainer: Trainer, ring: Trainer) -> None:
    def ends(model: Trainer, seed: float) -> Any:
        denoise_walks._OF.pop(model, None)
        return _look(model, steps=10.0, seed=seed)[0].arrays["x"]

    for model in (trainer, ring):
        np.testing.assert_array_equal(ends(model, 1.0), ends(model, 1.0))
        assert not np.array_equal(ends(model, 1.0), ends(model, 2.0))


def _walk(trainer: Trainer, **settings: Any) -> list[Record]:
    """Asked again and again, a step at a time."""
    answers: list[Record] = []
    while not answers or answers[-1].arrays["walked"] < answers[-1].arrays["steps"]:
        answers += _look(trainer, seconds=0.0, part=float(len(answers)), **settings)
    return answers


def test_a_walk_in_parts_is_the_same_walk(trainer: Trainer) -> None:
    parts = _walk(trainer, steps=30.0, seed=11.0)
    assert [int(part.arrays["walked"]) for part in parts] == list(range(31))
    assert [len(part.arrays["t"]) for part in parts] == list(range(1, 32))
    denoise_walks._OF.pop(trainer)
    (whole,) = _look(trainer, steps=30.0, seed=11.0)
    np.testing.assert_array_equal(parts[-1].arrays["x"], whole.arrays["x"])


def test_a_training_that_goes_on_does_not_bend_a_walk() -> None:
    trainer = _trainer()
    (whole,) = _look(trainer, steps=10.0, seed=1.0)
    denoise_walks._OF.pop(trainer)
    steps = trainer.steps()
    answers: list[Record] = []
    for _ in range(11):
        answers += _look(trainer, steps=10.0, seed=1.0, seconds=0.0)
        next(steps)
    assert [int(answer.arrays["of_step"]) for answer in answers] == [0] * 11
    assert [answer.step for answer in answers] == list(range(11)), "records say when they were asked for"
    np.testing.assert_array_equal(answers[-1].arrays["x"], whole.arrays["x"])
    (again,) = _look(trainer, steps=10.0, seed=1.0)
    assert int(again.arrays["of_step"]) == 11 and not np.array_equal(again.arrays["x"], whole.arrays["x"])
    assert _look(trainer, steps=10.0, seed=1.0)[0].arrays["of_step"] == 11, "remembered while nothing changes"


def test_other_weights_at_the_same_step_are_another_model() -> None:
    trainer = _trainer()
    (before,) = _look(trainer, steps=5.0)
    for parameter in _objective(trainer).diffusion.network.parameters():
        parameter.add_(0.01)
    (after,) = _look(trainer, steps=5.0)
    assert not np.array_equal(before.arrays["x"][-1], after.arrays["x"][-1])


def test_a_session_answers_while_it_trains_until_the_walk_is_whole(drive: Any, eventually: Any) -> None:
    drive.load("diffusion", *SMALL[:-1], "steps=100000", start=True)
    drive.until("running")
    part = 0

    def whole() -> bool:
        nonlocal part
        look = LookInside("denoise", settings=(("steps", 20.0), ("seconds", 0.005), ("part", float(part))))
        drive.session.subscribe("x", look)
        answer = drive.session.answers.get("x")
        if answer is None or answer.view is None:
            assert answer is None or not answer.error, answer.error
            return False
        arrays = answer.view.records[0].arrays
        part = max(part, int(arrays["walked"]))
        return bool(arrays["walked"] == 20 and len(arrays["t"]) == 21)

    eventually(whole)
    assert drive.session.status.state == "running" and drive.session.status.step > 0


@pytest.mark.parametrize("data", ["digits", "ring"])
def test_looking_changes_nothing(data: str) -> None:
    watched, alone = _trainer(data=data), _trainer(data=data)
    losses: list[list[float]] = []
    for model, looks in ((watched, True), (alone, False)):
        torch.manual_seed(3)
        values = []
        for step in model.steps():
            values.append(step.values["loss/train"])
            if looks and step.number % 5 == 0:
                state, modes = copy.deepcopy(model.model.state_dict()), [m.training for m in model.model.modules()]
                generators = torch.get_rng_state(), str(np.random.get_state())
                for beside in ("", "sampler", "forward"):
                    _look(model, steps=4.0, beside=beside)
                assert all(torch.equal(a, b) for a, b in zip(state.values(), model.model.state_dict().values(),
                                                             strict=True))  # fmt: skip
                assert modes == [m.training for m in model.model.modules()]
                assert torch.equal(generators[0], torch.get_rng_state())
                assert generators[1] == str(np.random.get_state())
        losses.append(values)
    assert losses[0] == losses[1] and len(losses[0]) == 20
    assert all(not p.requires_grad and p.grad is None for p in _objective(watched).diffusion.network.parameters())


def test_the_classifier_names_what_it_is_shown(trainer: Trainer) -> None:
    (record,) = _look(trainer, steps=10.0, count=3.0)
    images = torch.from_numpy(record.arrays["x0"] / 2 + 0.5).clamp(0, 1)
    logits = evaluator().logits(evaluator()(images.flatten(0, 1)))
    np.testing.assert_array_equal(record.arrays["named"].ravel(), logits.argmax(1))
    np.testing.assert_allclose(record.arrays["sure"].ravel(), logits.softmax(1).amax(1), atol=1e-5)


def test_particles_move_all_together(ring: Trainer) -> None:
    record, forward = _look(ring, steps=10.0, beside="forward")
    a, data = record.arrays, _objective(ring).data
    assert isinstance(data, Points)
    assert a["x"].shape == (11, 400, 2) and a["labels"].tolist() == [-1] * 400 and "named" not in a
    np.testing.assert_allclose(forward.arrays["x"][-1] * a["unit"] + a["center"], data.split("test")[:400], atol=1e-5)
    np.testing.assert_array_equal(a["centers"], data.centers)


def test_classes_are_names_numbers_or_none(trainer: Trainer) -> None:
    for given, expected in ((7.0, [7]), ("7", [7]), ("any", [-1]), ("", [3])):
        assert _look(trainer, steps=1.0, class_=given)[0].arrays["labels"].tolist() == expected
    assert _look(trainer, steps=1.0, count=9.0)[0].arrays["labels"].tolist() == [3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_without_a_class_the_network_is_told_none(trainer: Trainer) -> None:
    (record,) = _look(trainer, steps=1.0, class_="any", guidance=5.0)
    network = _objective(trainer).diffusion.network
    x = torch.from_numpy(record.arrays["x"][0])
    v: Tensor = network(x, torch.tensor([1000]), torch.tensor([10]))
    ab = record.arrays["alpha_bar"][0]
    x0 = (np.sqrt(ab) * x - np.sqrt(1 - ab) * v).clamp(-1, 1)
    np.testing.assert_allclose(record.arrays["x0"][0], x0.detach(), atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"steps": 0.0}, "steps cannot be 0; allowed: 1 to 1000"),
        ({"steps": 10.5}, "steps cannot be 10.5; allowed: a whole number from 1 to 1000"),
        ({"steps": "many"}, "steps cannot be many; allowed: 1 to 1000"),
        ({"seed": -1.0}, "seed cannot be -1; allowed: 0 to 4294967295"),
        ({"sampler": "euler\x1b[2J"}, "sampler cannot be 'euler"),
        ({"guidance": float("nan")}, "guidance cannot be nan; allowed: 0 to 100"),
        ({"class_": 10.0}, "class cannot be 10; allowed: any, 0 to 9, or one of 0, 1,"),
        ({"class_": "[/x]"}, "class cannot be '[/x]'; allowed: any, 0 to 9"),
        ({"beside": "x"}, "beside cannot be 'x'; allowed: one of forward, sampler"),
        ({"count": 65.0}, "count cannot be 65; allowed: 1 to 64"),
    ],
)
def test_bad_settings_are_a_sentence(trainer: Trainer, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        _look(trainer, **settings)
    assert str(caught.value).startswith(words) and "\x1b" not in str(caught.value)


def test_what_has_no_classes_says_so(ring: Trainer) -> None:
    with pytest.raises(OptionError, match="the data of this model have no classes"):
        _look(ring, class_=1.0)
    mlp = Trainer(Job.of("mlp", ()), load_data("digits", 0))
    with pytest.raises(ValueError, match="mlp does not denoise: it learns classification"):
        _look(mlp)


def test_kept_frames_have_both_ends() -> None:
    assert kept(3, 61) == (0, 1, 2, 3) and kept(1000, 3) == (0, 500, 1000)
    for steps in (1, 2, 10, 59, 60, 61, 997, 1000):
        places = kept(steps, 61)
        assert places[0] == 0 and places[-1] == steps and len(places) == min(steps + 1, 61)
        assert all(a < b for a, b in pairwise(places))
