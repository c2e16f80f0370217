"""U-Net: the network that finds the noise, from its ladder down to one number."""

from collections.abc import Callable, Sequence

from .kit.lesson import Frame, Lesson, Note, Opinion, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .trainings.denoising_digits import DENOISING_DIGITS, NAME
from .workings.adagn_frames import normalising, times, trained
from .workings.bottleneck_frames import bottleneck
from .workings.digit_pictures import DIGITS
from .workings.skip_frames import CUTS, predicts, skips
from .workings.unet_frames import joining, ladder, task
from .workings.unet_plan import BLOCKS

SEEN = ("t", "digit", "draw")


def one(make: Callable[[State], Sequence[Frame]], frame: int = 0) -> Callable[[State], Sequence[Frame]]:
    """One of the frames: a scene of one frame has t as its scrubber."""
    return lambda state: (make(state)[frame],)


LESSON = Lesson(
    name="unet",
    chapter="generative",
    title="The U-Net that predicts noise",
    summary="Down to 4x4, across by attention, up again past the skips, and told t in every block.",
    settings=(
        Slider(name="t", default=300, low=10, high=1000, step=30, scrub=True, help="time of the noisy image", key="m"),
        Choice(name="digit", default="3", choices=DIGITS, help="which picture", key="d"),
        Slider(name="draw", default=1, low=1, high=99, step=1, help="which noise", key="e"),
        Choice(name="cut", default="none", choices=CUTS, help="which skips are cut", key="x"),
        Choice(name="block", default="dec16", choices=BLOCKS, help="which residual block", key="i"),
        Slider(name="scale", default=0.0, low=-1.0, high=3.0, step=0.25, help="s of group 1, by hand", key="s"),
        Slider(name="shift", default=0.0, low=-3.0, high=3.0, step=0.25, help="b of group 1, by hand", key="w"),
        Slider(name="pixel", default=6, low=1, high=16, step=1, help="which of the 16 pixels looks", key="c"),
        Slider(name="head", default=1, low=1, high=2, stops=(1, 2), help="which head", key="o"),
        Slider(name="other", default=900, low=100, high=1000, step=100, help="another t, to compare", key="u"),
        Slider(name="channels", default=64, low=8, high=256, stops=(8, 16, 32, 64, 128, 256), help="c", key="n"),
    ),
    scenes=(
        Scene(name="ladder", title="The U, box by box", ids=("AI1", "AI3"), frames=ladder, settings=("cut",)),
        Scene(
            name="predicts",
            title="The noise it predicts",
            ids=("AI5",),
            frames=one(predicts),
            needs=NAME,
            settings=SEEN,
        ),
        Scene(
            name="image", title="And the image in it", ids=("AI5",), frames=one(predicts, 1), needs=NAME, settings=SEEN
        ),
        Scene(name="skips", title="Cut a skip", ids=("AI3",), frames=one(skips), needs=NAME, settings=("cut", *SEEN)),
        Scene(
            name="cuts",
            title="Every cut in numbers",
            ids=("AI3",),
            frames=one(skips, 1),
            needs=NAME,
            settings=("cut", "t"),
        ),
        Scene(name="joining", title="How a skip is joined", ids=("AI3",), frames=joining, settings=("channels",)),
        Scene(
            name="bottleneck",
            title="Attention at the bottom",
            ids=("AI2",),
            frames=one(bottleneck),
            needs=NAME,
            settings=("pixel", "head", *SEEN),
        ),
        Scene(
            name="permuted",
            title="Pixels in another order",
            ids=("AI2",),
            frames=one(bottleneck, 1),
            needs=NAME,
            settings=("head", *SEEN),
        ),
        Scene(name="times", title="How t is told", ids=("AI4",), frames=times, settings=("t",)),
        Scene(
            name="normalising",
            title="Group norm, and AdaGN",
            ids=("AI1",),
            frames=normalising,
            settings=("scale", "shift", "digit"),
        ),
        Scene(
            name="adagn",
            title="What t does in a block",
            ids=("AI1", "AI4"),
            frames=one(trained),
            needs=NAME,
            settings=("block", *SEEN),
        ),
        Scene(
            name="reach",
            title="t reaches every block",
            ids=("AI4",),
            frames=one(trained, 1),
            needs=NAME,
            settings=("other", "block", *SEEN),
        ),
        Scene(
            name="errors",
            title="Hard at small t, easy at large t",
            ids=("AI5",),
            frames=one(predicts, 2),
            needs=NAME,
            settings=("t",),
        ),
        Scene(name="task", title="Where it comes from", ids=("AH2",), frames=task, settings=()),
    ),
    presets=(
        Preset(
            name="no-fine-skip",
            values={"cut": "16x16"},
            why="Without the finest skip the decoder has only 8x8 maps to make 16x16 noise of: the loss can rise above "
            "that of answering 0.",
            good=False,
            scene="skips",
        ),
        Preset(
            name="no-coarse-skip",
            values={"cut": "4x4"},
            why="The coarsest skip goes round the bottleneck alone; the finer skips still bring the pixels.",
            scene="skips",
        ),
        Preset(
            name="almost-clean",
            values={"t": 50},
            why="With little noise the task is hardest for eps, and easiest for the image.",
            scene="predicts",
        ),
        Preset(
            name="adagn",
            values={"scale": 1.0, "shift": 0.5},
            why="Twice the spread and a mean of a half, for group 1 only: this is all that t may do in a block.",
            scene="normalising",
            frame=3,
        ),
    ),
    notes=(
        Note(
            id="AH2",
            said="uses a classic U-Net architecture for segmentation",
            right="The U-Net comes from segmentation; here it regresses noise, is told t, and has attention.",
        ),
        Note(
            id="AI1",
            said="each layer includes convolutions, residual blocks, and AdaGN conditioned on the timestep embedding",
            right="AdaGN is from ADM (Dhariwal & Nichol, 2021); DDPM only adds the embedding to the maps.",
        ),
        Note(
            id="AI2",
            said="bottleneck: uses self-attention to model global dependencies",
            right="ADM has attention at several resolutions, the bottleneck among them; this small one at 4x4 only.",
        ),
        Note(
            id="AI5",
            said="output: predicts the noise",
            right="A network may as well predict x_0, v, or the variance too; each follows from the other.",
        ),
    ),
    opinions=(
        Opinion(
            id="AH2",
            text="Nothing to prove: that denoising uses the U-Net of segmentation is a matter of history. The "
            "shape suits both, because every output pixel needs what is near and what is far.",
        ),
    ),
    trainings=(DENOISING_DIGITS,),
    probe={
        "t": 610,
        "digit": "7",
        "draw": 5,
        "cut": "8x8",
        "block": "enc4",
        "scale": -0.5,
        "shift": 1.25,
        "pixel": 13,
        "head": 2,
        "other": 200,
        "channels": 16,
    },
    source="Ronneberger et al., 2015; Ho et al., 2020; Dhariwal & Nichol, 2021 (guided-diffusion, unet.py)",
)
