"""Forward diffusion: an image drowns in Gaussian noise, step by step or at once."""

from collections.abc import Callable

from .kit.lesson import Frame, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Moves, Numbers, Slider, Switch
from .kit.state import State
from .trainings.denoising_digits import DENOISING_DIGITS, NAME
from .workings.chain_frames import laws, stepping
from .workings.digit_pictures import DIGITS
from .workings.equilibrium import DATA
from .workings.limit_frames import equilibrium, sde
from .workings.noising import LENGTHS, NAMES, Schedule, schedule
from .workings.noising_frames import noising, strip, variance
from .workings.particle_frames import pulling, spreading
from .workings.particles import SHAPES
from .workings.predicted_frames import predicted
from .workings.schedule_frames import schedules
from .workings.vp_sde import STEPS
from .workings.weather import STATES, WEATHERS
from .workings.weather_frames import weather

Timed = Callable[[State, Schedule, int], tuple[Frame, ...]]
Lone = Callable[[State, Schedule, int], Frame]


def chosen(state: State) -> Schedule:
    """The schedule of the settings."""
    return schedule(state["schedule"], int(state["T"]), state["rescale"])


def time(state: State) -> int:
    """t of 0..T, where the slider stands."""
    return chosen(state).step(state["t"])


def timed(make: Timed, frame: int = 0) -> Callable[[State], tuple[Frame, ...]]:
    """One of the frames that are made for the schedule and t: a scene of one frame has t as its scrubber."""
    return lambda state: (make(state, chosen(state), time(state))[frame],)


def alone(make: Lone) -> Callable[[State], tuple[Frame, ...]]:
    """The one frame that is made for the schedule and t."""
    return lambda state: (make(state, chosen(state), time(state)),)


SCHEDULE = ("t", "schedule", "T", "rescale")
PICTURE = ("t", "digit", "draw", "schedule", "T", "rescale")

