"""Reverse diffusion: from noise back to data, one small step at a time."""

from .kit.figures import Box, Formula, Ladder, Table
from .kit.lesson import Frame, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .trainings.denoising_digits import DENOISING_DIGITS, NAME
from .workings.denoising_frames import digit, film
from .workings.digit_pictures import DIGITS
from .workings.exact_frames import exact
from .workings.reversing import COUNTS, SAMPLERS, SPACINGS


def network(state: State) -> tuple[Frame, ...]:
    """What goes in, what comes out, and how one step uses it."""
    boxes = (
        Box(name="x_t", shape="1x16x16", detail="noisy image"),
        Box(name="t and digit", shape="32", detail="embedding"),
        Box(name="convolutional U-Net", shape="8x16x16 … 32x4x4", detail="16 → 8 → 4 → 8 → 16 pixels", active=True),
        Box(name="eps_hat", shape="1x16x16", detail="as large as x_t"),
        Box(name="x0_hat", shape="1x16x16", detail="x_t without eps_hat"),
        Box(name="x_s, s < t", shape="1x16x16", detail="x0_hat noised again, less"),
    )
    rows = [
        ("ddpm", "β~ = (1 - ᾱ_s) / (1 - ᾱ_t) β", "Ho et al., 2020, strided: the lab's"),
        ("ddpm-beta", "β = 1 - ᾱ_t / ᾱ_s", "the paper's other choice"),
        ("ddim", "0", "Song et al., 2021"),
    ]
    figures = (
        Ladder(
            name="step",
            title="one step back",
            about="The network is asked once a step. It has no last word: it names the noise, the sampler decides how "
            "far to go.",
            boxes=boxes,
        ),
        Table(
            name="samplers",
            title="samplers",
            columns=("sampler", "variance of the noise it adds", "from"),
            rows=rows,
            new_row=True,
        ),
    )
    return (
        Frame(
            caption="A convolutional network maps a noisy image to noise of the same size. Its answer takes x_t a "
            "little nearer to an image.",
            figures=figures,
            formulas=(Formula(symbols="x0_hat = (x_t - sqrt(1 - ᾱ_t) eps_hat) / sqrt(ᾱ_t)"),),
        ),
    )


DRAWN = ("sampler", "steps", "digit", "draw", "guidance")

LESSON = Lesson(
    name="reverse-diffusion",
    chapter="generative",
    title="Reverse diffusion: from noise to data",
    summary="A network that finds the noise takes pure noise back to data, step by step.",
    settings=(
        Choice(name="sampler", default="ddpm", choices=SAMPLERS, help="how a step back is taken", key="s"),
        Slider(name="steps", default=50, low=5, high=1000, stops=COUNTS, help="steps from noise to data", key="n"),
        Choice(
            name="stops",
            default="trailing",
            choices=SPACINGS,
            help="which t: trailing begins at T, leading ends with t = 1",
            key="u",
        ),
        Choice(name="digit", default="3", choices=DIGITS, help="which digit is asked for", key="d"),
        Slider(name="draw", default=1, low=1, high=99, step=1, help="which noise it begins from", key="e"),
        Slider(
            name="guidance",
            default=1.0,
            low=0.0,
            high=3.0,
            stops=(0.0, 0.5, 1.0, 2.0, 3.0),
            help="how far answers are pushed from those without a label",
            key="g",
        ),
    ),
    scenes=(
        Scene(
            name="exact",
            title="With a perfect score",
            ids=("AE4",),
            frames=exact,
            settings=("sampler", "steps", "stops"),
        ),
        Scene(name="network", title="A network for the noise", ids=("AH1",), frames=network, settings=()),
        Scene(
            name="digit",
            title="From noise to a digit",
            ids=("AH1", "AE4"),
            frames=digit,
            needs=NAME,
            settings=DRAWN,
        ),
        Scene(name="film", title="The way at a glance", ids=("AH1",), frames=film, needs=NAME, settings=DRAWN),
    ),
    presets=(
        Preset(
            name="thousand",
            values={"sampler": "ddpm-beta", "steps": 1000},
            why="With as many steps as the chain has, samples of the exact score have the spread of the data.",
            scene="exact",
            frame=11,
        ),
        Preset(
            name="ddim-20",
            values={"sampler": "ddim", "steps": 20},
            why="Twenty steps without noise are fast, and under-dispersed: sd 0.24 instead of 0.3, even with the "
            "perfect score.",
            good=False,
            scene="exact",
            frame=11,
        ),
        Preset(
            name="too-much-noise",
            values={"sampler": "ddpm-beta", "steps": 5, "stops": "leading"},
            why="With few steps the larger variance beta is too large: sd 0.61 instead of 0.3.",
            good=False,
            scene="exact",
            frame=6,
        ),
        Preset(
            name="unguided",
            values={"guidance": 0.0},
            why="Without guidance this small network often draws something between two digits: it was trained for "
            "seconds, and listens too little to the label.",
            good=False,
            scene="film",
            frame=2,
        ),
        Preset(
            name="five-steps",
            values={"sampler": "ddim", "steps": 5},
            why="Five steps are too few: each guess of x_0 is followed too far before it is asked again.",
            good=False,
            scene="digit",
            frame=6,
        ),
    ),
    notes=(
        Note(
            id="AE4",
            said="reverse process (denoising): removing noise",
            right="No noise is undone: what is drawn is new. From x0_hat, which the score gives, DDPM takes the mean "
            "of x_s and adds a little fresh noise; DDIM adds the noise that was found, but less of it.",
        ),
        Note(
            id="AH1",
            said="reverse process achieved, for example, by a CNN",
            right="One network for all steps: it is told t, and answers with the noise, of the size of the image.",
        ),
    ),
    trainings=(DENOISING_DIGITS,),
    probe={"sampler": "ddpm-beta", "steps": 20, "stops": "leading", "digit": "7", "draw": 5, "guidance": 0.0},
)
