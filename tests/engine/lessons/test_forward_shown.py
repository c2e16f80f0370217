"""What forward diffusion shows, spoiled in small ways: its facts turn red, and no true claim does."""

from typing import Any

import pytest

from dlviz.engine.lessons.forward_diffusion import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import forward_diffusion as proofs
from dlviz.engine.lessons.workings import chain_frames, limit_frames, noising_frames, particle_frames, vp_sde


def state(**values: Any) -> State:
    """The defaults, some changed."""
    return LESSON.state(values)


def test_of_all_presets_only_the_guard_is_red() -> None:
    """And only where the betas are not rescaled."""
    for preset in LESSON.presets:
        here = LESSON.parse([], preset=preset.name)
        red = [claim.check for claim in proofs.CLAIMS if not claim.needs and not claim.check(here).holds]
        assert red == ([proofs.ends] if preset.name == "unscaled" else []), preset.name


@pytest.mark.parametrize("shape", ["ring", "cross", "dot"])
@pytest.mark.parametrize("seed", [1, 3])
def test_the_distance_of_particles_holds_where_the_chain_ends_early(shape: str, seed: int) -> None:
    """The claim is about the noise that was added, however little."""
    chosen = LESSON.state({"T": 50, "rescale": False, "shape": shape}, seed=seed)
    assert proofs.radii(chosen).holds


def test_particles_with_a_little_too_much_noise_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six per cent more noise: within the old tolerance of 0.15, not within chance."""
    right = particle_frames.spread
    monkeypatch.setattr(
        particle_frames, "spread", lambda shape, seed, abar: right(shape, seed, abar) * (1 + 0.06 * (1 - abar))
    )
    assert not proofs.radii(state()).holds


def test_particles_of_another_stop_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve of twenty stops later under the times of the axis."""
    right = particle_frames.pulled_back
    monkeypatch.setattr(
        particle_frames, "pulled_back", lambda *given: (tuple(t + 200 for t in right(*given)[0]), right(*given)[1])
    )
    assert not proofs.radii(state()).holds


def test_pictures_that_do_not_add_up_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The noise drawn without its factor."""
    assert proofs.mixed(state()).holds
    right = noising_frames.shades

    def wrong(name: str, title: str, values: Any, **more: Any) -> Any:
        return right(name, title, values * 1.25 if name == "noise" else values, **more)

    monkeypatch.setattr(noising_frames, "shades", wrong)
    assert not proofs.mixed(state()).holds


def test_a_factor_of_the_title_without_its_root_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said to be multiplied, not only what is."""
    right = chain_frames._factors
    monkeypatch.setattr(chain_frames, "_factors", lambda now, chain: tuple(part**2 for part in right(now, chain)))
    assert not proofs.stepped(state()).holds


def test_the_values_at_the_cursor_are_those_of_the_table() -> None:
    """The legend reads the curve where the cursor stands: there must be a point."""
    for steps in vp_sde.STEPS:
        curve, table = limit_frames.sde(state(dt=steps))[1].figures
        at = list(curve.x).index(curve.at)
        row = next(row for row in table.rows if row[0] == steps)
        assert curve.lines["gap"][at] == pytest.approx(row[2]) and curve.lines["β²/8"][at] == pytest.approx(row[3])
    for name in ("variance", "schedule", "particles", "pulled-back", "equilibrium"):
        scene = next(scene for scene in LESSON.scenes if scene.name == name)
        for figure in scene.frames(state(t=377))[0].figures:
            assert getattr(figure, "at", None) is None or figure.at in figure.x, (name, figure.name)