LESSON = Lesson(
    name="forward-diffusion",
    chapter="generative",
    title="Forward diffusion: from data to noise",
    summary="A Markov chain adds a little Gaussian noise at each step; any step can be reached at once.",
    settings=(
        Slider(
            name="t",
            default=300,
            low=0,
            high=1000,
            step=40,
            scrub=True,
            help="time, in thousandths of T; x adds 40",
            key="x",
        ),
        Choice(name="digit", default="3", choices=DIGITS, help="which picture", key="d"),
        Choice(name="schedule", default="linear", choices=NAMES, help="how fast noise is added", key="s"),
        Slider(name="T", default=1000, low=50, high=1000, stops=LENGTHS, help="steps of the chain", key="C"),
        Switch(name="rescale", default=True, help="multiply the linear betas by 1000/T", key="u"),
        Slider(name="draw", default=1, low=1, high=99, step=1, help="which noise", key="e"),
        Moves(
            name="walk",
            default="",
            help="what was done to the image",
            moves={
                "n": "one step",
                "m": "ten steps",
                "v": "a hundred steps",
                "g": "jump from x_0 to t",
                "z": "back to x_0",
            },
        ),
        Numbers(
            name="P",
            default=WEATHERS["mild"],
            help="weights of the weather's changes, rows sun, cloud, rain",
            key="w",
            named=WEATHERS,
            rows=(3, 3),
        ),
        Choice(name="today", default="sun", choices=STATES, help="the weather of day 0", key="o"),
        Choice(name="shape", default="ring", choices=SHAPES, help="where the particles begin", key="c"),
        Choice(name="data", default="standardised", choices=tuple(DATA), help="data of one dimension", key="a"),
        Slider(name="dt", default=50, low=25, high=1000, stops=STEPS, help="steps of the SDE, 1/dt each", key="i"),
    ),
    scenes=(
        Scene(name="noising", title="An image and its noise", ids=("AE1",), frames=timed(noising), settings=PICTURE),
        Scene(
            name="predicted",
            title="The noise a network finds",
            ids=("AE1",),
            frames=timed(predicted),
            needs=NAME,
            settings=PICTURE,
        ),
        Scene(
            name="variance",
            title="Signal fades as noise grows",
            ids=("AE3",),
            frames=alone(variance),
            settings=PICTURE,
        ),
        Scene(
            name="schedule",
            title="How fast: alpha-bar and SNR",
            ids=("AG1",),
            frames=timed(schedules),
            settings=SCHEDULE,
        ),
        Scene(
            name="ends",
            title="It must end as noise",
            ids=("AG1",),
            frames=timed(schedules, 1),
            settings=SCHEDULE[1:],
        ),
        Scene(name="strip", title="From image to noise", ids=("AG3",), frames=timed(strip), settings=PICTURE),
        Scene(
            name="weather",
            title="A Markov chain of the weather",
            ids=("AF1",),
            frames=weather,
            settings=("P", "today"),
        ),
        Scene(
            name="chain",
            title="Step by step, or at once",
            ids=("AF2", "AF3"),
            frames=lambda state: stepping(state, chosen(state), time(state)),
            settings=("walk", *PICTURE),
        ),
        Scene(
            name="law",
            title="Both ways have the same law",
            ids=("AF2", "AF3"),
            frames=alone(laws),
            settings=SCHEDULE,
        ),
        Scene(
            name="particles",
            title="Particles spread",
            ids=("AE5",),
            frames=alone(spreading),
            settings=("shape", *SCHEDULE),
        ),
        Scene(
            name="pulled-back",
            title="A field pulls them back",
            ids=("AE5",),
            frames=alone(pulling),
            settings=("shape", *SCHEDULE),
        ),
        Scene(
            name="thermodynamics",
            title="What thermodynamics has to do with it",
            ids=("AE2",),
            frames=timed(equilibrium),
            settings=("data", *SCHEDULE),
        ),
        Scene(
            name="equilibrium",
            title="Noise is the equilibrium",
            ids=("AE2",),
            frames=timed(equilibrium, 1),
            settings=("data", *SCHEDULE),
        ),
        Scene(name="sde", title="Ever smaller steps: an SDE", ids=("AG2",), frames=sde, settings=("dt",)),
    ),
    presets=(
        Preset(
            name="half",
            values={"t": 260, "schedule": "linear", "T": 1000, "digit": "3"},
            why="SNR is 1 at t = 260: in data of variance 1 half of the variance is image. This digit varies less, "
            "and can just be read.",
            scene="noising",
        ),
        Preset(
            name="few-steps",
            values={"schedule": "cosine", "T": 50, "t": 500},
            why="Fifty cosine steps end as pure noise too, and half way there is still something to see.",
            scene="schedule",
        ),
        Preset(
            name="unscaled",
            values={"T": 50, "schedule": "linear", "rescale": False, "t": 1000},
            why="Betas made for 1000 steps, used for 50: at the end ᾱ is 0.60, not 0. Sampling begins with pure noise, "
            "which such a network never saw.",
            good=False,
            scene="ends",
        ),
        Preset(
            name="wide-data",
            values={"data": "wide", "t": 500},
            why="Data that vary more than N(0,1) lose entropy on the way: only the KL divergence always falls.",
            good=False,
            scene="equilibrium",
        ),
        Preset(
            name="cycle",
            values={"P": WEATHERS["cycle"]},
            why="A chain that goes round for ever never settles: being a Markov chain is not enough to forget.",
            good=False,
            scene="weather",
            frame=4,
        ),
    ),
    notes=(
        Note(
            id="AE1",
            said="progressively adding Gaussian noise to a dataset and then learning to reverse this process",
            right="Noise replaces signal: x_{t-1} is shrunk by sqrt(1 - beta) before noise is added, so that the "
            "variance stays. What is learned is to predict the noise.",
        ),
        Note(
            id="AE2",
            said="related to non-equilibrium thermodynamics: properties that do not change with time, and that can "
            "be changed only at the expense of effects on other systems",
            right="That sentence defines thermodynamic equilibrium. Diffusion models are inspired by non-equilibrium "
            "statistical physics: data are driven from a structured state towards equilibrium noise.",
        ),
        Note(
            id="AE5",
            said="particles move from high to low concentration, an irreversible process",
            right="Physically irreversible; here the reverse is learned (the score), possible because steps are small.",
        ),
        Note(
            id="AF1",
            said="a modelling tool used to predict a system's state in the future",
            right="The next state depends on the present one only, not on how it came about.",
        ),
        Note(
            id="AF3",
            said="makes the noise adding events trackable (memoryless structure)",
            right="Presumably tractable: Gaussian steps and the Markov property give q(x_t | x_0) in closed form.",
        ),
        Note(
            id="AG1",
            said="process involves ~1000 steps",
            right="T of about 1000 in training; sampling can do with 10 to 50 of them (DDIM).",
        ),
        Note(
            id="AG2",
            said="can be described as a Discrete Stochastic Differential Equation",
            right="An SDE is continuous in time; the chain is a discretisation of it.",
        ),
    ),
    trainings=(DENOISING_DIGITS,),
    probe={
        "t": 570,
        "digit": "7",
        "draw": 5,
        "schedule": "cosine",
        "T": 100,
        "walk": "mvzng",
        "P": WEATHERS["cycle"],
        "today": "cloud",
        "shape": "cross",
        "data": "far",
        "dt": 100,
    },
)
