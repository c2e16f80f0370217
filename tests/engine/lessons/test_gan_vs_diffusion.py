"""The lesson that compares GANs and diffusion: facts turn red when its code is broken."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.gan_vs_diffusion import LESSON
from dlviz.engine.lessons.trainings import ring_diffusion, ring_gan
from dlviz.engine.lessons.workings import bilinear, modes, orbit_frames, race_frames


def red(**values):
    """The untrained claims that do not hold."""
    state = LESSON.state(values)
    return [c.id for c in LESSON.claims if not c.needs and not c.fact(LESSON.name, state).holds]


@pytest.fixture(scope="module")
def short():
    """The race, over after a few steps."""
    patch = pytest.MonkeyPatch()
    patch.setattr(ring_gan, "STEPS", {"stable": 20, "collapse": 20})
    for name, value in (("STEPS", 40), ("SHORT", 20), ("DRAWN", 400), ("FEW", 4)):
        patch.setattr(ring_diffusion, name, value)
    try:
        yield LESSON.state().with_result(
            "ring-race", ring_diffusion.train(LESSON.state(), lambda share, text="", **numbers: None)
        )
    finally:
        patch.undo()


@pytest.mark.parametrize(("name", "wrong"), [("REACH", 300.0), ("REACH", 6.0), ("REACH", 2.8), ("SHARE", 0.05)])
def test_counting_by_other_rules_is_red(monkeypatch, name, wrong):
    assert not red() and not red(kept=8)
    monkeypatch.setattr(modes, name, wrong)
    assert "AJ1" in red()


def test_a_share_of_one_mode_only_is_red(monkeypatch):
    monkeypatch.setattr(modes, "near_share", lambda points: float(modes.near(points).max()) / len(points))
    assert "AJ1" in red()


def test_a_pretended_generator_that_is_twice_as_wide_is_red(monkeypatch):
    assert not red()
    monkeypatch.setattr(race_frames, "SIGMA", 2 * race_frames.SIGMA)
    assert "AJ1" in red()


def test_players_that_take_turns_by_mistake_are_red(monkeypatch):
    assert not red()
    true = bilinear.orbit
    monkeypatch.setattr(orbit_frames, "orbit", lambda eta, steps, alternating: true(eta, steps, True))
    assert red() == ["AJ2", "AJ2"]


def test_a_radius_of_x_alone_is_red(monkeypatch):
    monkeypatch.setattr(orbit_frames, "radii", lambda path: np.abs(path[:, 0]))
    assert "AJ2" in red()


@pytest.mark.parametrize(
    ("old", "new"), [("(1 + 0.01)^50", "(1 + 0.1)^50"), ("Moving at once", "With steps of size 0 nobody moves")]
)
def test_words_and_numbers_of_another_step_size_are_red(monkeypatch, old, new):
    true = orbit_frames._frame

    def wrong(eta, steps, k):
        frame = true(eta, steps, k)
        first, *others = frame.formulas
        told = replace(first, numbers=first.numbers.replace(old, new))
        return replace(frame, formulas=(told, *others), caption=frame.caption.replace(old, new))

    monkeypatch.setattr(orbit_frames, "_frame", wrong)
    assert red() == ["AJ2"]


@pytest.mark.parametrize(("eta", "steps"), [(0.0, 0), (0.0, 200), (0.5, 200), (0.5, 0)])
def test_orbits_at_the_ends_of_their_sliders(eta, steps):
    assert not red(eta=eta, steps=steps)
    scene = next(scene for scene in LESSON.scenes if scene.name == "orbit")
    frames = scene.frames(LESSON.state({"eta": eta, "steps": steps}))
    assert all(np.isfinite(frame.figures[0].extent).all() for frame in frames[:1])


def test_modes_need_a_hundredth_of_the_points():
    far = np.full((990, 2), 9.0)
    assert modes.modes(np.concatenate((far, np.tile(modes.CENTERS[:1], (10, 1))))) == 1
    assert modes.modes(np.concatenate((far, far[:1], np.tile(modes.CENTERS[:1], (9, 1))))) == 0


def test_passes_are_counted_not_told(short):
    race = short.result("ring-race")
    assert race.gans.stable.evaluations == 1
    assert [d.evaluations for d in race.diffusion.knobs] == [d.steps for d in race.diffusion.knobs]
    assert race.diffusion.full.evaluations == 1000


def test_passes_that_are_told_wrongly_are_red(monkeypatch, short):
    claim = next(c for c in LESSON.claims if "passes" in c.says)
    assert claim.fact(LESSON.name, short).holds
    true = race_frames.rows_of
    monkeypatch.setattr(race_frames, "rows_of", lambda race: tuple((*r[:4], r[4] + 1, r[5]) for r in true(race)))
    assert not claim.fact(LESSON.name, short).holds


def test_weights_that_draw_are_the_generator_s(short):
    first, *others = race_frames.rows_of(short.result("ring-race"))
    assert (first[1], first[2]) == (17_219, 8_642)
    assert all(row[1] == row[2] for row in others)


def test_what_was_measured_is_told_in_words(short):
    assert " 8 to 8 " not in race_frames.sensitivity(short.result("ring-race"))


def test_a_generator_that_was_not_trained_fails_the_claim(short):
    claim = next(c for c in LESSON.claims if c.id == "AJ1" and c.needs)
    assert not claim.fact(LESSON.name, short).holds


def test_every_frame_of_a_trained_scene_is_drawn(short):
    for scene in LESSON.scenes:
        if scene.needs:
            assert all(frame.figures and frame.caption for frame in scene.frames(short))
