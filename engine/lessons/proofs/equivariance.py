"""What `convolution` claims of shifted images, computed by PyTorch."""

from collections.abc import Callable
from itertools import product

import numpy as np
import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, close
from ..kit.fixtures import Floats, array
from ..kit.lesson import Lesson
from ..kit.state import State
from ..workings.sliding import number
from .shown import apart, bars_by_label, figure_of, figures, rows_by_name, values_of
from .slid import tensor


def round_conv(image: Floats, kernel: Floats, stride: int) -> Floats:
    """PyTorch's convolution of an image that continues on its other side."""
    rows, columns = kernel.shape
    sides = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)
    answer: Floats = F.conv2d(F.pad(tensor(image), sides, mode="circular"), tensor(kernel), stride=stride)[0, 0].numpy()
    return answer


def moved_by(image: torch.Tensor, down: int, right: int, circular: bool) -> torch.Tensor:
    """[rows, columns] moved by PyTorch: rolled, or cut from an image in a border of zeros."""
    if circular:
        return torch.roll(image, (down, right), (0, 1))
    rows, columns = image.shape
    wide = F.pad(image, (columns, columns, rows, rows))
    return wide[rows - down : 2 * rows - down, columns - right : 2 * columns - right]


def layer(images: torch.Tensor, state: State) -> torch.Tensor:
    """[n, rows, columns]: PyTorch's convolution of [n, 6, 6] at the settings."""
    kernel = tensor(state["kernel"])
    rows, columns = kernel.shape[2:]
    sides = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)
    mode = "circular" if state["border"] == "circular" else "constant"
    return F.conv2d(F.pad(images[:, None], sides, mode=mode), kernel, stride=state["stride"])[:, 0]


