"""The lesson on GANs: facts turn red when its code is broken, and moves replay."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.gan import LESSON
from dlviz.engine.lessons.trainings.ring_game import Game, Rules
from dlviz.engine.lessons.trainings.ring_replay import REPLAYS, Replays
from dlviz.engine.lessons.workings import best_discriminator, gan_arena, gan_steps, gan_theory, ring_figures
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
    assert red("AD2", moves="mmdd") == ["the arrows are minus the gradient of G's actual loss"]


def test_a_penalty_of_twice_its_weight_is_red(monkeypatch, forgotten):
    assert not red("AD1")
    monkeypatch.setattr("dlviz.engine.objectives.adversarial.zero_centered", lambda squares: squares.mean())
    monkeypatch.setattr("dlviz.engine.lessons.proofs.gan.REPLAYS", Replays())
    assert any("R1" in claim for claim in red("AD1"))


def test_a_minimax_loss_of_the_other_sign_is_red(monkeypatch, forgotten):
    from dlviz.engine.objectives.adversarial_losses import LOSSES

    assert not red("AD2", moves="md", loss="minimax")
    true = LOSSES["minimax"]
    turned = replace(true, generator=lambda real, fake: -true.generator(real, fake))
    monkeypatch.setitem(LOSSES, "minimax", turned)
    assert red("AD2", moves="mdg", loss="minimax")


@pytest.mark.parametrize("loss", best_discriminator.LOSSES)
def test_arrows_of_the_loss_that_was_not_chosen_must_not_be_turned(monkeypatch, forgotten, loss):
    monkeypatch.setattr(Game, "view", _spoilt(other_pulls=lambda view: -view.other_pulls))
    assert red("AD2", moves="m", loss=loss)


def test_the_words_tell_why_points_lie_in_one_place():
    fallen = gan_arena.arena(LESSON.state(LESSON.preset("collapse").values))
    said = [frame.caption for frame in fallen]
    assert all(len(text) <= 150 for text in said) and "Collapsed" in said[0] and "R1" in said[0]
    assert len(set(said)) == len(said) and not any("d trains D" in text for text in said)
    fresh = gan_arena.arena(LESSON.state())
    assert all("press x" in frame.caption for frame in [*fresh][1:])


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
    """The preset `saturated`: sure of made points, so that the pull is hardly a hundredth."""
    state = LESSON.state(LESSON.preset("saturated").values)
    view = gan_arena.played(state).view
    lengths = [float(np.linalg.norm(pulls, axis=1).mean()) for pulls in (view.pulls, view.other_pulls)]
    assert view.d_fake < 0.01 and lengths[0] < 0.01 * lengths[1]


def _spoilt(**wrong):
    """A `Game.view` of which some numbers are another's."""
    true = Game.view

    def view(game):
        found = true(game)
        return replace(found, **{name: of(found) for name, of in wrong.items()})

    return view


@pytest.mark.parametrize(
    ("wrong", "id_"),
    [
        ({"surface": lambda view: view.surface[::-1]}, "AD3"),
        ({"d_fake": lambda view: view.d_real}, "AD3"),
        ({"loss_g": lambda view: float(-np.log(view.real_answers).mean())}, "AD3"),
        ({"loss_d": lambda view: float(-2 * np.log(view.real_answers).mean())}, "AD3"),
        ({"manifold": lambda view: view.manifold.transpose(1, 0, 2)[::-1]}, "AD3"),
        ({"other_pulls": lambda view: view.pulls**2 / np.where(view.other_pulls == 0, 1, view.other_pulls)}, "AD2"),
        ({"answers": lambda view: view.real_answers}, "AD2"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_number_of_the_arena_that_is_another_s_is_red(monkeypatch, forgotten, wrong, id_):
    assert not red(id_, moves="mmm")
    monkeypatch.setattr(Game, "view", _spoilt(**wrong))
    assert red(id_, moves="mmmm")


def test_a_grid_of_one_line_is_red(monkeypatch):
    assert not red("AD3")
    monkeypatch.setattr(ring_figures, "grid_lines", lambda manifold: [manifold[0]])
    assert red("AD3")


def test_the_loss_of_the_other_label_is_red(monkeypatch):
    true = ring_figures.pointwise
    monkeypatch.setattr(gan_steps, "pointwise", lambda label, answer: true(1 - label, answer))
    assert red("AD1")


def test_a_loss_of_g_that_forgets_its_sign_or_its_name_is_red(monkeypatch):
    def turned(gap, loss="non-saturating"):
        on_real, on_made, wished = best_discriminator.parts(gap)
        return on_real + on_made, wished if loss == "non-saturating" else -wished

    assert not red("AD0", loss="minimax") and not red("AD0", loss="minimax", gap=0.0)
    monkeypatch.setattr(gan_theory, "losses", turned)
    assert red("AD0", loss="minimax")


def test_a_divergence_that_is_not_halved_is_red(monkeypatch):
    true = gan_theory.reference
    monkeypatch.setattr(gan_theory, "reference", lambda loss: {**true(loss), "D": 2 * true(loss)["D"]})
    assert red("AD0")


def test_points_outside_of_the_plane_are_counted():
    fake = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, -9.0]])
    shown = ring_figures.plane("p", "p", fake=fake, real=fake[:1])
    assert "generated, 2 of 3 outside" in shown.points


def test_a_loss_near_nought_is_told_from_nought():
    value, formula = ring_figures.pointwise(0, 2.4e-6)
    assert value > 0 and "2.4e-06" in formula.numbers
    assert ring_figures.pointwise(1, 1.0)[1].numbers == "-ln 1 = 0"


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
