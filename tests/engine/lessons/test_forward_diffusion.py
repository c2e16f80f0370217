"""Break the forward process, and its facts turn red."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.forward_diffusion import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import forward_diffusion as proofs
from dlviz.engine.lessons.workings import chain_frames, limit_frames, noising, noising_frames, vp_sde, weather
from dlviz.engine.options import OptionError


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    """Nothing is remembered from a broken computation."""

    def clear() -> None:
        noising.schedule.cache_clear()
        chain_frames.walkers.cache_clear()
        chain_frames.replay.cache_clear()
        vp_sde.noises.cache_clear()

    clear()
    yield
    clear()


def state(**values: Any) -> State:
    """The defaults, some changed."""
    return LESSON.state(values)


def test_an_off_by_one_in_the_schedule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """alpha_bar one step late: neither the numbers of DDPM nor the lab's schedule are met."""
    assert proofs.ddpm(state()).holds
    right = noising.alpha_bars
    monkeypatch.setattr(noising, "alpha_bars", lambda beta: np.concatenate([[1.0], right(beta)[:-1]]))
    noising.schedule.cache_clear()
    assert not proofs.ddpm(state()).holds
    assert not proofs.mixed(state()).holds


def test_a_missing_scale_of_the_signal_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise piled on top of x_{t-1}: the chain is not the jump any more."""
    assert proofs.iterated(state()).holds and proofs.same_law(state()).holds
    monkeypatch.setattr(noising, "step", lambda x, eps, beta: x + np.sqrt(beta) * eps)
    chain_frames.walkers.cache_clear()
    assert not proofs.iterated(state()).holds
    assert not proofs.same_law(state()).holds


def test_noise_that_is_not_squared_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 - alpha_bar where its root belongs: variance is lost, pictures and strip differ."""
    assert proofs.variance(state()).holds and proofs.alike(state()).holds

    def wrong(x0: Any, eps: Any, alpha_bar: float) -> Any:
        return np.sqrt(alpha_bar) * x0 + (1 - alpha_bar) * eps

    for place in (noising_frames, proofs):
        monkeypatch.setattr(place, "jump", wrong)
    assert not proofs.mixed(state()).holds
    assert not proofs.variance(state()).holds
    assert not proofs.alike(state()).holds


def test_a_transposed_weather_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """P read from column to row."""
    assert proofs.rows(state()).holds
    right = weather.transition
    monkeypatch.setattr(weather, "transition", lambda weights: right(weights).T)
    assert not proofs.rows(state()).holds


def test_a_drift_without_its_half_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """x - beta x instead of x - beta x / 2 is of first order apart."""
    assert proofs.discretised(state()).holds

    def wrong(x0: float, beta: Any, z: Any) -> Any:
        path = [x0]
        for b, noise in zip(beta, z, strict=True):
            path.append(float(path[-1] - b * path[-1] + np.sqrt(b) * noise))
        return np.array(path)

    monkeypatch.setattr(vp_sde, "euler_maruyama", wrong)
    assert not proofs.discretised(state()).holds


def test_unscaled_betas_turn_the_guard_red_and_say_so() -> None:
    """The bad preset: 60 % of the signal is left after 50 steps."""
    assert proofs.ends(state()).holds
    bad = LESSON.parse([], preset="unscaled")
    outcome = proofs.ends(bad)
    assert not outcome.holds and "without" in outcome.says
    assert outcome.computed["linear 50"] == pytest.approx(0.603, abs=5e-4)
    shown = LESSON.scenes[0].frames(bad)[0]
    assert "60.3%" in shown.caption


@pytest.mark.parametrize("steps", noising.LENGTHS)
@pytest.mark.parametrize("name", noising.NAMES)
@pytest.mark.parametrize("t", [0, 10, 500, 1000])
def test_facts_hold_for_every_schedule_and_time(name: str, steps: int, t: int) -> None:
    """The untrained facts that follow the settings."""
    chosen = state(t=t, T=steps, schedule=name)
    for check in (proofs.mixed, proofs.variance, proofs.alike, proofs.radii):
        assert check(chosen).holds, check.__name__


def test_rows_of_the_weather_are_renormalised_and_told() -> None:
    """Weights that do not sum to 1, even noughts alone, make a distribution."""
    given = state(P=((0.5, 0.0, 0.0), (0.0, 0.0, 0.0), (1.0, 1.0, 0.0)))
    assert np.allclose(weather.transition(given["P"]).sum(1), 1)
    frame = next(scene for scene in LESSON.scenes if scene.name == "weather").frames(given)[3]
    assert "cloud" in frame.caption and "divided" in frame.caption
    assert proofs.rows(given).holds


def test_the_walk_steps_jumps_and_begins_again() -> None:
    """n, m and v add steps up to T, g goes to t at once, z returns."""

    def at(moves: str, **values: Any) -> Any:
        chosen = state(walk=moves, **values)
        chain = noising.schedule(chosen["schedule"], int(chosen["T"]))
        return chain_frames.replay(moves, "3", chain.name, chain.steps, True, chain.step(chosen["t"]), 0)

    assert at("")[0] == 0
    assert at("nnm")[0] == 12
    assert at("vvvz")[0] == 0
    assert at("nnng")[0] == 300
    assert at("v", T=50)[0] == 50
    with pytest.raises(OptionError):
        LESSON.parse(["walk=nq"])


def test_the_snr_crossing_is_marked_in_the_table() -> None:
    """The chosen schedule is marked, and one that ends too early is struck out."""
    scene = next(scene for scene in LESSON.scenes if scene.name == "ends")
    good: Any = scene.frames(state())[0].figures[0]
    assert good.rows[good.marked[0]][:2] == ("linear", 1000) and not good.struck
    bad: Any = scene.frames(LESSON.parse([], preset="unscaled"))[0].figures[0]
    assert [bad.rows[i][:2] for i in bad.struck] == [("linear", 50), ("linear", 100)]


def test_wide_data_lose_entropy_and_the_frame_says_so() -> None:
    """KL falls for all data, entropy need not rise."""
    chain = noising.schedule("linear", 1000)
    said = [limit_frames.equilibrium(state(data=name), chain, 300)[1].caption for name in ("standardised", "wide")]
    assert "never falls" in said[0] and "falls at some t" in said[1]