def errors(state: State) -> torch.Tensor:
    """[6, 6]: by PyTorch, how far the output of each shifted image is from the shifted output, or the nearest one."""
    image, stride = torch.tensor(state["image"], dtype=torch.float64), state["stride"]
    circular = state["border"] == "circular"
    shifts = list(product(range(6), range(6)))
    outputs = layer(torch.stack([moved_by(image, down, right, circular) for down, right in shifts]), state)
    output, found = outputs[0], []
    rows, columns = output.shape
    every = list(product(range(-(rows // 2), rows // 2 + 1), range(-(columns // 2), columns // 2 + 1)))
    for (down, right), after in zip(shifts, outputs, strict=True):
        whole = down % stride == 0 and right % stride == 0
        moves = [(down // stride, right // stride)] if whole else every
        moved = torch.stack([moved_by(output, r, c, circular) for r, c in moves])
        found.append((moved - after).abs().amax((1, 2)).min())
    return torch.stack(found).reshape(6, 6)


def errors_apart(state: State) -> float:
    """By how much the maps of all shifts that are shown, and the cells marked in them, differ from PyTorch's."""
    worst = 0.0
    for name, stride in (("errors", state["stride"]), ("other stride", 2 if state["stride"] == 1 else 1)):
        shown = figure_of(lesson(), "equivariance", 1, name, state)
        oracle = errors(state.with_values(stride=stride))
        exact = sorted((int(r), int(c)) for r, c in (oracle <= 1e-12).nonzero())
        same = sorted(shown.marks["winner"]) == exact and list(shown.row_labels) == list(shown.column_labels) == list(
            "012345"
        )
        worst = max(worst, apart((shown.values, oracle)) if same else np.inf)
    return worst


def lesson() -> Lesson:
    """The lesson, which imports these claims' workings."""
    from ..convolution import LESSON

    return LESSON


def as_set(state: State) -> Outcome:
    """Both ways as they are shown are PyTorch's; red where they differ although the shift is one of the output's."""
    down, right, stride = state["down"], state["right"], state["stride"]
    circular = state["border"] == "circular"
    image = torch.tensor(state["image"], dtype=torch.float64)
    output, after = layer(torch.stack([image, moved_by(image, down, right, circular)]), state)
    shown = figures(lesson(), "equivariance", state)
    first, last = (np.asarray(shown[f"shifted {when}"].values) for when in ("first", "last"))
    far = float(np.abs(first - last).max())
    wrong = apart((first, after), (far, errors(state)[down % 6, right % 6]))
    unequal = sorted(tuple(cell) for cell in np.argwhere(np.abs(after.numpy() - last) > 1e-12).tolist())
    wrong = max(wrong, apart((bars_by_label(shown["meter"])["equal"], 1 - len(unequal) / after.numel())))
    right_marks = sorted(shown["shifted last"].marks.get("winner", ())) == unequal
    border = "circular border" if circular else "border of zeros"
    if down % stride or right % stride:
        says = f"stride {stride}, {border}: no shift of the output fits"
        if far <= 1e-12:
            return Outcome({"off by": far}, 0, wrong <= 1e-9, f"stride {stride}: here, by chance, this shift fits, too")
        return Outcome({"off by": far}, "> 0", wrong <= 1e-9 and right_marks, says)
    wrong = max(wrong, apart((last, moved_by(output, down // stride, right // stride, circular))))
    says = f"{border}, stride {stride}: the output shifts along"
    return Outcome({"off by": far}, "<= 1e-06", far <= 1e-6 and wrong <= 1e-9 and right_marks, says)


def all_shifts(state: State) -> Outcome:
    """Stride 1, circular: for all 36 shifts that are shown convolving PyTorch's rolled image is rolling the output."""
    values = state.with_values(stride=1, border="circular")
    image, kernel = array(state["image"]), array(state["kernel"])
    output = torch.from_numpy(round_conv(image, kernel, 1))
    moves = list(product(range(6), range(6)))
    rolled = (torch.from_numpy(round_conv(np.roll(image, move, (0, 1)), kernel, 1)) for move in moves)
    far = [float((torch.roll(output, m, (0, 1)) - each).abs().max()) for m, each in zip(moves, rolled, strict=True)]
    wrong = max(errors_apart(values), errors_apart(state), apart((figure_errors(values).ravel(), far)))
    exact = int((figure_errors(values) <= 1e-12).sum())
    return Outcome({"exact": exact}, {"exact": sum(each <= 1e-12 for each in far)}, exact == 36 and wrong <= 1e-9)


def figure_errors(state: State) -> Floats:
    """[6, 6]: the map of all shifts that is shown."""
    return values_of(lesson(), "equivariance", 1, "errors", state)


def strided(state: State) -> Outcome:
    """Stride 2: PyTorch's output of the image shifted by 1 equals none of the 9 shifts of its output; by 2 it does."""
    values = state.with_values(stride=2, border="circular")
    image, kernel = array(state["image"]), array(state["kernel"])
    output = torch.from_numpy(round_conv(image, kernel, 2))
    ours, oracle = {}, {}
    for move in (1, 2):
        ours[f"by {move}"] = float(figure_errors(values)[0, move])
        moved = torch.from_numpy(round_conv(np.roll(image, move, 1), kernel, 2))
        far = [float((torch.roll(output, s, (0, 1)) - moved).abs().max()) for s in product(range(3), range(3))]
        oracle[f"by {move}"] = min(far)
    wrong = max(errors_apart(state.with_values(stride=2, border=border)) for border in ("circular", "zeros"))
    agree = close(ours, oracle, 1e-9).holds and ours["by 2"] <= 1e-12 and wrong <= 1e-9
    says = "" if oracle["by 1"] > 1e-9 else "stride 2: here, by chance, a shift by 1 fits, too"
    return Outcome(ours, oracle, agree, says)


def invariant(state: State) -> Outcome:
    """Circular, stride 1: PyTorch's global pools of the output are those of all 36 shifted images."""
    pools: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "maximum": lambda x: F.adaptive_max_pool2d(x, 1),
        "mean after ReLU": lambda x: F.adaptive_avg_pool2d(F.relu(x), 1),
    }
    image = torch.tensor(state["image"], dtype=torch.float64)

    def pooled(values: State) -> tuple[torch.Tensor, dict[str, list[float]]]:
        """The outputs before and after the shift, and their pools, by PyTorch."""
        moved = moved_by(image, values["down"], values["right"], values["border"] == "circular")
        outputs = layer(torch.stack([image, moved]), values)
        return outputs, {name: pool(outputs[:, None]).flatten().tolist() for name, pool in pools.items()}

    wrong = 0.0
    for values in (state, state.with_values(stride=1, border="circular")):
        outputs, oracle = pooled(values)
        shown = figures(lesson(), "equivariance", values, 2)
        rows = rows_by_name(shown["pooled"])
        wrong = max(wrong, apart((shown["before"].values, outputs[0]), (shown["after"].values, outputs[1])))
        told = {name: (number(a), number(b), number(b - a)) for name, (a, b) in oracle.items()}
        wrong = wrong if rows == told else np.inf
    steady = state.with_values(stride=1, border="circular")
    pairs = [pooled(steady.with_values(down=d, right=r))[1].values() for d, r in product(range(6), range(6))]
    most = max(abs(b - a) for each in pairs for a, b in each)
    return Outcome({"off by": most}, "<= 1e-06", most <= 1e-6 and wrong <= 1e-9)


CLAIMS = (
    Claim(id="E3", says="image shifted, output shifted, as set", check=as_set),
    Claim(id="E3", says="stride 1, circular border: all 36 shifts", check=all_shifts),
    Claim(id="E3", says="stride 2, circular border: 1 misses, 2 fits", check=strided),
    Claim(id="E3", says="stride 1, circular: global pools do not change", check=invariant),
)
