"""CNN: convolutions, ReLU and pooling in a row, a dense layer at the end, trained on digits."""

from .kit.fixtures import image_setting, kernel_setting
from .kit.lesson import Lesson, Note, Preset, Scene
from .kit.settings import Slider
from .kit.state import State
from .kit.training import Progress, Training
from .workings.cnn_frames import dense, probabilities, savings, shapes
from .workings.cnn_trained import confidence, learning, live, units
from .workings.relu_frames import rectified


def _train(state: State, progress: Progress) -> object:
    from .trainings.small_cnn import train

    return train(state, progress)


TRAINED = ("lr", "bias")

LESSON = Lesson(
    name="cnn",
    chapter="convolution",
    title="A whole convolutional network",
    summary="Maps shrink, channels grow, a dense layer and a softmax answer: a network trained on digits, opened.",
    settings=(
        Slider(
            name="lr",
            default=0.05,
            low=0.001,
            high=10,
            stops=(0.001, 0.01, 0.05, 0.1, 0.3, 1, 10),
            help="learning rate of the training",
            key="g",
        ),
        Slider(
            name="bias",
            default=0.0,
            low=-1,
            high=0,
            stops=(-1.0, -0.5, -0.3, -0.2, -0.1, 0.0),
            help="bias of the convolutions before training",
            key="d",
        ),
        Slider(name="sample", default=0, low=0, high=11, step=1, help="which test image", key="n"),
        Slider(name="temperature", default=1.0, low=0.2, high=10, step=0.2, help="of the softmax", key="e"),
        image_setting(),
        kernel_setting(),
        Slider(name="side", default=28, low=8, high=64, stops=(8, 16, 28, 32, 64), help="rows of a map", key="s"),
        Slider(name="maps", default=16, low=8, high=64, stops=(8, 16, 32, 64), help="maps before pooling", key="m"),
    ),
    scenes=(
        Scene(name="shapes", title="Shapes on the way", ids=("J1", "J2", "J3"), frames=shapes, settings=()),
        Scene(name="dense", title="The dense end", ids=("J4",), frames=dense, settings=()),
        Scene(name="softmax", title="Softmax", ids=("J5",), frames=probabilities, settings=("temperature",)),
        Scene(name="relu", title="ReLU", ids=("M2",), frames=rectified, settings=("image", "kernel")),
        Scene(name="savings", title="What pooling saves", ids=("M3",), frames=savings, settings=("side", "maps")),
        Scene(
            name="live",
            title="One digit on its way",
            ids=("J1", "J2", "J3"),
            frames=live,
            needs="small-cnn",
            settings=("sample", "temperature", *TRAINED),
        ),
        Scene(
            name="learning",
            title="Kernels are learned",
            ids=("M1",),
            frames=learning,
            needs="small-cnn",
            settings=TRAINED,
        ),
        Scene(
            name="units",
            title="Zeros and dead units",
            ids=("M2",),
            frames=units,
            needs="small-cnn",
            settings=("sample", *TRAINED),
        ),
        Scene(
            name="confidence",
            title="Confidence and accuracy",
            ids=("J5",),
            frames=confidence,
            needs="small-cnn",
            settings=("temperature", *TRAINED),
        ),
    ),
    presets=(
        Preset(
            name="good",
            values={"lr": 0.05, "bias": 0.0},
            why="Steps of moderate size, biases of zero: units stay alive and the loss falls.",
            scene="learning",
        ),
        Preset(
            name="dead-relu",
            values={"lr": 0.05, "bias": -1.0},
            why="With a first bias of -1 hardly a sum gets above zero: ReLU lets nothing through, nor a gradient back.",
            good=False,
            scene="units",
        ),
        Preset(
            name="lr-too-high",
            values={"lr": 1.0, "bias": 0.0},
            why="Steps this large overshoot: the loss jumps, the units die, and it ends at ln 10, knowing nothing.",
            good=False,
            scene="learning",
        ),
        Preset(
            name="over-confident",
            values={"temperature": 0.2},
            why="A low temperature makes every answer sure, right or wrong; no answer gets better.",
            good=False,
            scene="confidence",
        ),
    ),
    notes=(
        Note(
            id="J5",
            said="a softmax layer outputs probabilities in the range [0,1], representing confidence of predictions",
            right="They lie in the open interval (0,1) and sum to 1. Whether they are the share of right answers must "
            "be measured (ECE).",
        ),
        Note(
            id="M2",
            said="ReLU converts negative pixels to zero",
            right="It zeroes negative activations: pixels lie in 0..1, only maps after a convolution can be negative.",
        ),
        Note(
            id="M3",
            said="Pooling reduces spatial size, computation, and parameters",
            right="It reduces parameters only of dense layers that come later: a convolution keeps all of its own.",
        ),
    ),
    trainings=(
        Training(
            name="small-cnn", title="a CNN on 1,257 digits of 16x16", seconds=4, train=_train, uses=("lr", "bias")
        ),
    ),
    probe={
        "temperature": 2.4,
        "image": [[0.1 * ((2 * r + 3 * c) % 7) for c in range(6)] for r in range(6)],
        "side": 16,
        "maps": 8,
    },
    source="LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998)",
)
