"""Break the forward process, and its facts turn red."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.forward_diffusion import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import forward_diffusion as proofs
from dlviz.engine.lessons.workings import (
    chain_frames,
    limit_frames,
    noising,
    noising_frames,
    particle_frames,
    schedule_frames,
    vp_sde,
    weather,
    weather_frames,
)
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
    assert proofs.variance(state()).holds and proofs.alike(state()).holds and proofs.jumped(state()).holds

    def wrong(x0: Any, eps: Any, alpha_bar: float) -> Any:
        return np.sqrt(alpha_bar) * x0 + (1 - alpha_bar) * eps

    for place in (noising_frames, chain_frames, proofs):
        monkeypatch.setattr(place, "jump", wrong)
    chain_frames.replay.cache_clear()
    assert not proofs.mixed(state()).holds
    assert not proofs.variance(state()).holds
    assert not proofs.alike(state()).holds
    assert not proofs.jumped(state()).holds


def spoiled(monkeypatch: pytest.MonkeyPatch, place: Any, kind: str, name: str, change: Any) -> None:
    """Frames of the module `place` show something else in the figure `name`."""
    right = getattr(place, kind)

    def wrong(**fields: Any) -> Any:
        return right(**(change(fields) if fields["name"] == name else fields))

    monkeypatch.setattr(place, kind, wrong)


def test_a_line_of_signal_that_is_its_root_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """sqrt(alpha_bar) drawn as the share of the variance."""
    lines = lambda f: {**f, "lines": {**f["lines"], "signal": np.sqrt(f["lines"]["signal"])}}  # noqa: E731
    spoiled(monkeypatch, noising_frames, "Curves", "variance", lines)
    assert not proofs.variance(state()).holds


def test_swapped_bars_of_signal_and_noise_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """At t = 300 they differ."""
    spoiled(monkeypatch, noising_frames, "Bars", "shares", lambda f: {**f, "values": [*f["values"][1::-1], 1.0]})
    assert not proofs.variance(state()).holds


def test_an_snr_of_roots_and_an_inverted_one_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve is read, not only the schedule."""
    assert proofs.drawn(state()).holds
    for power in (0.5, -1.0):
        with monkeypatch.context() as patch:
            change = lambda f, p=power: {**f, "lines": {k: v**p for k, v in f["lines"].items()}}  # noqa: E731
            spoiled(patch, schedule_frames, "Curves", "snr", change)
            assert not proofs.drawn(state()).holds


def test_arrows_away_from_the_data_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The field as it is drawn."""
    assert proofs.pulled(state()).holds
    right = particle_frames.arrows
    monkeypatch.setattr(particle_frames, "arrows", lambda *given: (right(*given)[0], -right(*given)[1]))
    assert not proofs.pulled(state()).holds


def test_a_chain_that_takes_the_beta_before_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step that is shown against the lab's schedule, exactly."""
    assert proofs.stepped(state()).holds and proofs.stepped(state(walk="vnnzmg")).holds
    right = chain_frames.step
    beta = dict(pairwise(noising.schedule("linear", 1000).beta[::-1].tolist()))
    monkeypatch.setattr(chain_frames, "step", lambda x, z, b: right(x, z, beta[b]))
    chain_frames.replay.cache_clear()
    assert not proofs.stepped(state()).holds


def test_a_wrong_mean_in_the_table_of_the_law_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """alpha_bar for its root."""
    change = lambda f: {**f, "rows": (f["rows"][0], ("closed form", f["rows"][1][1] * 0.6296, f["rows"][1][2]))}  # noqa: E731
    assert proofs.same_law(state()).holds
    spoiled(monkeypatch, chain_frames, "Table", "two ways", change)
    assert not proofs.same_law(state()).holds


def test_an_expected_variance_without_alpha_bar_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pixels."""
    change = lambda f: {**f, "rows": (*f["rows"][:2], (*f["rows"][2][:2], f["rows"][2][2] + 0.2))}  # noqa: E731
    spoiled(monkeypatch, chain_frames, "Table", "moments", change)
    assert not proofs.jumped(state()).holds


def test_weights_that_are_not_divided_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of the default sum to 1 anyway: the fact tries odd ones."""
    assert proofs.rows(state()).holds
    for place in (weather, weather_frames):
        monkeypatch.setattr(place, "transition", lambda weights: np.array(weights, dtype=float))
    monkeypatch.setattr(weather_frames, "settles", lambda start, chain: True)
    assert not proofs.rows(state()).holds


def test_wrong_rates_of_the_sde_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """beta(s) = 0.1 + 20 s."""
    assert proofs.discretised(state()).holds
    right = vp_sde.rates
    monkeypatch.setattr(limit_frames, "rates", lambda steps: right(steps) * 1.01)
    assert not proofs.discretised(state()).holds


def test_a_chain_that_goes_round_is_not_said_to_settle() -> None:
    """The bad preset and the default say different things; a trap settles slowly, but settles."""
    scene = next(scene for scene in LESSON.scenes if scene.name == "weather")
    for name, said in (("cycle", "never settle"), ("mild", "settle;"), ("trap", "settle;")):
        assert said in scene.frames(state(P=weather.WEATHERS[name]))[4].caption
    assert not any("odds" in frame.caption for frame in scene.frames(state()))


def test_a_transposed_weather_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """P read from column to row."""
    assert proofs.rows(state()).holds
    right = weather.transition
    for place in (weather, weather_frames):
        monkeypatch.setattr(place, "transition", lambda weights: right(weights).T)
    assert not proofs.rows(state()).holds


def test_a_drift_without_its_half_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """x - beta x instead of x - beta x / 2 is of first order apart."""
    assert proofs.discretised(state()).holds

    def wrong(x0: float, beta: Any, z: Any) -> Any:
        path = [x0]
        for b, noise in zip(beta, z, strict=True):
            path.append(float(path[-1] - b * path[-1] + np.sqrt(b) * noise))
        return np.array(path)

    monkeypatch.setattr(limit_frames, "euler_maruyama", wrong)
    assert not proofs.discretised(state()).holds


def test_unscaled_betas_turn_the_guard_red_and_say_so() -> None:
    """The bad preset: 60 % of the signal is left after 50 steps."""
    assert proofs.ends(state()).holds
    bad = LESSON.parse([], preset="unscaled")
    outcome = proofs.ends(bad)
    assert not outcome.holds and "without" in outcome.says
    assert outcome.computed["largest"] == pytest.approx(0.603, abs=5e-4)
    shown = LESSON.scenes[0].frames(bad)[0]
    assert "78%" in shown.caption and "63%" in shown.caption


@pytest.mark.parametrize("steps", noising.LENGTHS)
@pytest.mark.parametrize("name", noising.NAMES)
@pytest.mark.parametrize("t", [0, 10, 500, 1000])
def test_facts_hold_for_every_schedule_and_time(name: str, steps: int, t: int) -> None:
    """The untrained facts that follow the settings."""
    chosen = state(t=t, T=steps, schedule=name)
    for check in (
        proofs.mixed,
        proofs.variance,
        proofs.alike,
        proofs.radii,
        proofs.pulled,
        proofs.drawn,
        proofs.jumped,
    ):
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

    assert at("").t == 0
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
