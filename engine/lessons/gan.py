"""Generative adversarial networks: two networks, one game, and what its balance is."""

from typing import Any

from .kit.lesson import Frames, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Moves, Slider
from .kit.state import State
from .kit.training import Progress, Training
from .workings.best_discriminator import LOSSES
from .workings.gan_arena import arena, schematic
from .workings.gan_steps import batches, pulls
from .workings.gan_theory import balance
from .workings.gan_trained import MOMENTS, RECIPES, side_by_side

RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)


def _train(state: State, progress: Progress) -> Any:
    from .trainings.ring_gan import train

    return train(state, progress)


RING_GANS = Training(
    name="ring-gans",
    title="two GANs on the ring of eight Gaussians: a stable one, and one that collapses",
    seconds=15,
    train=_train,
)


def onwards(state: State) -> Frames:
    """The arena, from where the training of a recipe ended."""
    return arena(state, state.result("ring-gans").of(state["recipe"]))


LESSON = Lesson(
    name="gan",
    chapter="generative",
    title="Two networks compete",
    summary="A generator makes points, a discriminator tells them from real ones, and its gradient is the teacher.",
    settings=(
        Moves(
            name="moves",
            default="",
            help="half-steps played; backspace undoes one, r begins again",
            moves={"d": "train D once", "g": "train G once", "m": "D, then G", "x": "D and G 25 times"},
            most=120,
        ),
        Choice(name="recipe", default="stable", choices=tuple(RECIPES), help="R1 penalises D's slope", key="c"),
        Choice(name="loss", default="non-saturating", choices=LOSSES, help="what G minimises", key="o"),
        Slider(name="rate", default=1.0, stops=RATES, help="D's learning rate, in multiples of the recipe's", key="e"),
        Slider(name="gap", default=1.2, low=0.0, high=2.0, step=0.1, help="how far p_g lies from p_data", key="a"),
        Slider(name="moment", default=MOMENTS, low=0, high=MOMENTS, step=1, scrub=True, help="moment of the training"),
    ),
    scenes=(
        Scene(name="balance", title="The balance", ids=("AD0",), frames=balance, settings=("gap", "loss")),
        Scene(
            name="arena",
            title="The arena: play the game by hand",
            ids=("AD0", "AD2"),
            frames=arena,
            settings=("moves", "recipe", "loss", "rate"),
        ),
        Scene(
            name="batch",
            title="What D and G are given",
            ids=("AD1",),
            frames=batches,
            settings=("moves", "recipe", "loss", "rate"),
        ),
        Scene(
            name="pulls",
            title="The gradient through D",
            ids=("AD2",),
            frames=pulls,
            settings=("moves", "recipe", "loss", "rate"),
        ),
        Scene(
            name="schematic",
            title="The loop and its losses",
            ids=("AD3",),
            frames=schematic,
            settings=("moves", "recipe", "loss", "rate"),
        ),
        Scene(
            name="collapse",
            title="Stable beside collapsed",
            ids=("AD0",),
            frames=side_by_side,
            needs="ring-gans",
            settings=("moment",),
        ),
        Scene(
            name="onwards",
            title="Go on from the trained state, at a tenth of the rates",
            ids=("AD0", "AD2"),
            frames=onwards,
            needs="ring-gans",
            settings=("moves", "recipe"),
        ),
    ),
    presets=(
        Preset(
            name="stable",
            values={"recipe": "stable", "moves": "x" * 12},
            why="R1 and equal rates: after 300 rounds G's points begin to ring the data.",
            scene="arena",
        ),
        Preset(
            name="collapse",
            values={"recipe": "collapse", "moves": "x" * 12},
            why="D learns 40 times as fast, no R1 limits its slopes: it tells all that G makes; G ends in one spot.",
            good=False,
            scene="arena",
        ),
        Preset(
            name="saturated",
            values={"recipe": "collapse", "loss": "minimax", "moves": "x" + "d" * 40},
            why="D alone has learned: its mean answer at made points is below 0.01, so minimax hardly pulls G.",
            good=False,
            scene="pulls",
        ),
        Preset(
            name="weak-judge",
            values={"rate": 0.1, "moves": "x" * 4},
            why="A D that hardly learns answers 1/2 as well: losses at their levels prove nothing.",
            good=False,
            scene="arena",
            frame=6,
        ),
        Preset(
            name="equilibrium",
            values={"gap": 0.0},
            why="p_g = p_data: the best D answers 1/2, and the losses are 2 ln 2 and ln 2.",
            scene="balance",
        ),
    ),
    notes=(
        Note(
            id="AD0",
            said="two neural networks compete to generate more authentic new data",
            right="Only the generator generates. The discriminator judges, and its gradient is G's signal.",
        ),
        Note(
            id="AD1",
            said="generated instances become negative training examples for the discriminator",
            right="Yes, in D's half-step: label 0. In G's half-step the same points are judged as if wanted real.",
        ),
        Note(
            id="AD2",
            said="the discriminator penalizes the generator for producing implausible results",
            right="The penalty is a gradient: G's loss is differentiated through D, whose weights rest meanwhile.",
        ),
    ),
    trainings=(RING_GANS,),
    probe={"moves": "mdgg", "recipe": "collapse", "loss": "minimax", "rate": 0.5, "gap": 0.7},
    source="Goodfellow et al., 2014, arXiv 1406.2661; the ring: Metz et al., 2016, arXiv 1611.02163; R1: Mescheder "
    "et al., 2018, arXiv 1801.04406; the view: GAN Lab, Kahng et al., 2018, arXiv 1809.01587.",
)
