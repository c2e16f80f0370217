"""What can be looked at, and what comes back: frozen and small. Torch-free.

Shapes: c channels, h rows, w columns, i input channels, k kernel size, n classes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runs.run import Record
from ..training.job import Job

Array = NDArray[Any]


@dataclass(frozen=True)
class Layer:
    """One rung of the ladder: a module without children, in the order of the forward pass."""

    name: str
    kind: str
    detail: str
    """Settings in short, e.g. `3x3` or `p 0.25`."""
    shape: tuple[int, ...]
    """Output of one example."""
    parameters: int
    macs: int
    """Multiply-adds of one example; biases are not counted."""
    gradient: float = float("nan")
    """Norm of the gradient of its parameters at the latest step; NaN where there is none."""


@dataclass(frozen=True)
class Structure:
    """A model's ladder and what it is fed."""

    model: str
    input: tuple[int, ...]
    layers: tuple[Layer, ...]
    classes: tuple[str, ...]
    train: int
    val: int
    test: int
    data: str
    step: int = 0

    @property
    def parameters(self) -> int:
        """Trainable values of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-adds of one example through all layers."""
        return sum(layer.macs for layer in self.layers)


@dataclass(frozen=True)
class LookSketch:
    """The structure that a job would have, without loading it."""

    job: Job


@dataclass(frozen=True)
class LookStructure:
    """The structure of the loaded model, with the latest gradient norms."""


@dataclass(frozen=True)
class LookLayer:
    """Activations, kernels and histogram of one layer for one example."""

    layer: str
    split: str = "test"
    index: int = 0
    drawn: tuple[float, ...] = ()
    """An image of the user's own instead of the example: its numbers, channel by channel and row by row."""


@dataclass(frozen=True)
class LayerView:
    """What one layer makes of one example."""

    step: int
    layer: str
    kind: str
    index: int
    split: str
    label: str
    image: Array
    """The example: (c, h, w), or (features,)."""
    maps: Array
    """Output: (c, h, w), or (units,)."""
    kernels: Array
    """(c, i, k, k) or (units, inputs) or empty; rows beyond a limit are left out."""
    counts: Array
    edges: Array
    """Histogram of the layer's outputs over a batch of examples."""
    zeros: float
    """Share of outputs that are exactly zero over that batch."""
    low: float
    high: float
    """Range over this layer's maps of this example."""
    global_low: float
    global_high: float
    """Range over the maps of all layers of this example."""
    examples: int
    """Examples behind the histogram."""
    tokens: tuple[str, ...] = ()
    """What the numbers of the example stand for, where it is a sequence of tokens."""


@dataclass(frozen=True)
class LookCell:
    """Where one number of a layer's output came from."""

    layer: str
    split: str = "test"
    index: int = 0
    channel: int = 0
    row: int = 0
    column: int = 0
    drawn: tuple[float, ...] = ()


@dataclass(frozen=True)
class CellView:
    """One output cell as what went in: for a convolution or dense layer, sum(patch * kernel) + bias."""

    step: int
    layer: str
    kind: str
    channel: int
    row: int
    column: int
    top: int
    left: int
    """Where the patch starts in the input maps; negative in the padding."""
    patch: Array
    """(i, k, k) inputs that the cell sees; padding is NaN."""
    kernel: Array
    """(i, k, k) weights, or empty where the layer has none."""
    bias: float
    """NaN where a convolution or dense layer has none."""
    total: float
    """The formula's right side, computed from the numbers here."""
    output: float
    """What the layer put out, from its own forward pass."""
    formula: str


@dataclass(frozen=True)
class LookPredictions:
    """The model's answers on a whole split; `worst` examples sorted by loss."""

    split: str = "val"
    index: int = 0
    worst: int = 24


@dataclass(frozen=True)
class Predictions:
    """Answers on a split, the chosen example, and the worst mistakes."""

    step: int
    split: str
    count: int
    accuracy: float
    loss: float
    ece: float
    confusion: Array
    classes: tuple[str, ...]
    index: int
    image: Array
    label: int
    probabilities: Array
    """(n,) of the chosen example."""
    worst: tuple[int, ...]
    """Indices of wrong answers, the largest loss first."""
    worst_images: Array
    worst_labels: tuple[int, ...]
    worst_predicted: tuple[int, ...]
    worst_confidence: tuple[float, ...]
    mistakes: int
    tokens: tuple[str, ...] = ()
    """What the numbers of the example stand for, where it is a sequence of tokens."""


Setting = str | float | bool | tuple[float, ...]


@dataclass(frozen=True)
class LookInside:
    """What one of the probes of a model's family finds in it now."""

    probe: str
    """A name from `inside.PROBES`."""
    split: str = "test"
    index: int = 0
    """The example that the model is shown, where the probe shows it one."""
    text: str = ""
    """The user's own words instead, where the model reads words."""
    settings: tuple[tuple[str, Setting], ...] = ()
    """What else the probe is told, by name."""

    def get(self, name: str, default: Any) -> Any:
        """The setting `name`, or `default`."""
        return dict(self.settings).get(name, default)


@dataclass(frozen=True)
class Inside:
    """What a probe found, as records of the kinds that trainings keep."""

    step: int
    probe: str
    records: tuple[Record, ...]


Request = LookSketch | LookStructure | LookLayer | LookCell | LookPredictions | LookInside
View = Structure | LayerView | CellView | Predictions | Inside


@dataclass(frozen=True)
class Answer:
    """The newest answer to a subscribed request; `error` is one line if it could not be given."""

    version: int
    request: Request
    view: View | None
    error: str = ""


NOTHING: Array = np.zeros(0, np.float32)
