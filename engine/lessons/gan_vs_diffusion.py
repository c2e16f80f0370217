"""GANs and diffusion models on the same points: modes, balance, cost, knobs."""

from typing import Any

from .kit.lesson import Lesson, Note, Opinion, Preset, Scene
from .kit.settings import Slider
from .kit.state import State
from .kit.training import Progress, Training
from .workings.orbit_frames import orbits
from .workings.race_frames import OPINION, cost, counting, knobs, side_by_side


def _train(state: State, progress: Progress) -> Any:
    from .trainings.ring_diffusion import train

    return train(state, progress)


RING_RACE = Training(
    name="ring-race",
    title="a stable GAN, a collapsing GAN and a diffusion model on the same ring",
    seconds=30,
    train=_train,
)

LESSON = Lesson(
    name="gan-vs-diffusion",
    chapter="generative",
    title="GANs against diffusion",
    summary="The same eight modes for both: which are reached, what balance asks for, and what a sample costs.",
    settings=(
        Slider(name="kept", default=3, low=1, high=8, step=1, help="modes that a pretended generator has", key="m"),
        Slider(name="eta", default=0.1, low=0.0, high=0.5, step=0.05, help="step size of both players", key="e"),
        Slider(
            name="steps", default=100, low=0, high=200, step=5, scrub=True, help="steps that both players have taken"
        ),
    ),
    scenes=(
        Scene(name="modes", title="Counting modes", ids=("AJ1",), frames=counting, settings=("kept",)),
        Scene(
            name="race",
            title="Three generators, one ring",
            ids=("AJ1",),
            frames=side_by_side,
            needs="ring-race",
            settings=(),
        ),
        Scene(name="orbit", title="Why balance is hard", ids=("AJ2",), frames=orbits, settings=("eta", "steps")),
        Scene(name="cost", title="What a sample costs", ids=("AJ3",), frames=cost, needs="ring-race", settings=()),
        Scene(name="knobs", title="Knobs", ids=("AJ4",), frames=knobs, needs="ring-race", settings=()),
    ),
    presets=(
        Preset(
            name="collapse",
            values={"kept": 1},
            why="Every point is plausible, and seven eighths of the data are missing.",
            good=False,
            scene="modes",
            frame=2,
        ),
        Preset(name="whole", values={"kept": 8}, why="All modes are reached: 8 of 8.", scene="modes", frame=2),
        Preset(
            name="spiral",
            values={"eta": 0.3, "steps": 60},
            why="Large simultaneous steps leave the equilibrium fast.",
            good=False,
            scene="orbit",
        ),
        Preset(
            name="small-steps",
            values={"eta": 0.05, "steps": 200},
            why="Small steps circle almost perfectly, but still do not arrive: the radius never falls to 0.",
            scene="orbit",
            frame=2,
        ),
    ),
    notes=(
        Note(
            id="AJ3",
            said="diffusion models tend to be computationally intensive and have longer training durations",
            right="Training is stable; the cost is in sampling: one network evaluation for each step of a sample.",
        ),
        Note(
            id="AJ4",
            said="Fine tuning is more challenging to get the best samples",
            right="An opinion. Diffusion has more knobs, but most are turned without training again.",
        ),
    ),
    opinions=(Opinion(id="AJ4", text=OPINION),),
    trainings=(RING_RACE,),
    probe={"kept": 5, "eta": 0.25, "steps": 35},
    source="Mode collapse on rings: Metz et al., 2016, arXiv 1611.02163; bilinear games: Gidel et al., 2019, "
    "arXiv 1807.04740; DDPM: Ho et al., 2020, arXiv 2006.11239; DDIM: Song et al., 2021, arXiv 2010.02502.",
)
