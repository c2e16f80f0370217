"""Dropout: a new random mask over the units in every step of training, and all of them averaged at prediction."""

from .kit.lesson import Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .kit.training import Progress, Training
from .workings.dropout_frames import ensemble, masks
from .workings.dropout_prediction import prediction
from .workings.dropout_trained import bench
from .workings.mini_batch_frames import gradient


def _train(state: State, progress: Progress) -> object:
    from .trainings.dropout_bench import train

    return train(state, progress)


LESSON = Lesson(
    name="dropout",
    chapter="convolution",
    title="Dropout",
    summary="Each step of training drops random units; at prediction all are kept, and their weights are scaled.",
    settings=(
        Slider(name="r", default=0.8, low=0.1, high=0.9, step=0.1, help="probability to keep a unit", key="e"),
        Slider(name="units", default=12, low=2, high=12, step=1, help="hidden units n", key="n"),
        Choice(name="unit", default="linear", choices=("linear", "sigmoid", "relu"), help="the output unit", key="u"),
        Slider(
            name="batch",
            default=8,
            low=1,
            high=512,
            stops=(1, 2, 8, 64, 512),
            help="B, points in a mini-batch",
            key="m",
        ),
        Slider(
            name="members",
            default=20,
            low=1,
            high=60,
            stops=(1, 2, 5, 10, 20, 60),
            help="M, masks that are averaged",
            key="a",
        ),
    ),
    scenes=(
        Scene(name="masks", title="A new mask in every step", ids=("K3", "L1"), frames=masks, settings=("r", "units")),
        Scene(name="ensemble", title="Many networks in one", ids=("K2",), frames=ensemble, settings=("r",)),
        Scene(
            name="prediction",
            title="Prediction without masks",
            ids=("L3",),
            frames=prediction,
            settings=("unit", "r", "units"),
        ),
        Scene(name="gradient", title="Mini-batches", ids=("L2",), frames=gradient, settings=("batch",)),
        Scene(
            name="bench",
            title="Trained with and without",
            ids=("K1",),
            frames=bench,
            needs="dropout-bench",
            settings=("members",),
        ),
    ),
    presets=(
        Preset(
            name="exact",
            values={"unit": "linear"},
            why="For a linear unit, scaling the weights by r gives the mean over all masks exactly.",
            scene="prediction",
        ),
        Preset(
            name="approximate",
            values={"unit": "sigmoid", "r": 0.5},
            why="For a sigmoid unit scaling gives the geometric mean of the masks, not their mean.",
            good=False,
            scene="prediction",
        ),
        Preset(
            name="too-much",
            values={"r": 0.1},
            why="With r = 0.1 most masks keep one unit or two of twelve, or none: hardly anything gets a gradient.",
            good=False,
            scene="masks",
        ),
    ),
    notes=(
        Note(
            id="K1",
            said="Dropout reduces overfitting by training multiple models and averaging their predictions",
            right="It trains one network, whose masks are an approximate ensemble with shared weights; no member is "
            "trained on its own.",
        ),
        Note(
            id="L3",
            said="Weights from units are multiplied by the probability (r) of that unit being included during training",
            right="At prediction time, r being the probability to keep: the mean over masks for linear outputs, a "
            "geometric mean for sigmoid. PyTorch divides by 1 - p while training instead.",
        ),
    ),
    trainings=(
        Training(
            name="dropout-bench",
            title="two networks on 300 digits, with and without dropout",
            seconds=4,
            train=_train,
        ),
    ),
    probe={"units": 7, "r": 0.6, "unit": "relu"},
    source="Srivastava et al.: Dropout (2014), JMLR 15; Baldi and Sadowski: Understanding dropout (2013)",
)
