"""The lesson on GANs: facts turn red when its code is broken, and moves replay."""

import numpy as np
import pytest

from dlviz.engine.lessons.gan import LESSON
from dlviz.engine.lessons.trainings.ring_game import Game, Rules
from dlviz.engine.lessons.trainings.ring_replay import REPLAYS, Replays
from dlviz.engine.lessons.workings import best_discriminator, gan_arena, ring_figures
from dlviz.engine.objectives import adversarial_arena
from dlviz.engine.options import OptionError


def red(id_, **values):
    """The claims of an ID that do not hold."""
    state = LESSON.state(values)
    facts = [c.fact("gan", state) for c in LESSON.claims if c.id == id_ and not c.needs]
    return [fact.claim for fact in facts if not fact.holds]


@pytest.fixture
def forgotten(monkeypatch):
    """A memory of its own, so that what a broken function gave is not kept."""
    fresh = Replays()
    monkeypatch.setattr("dlviz.engine.lessons.trainings.ring_replay.REPLAYS", fresh)
    monkeypatch.setattr("dlviz.engine.lessons.proofs.gan.REPLAYS", fresh)


@pytest.mark.parametrize("wrong", ["the gradient of D", "uphill"])
def test_arrows_that_are_not_minus_the_gradient_of_g_s_loss_are_red(monkeypatch, forgotten, wrong):
    assert not red("AD2", moves="mdd")
    true = adversarial_arena.pulls

    def of_d(objective, fake, beside):
        """What GAN Lab draws: right direction, wrong size."""
        answer = objective.model.discriminator(fake).sigmoid().detach()[:, None]
        return true(objective, fake, beside) * (answer if wrong == "the gradient of D" else -1)

    monkeypatch.setattr(adversarial_arena, "pulls", of_d)
    assert red("AD2", moves="mmdd") == ["the arrows are minus the gradient of G's actual loss at made points"]


def test_turned_labels_are_red(monkeypatch, forgotten):
    assert not red("AD1", moves="m")
    true = Game.tried

    def turned(game, side):
        half = true(game, side)
        object.__setattr__(half, "labels", 1 - half.labels)
        return half

    monkeypatch.setattr(Game, "tried", turned)
    assert red("AD1", moves="mm")


def test_reference_lines_of_another_loss_are_red(monkeypatch):
    assert not red("AD3") and not red("AD3", loss="minimax")
    monkeypatch.setattr(ring_figures, "reference", lambda loss: best_discriminator.reference("non-saturating"))
    assert red("AD3", loss="minimax")


def test_a_turned_ratio_is_red(monkeypatch):
    assert not red("AD0")
    monkeypatch.setattr(best_discriminator, "best", lambda real, made: made / (real + made))
    assert red("AD0")


def test_the_same_moves_give_the_same_state_whatever_was_played_between():
    rules = Rules(recipe="stable", seed=5)
    straight = Replays().replay(rules, "dgmm").view
    wandering = Replays()
    for moves in ("", "d", "dgm", "dgmg", "dg", "x", "dgmm"):
        found = wandering.replay(rules, moves)
    assert np.array_equal(found.view.fake, straight.fake) and np.array_equal(found.view.surface, straight.surface)
    assert found.done == {"d": 3, "g": 3}


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("dlviz.engine.lessons.trainings.ring_replay.STATES", 3)
    replays, rules = Replays(), Rules(recipe="stable", seed=6)
    first = replays.replay(rules, "d").view.d_fake
    for k in range(6):
        replays.replay(rules, "g" * (k + 1))
    replays._views.clear()
    assert len(replays._states) <= 3
    assert replays.replay(rules, "d").view.d_fake == first


def test_trying_a_half_step_changes_nothing():
    game = Game(Rules(recipe="collapse", seed=7))
    before = game.view()
    game.tried("d"), game.tried("g")
    assert np.array_equal(game.view().fake, before.fake) and game.done == {"d": 0, "g": 0}


def test_a_sure_d_starves_the_minimax_loss():
    """The preset `saturated`."""
    state = LESSON.state(LESSON.preset("saturated").values)
    view = gan_arena.played(state).view
    lengths = [float(np.linalg.norm(pulls, axis=1).mean()) for pulls in (view.pulls, view.other_pulls)]
    assert lengths[0] < lengths[1]


def test_moves_are_letters():
    with pytest.raises(OptionError):
        LESSON.parse(["moves=dgz"])
    with pytest.raises(OptionError):
        LESSON.parse(["moves=[/x]\x1b"])
    assert LESSON.parse(["moves=dgmx"])["moves"] == "dgmx"


def test_the_most_extreme_rate_still_draws():
    for rate in (0.1, 10.0):
        state = LESSON.state({"recipe": "collapse", "rate": rate, "moves": "x" * 3, "loss": "minimax"})
        assert all(frame.figures for scene in LESSON.scenes if not scene.needs for frame in scene.frames(state))


def test_the_trained_game_goes_on():
    from dlviz.engine.lessons.trainings import ring_gan

    state = LESSON.state({"moves": "md"})
    result = _short(ring_gan, state)
    later = REPLAYS.replay(result.stable.rules, "md", result.stable)
    assert later.done == {"d": 2, "g": 1} and np.isfinite(later.losses[-1][1])
    ready = state.with_result("ring-gans", result)
    assert all(frame.figures for scene in LESSON.scenes if scene.needs for frame in scene.frames(ready))


def _short(ring_gan, state):
    before = dict(ring_gan.STEPS)
    ring_gan.STEPS.update(stable=40, collapse=40)
    try:
        return ring_gan.train(state, lambda share, text="", **numbers: None)
    finally:
        ring_gan.STEPS.update(before)
