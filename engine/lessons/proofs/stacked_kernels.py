"""What `stacked-kernels` claims: fields by autograd, ranks by differences, counts and maps by PyTorch's modules."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome
from ..kit.fixtures import Floats, array
from ..kit.state import State
from ..stacked_kernels import LESSON
from ..workings import stacking as work
from . import shown

KNOWN_FIELDS = [3, 5, 7, 9]


def _tensor(values: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float64)[None, None]


def _figure(state: State, scene: str, name: str, k: int = 0) -> Any:
    return shown.figures(LESSON, scene, state, k)[name]


def _values(state: State, scene: str, name: str, k: int = 0) -> Floats:
    return np.asarray(_figure(state, scene, name, k).values, dtype=np.float64)


def fields(state: State) -> Outcome:
    """The ways of every pixel, by autograd through kernels of ones; the side of the square where there are any."""
    sides, ours, same = [], [], True
    for layers in range(1, 5):
        x = torch.zeros(1, 1, 21, 21, dtype=torch.float64, requires_grad=True)
        y = x
        for _ in range(layers):
            y = F.conv2d(y, torch.ones(1, 1, 3, 3, dtype=torch.float64), padding=1)
        (gradient,) = torch.autograd.grad(y[0, 0, 10, 10], x)
        ways = np.nan_to_num(_values(state, "field", "field", layers - 1))
        same = same and bool((ways == gradient[0, 0, 6:15, 6:15].numpy()).all())
        sides.append(int((gradient[0, 0].sum(0) != 0).sum()))
        ours.append(int((ways.sum(0) > 0).sum()))
    table = [row[1] for row in _figure(state, "cost", "fields", 1).rows]
    told = table == [f"{side}x{side}" for side in sides] and [work.receptive_field(n) for n in range(1, 5)] == sides
    return Outcome(ours, KNOWN_FIELDS, ours == sides == KNOWN_FIELDS and same and told)


def _parameters(*layers: nn.Module) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _counted(c: int, bias: bool) -> tuple[int, int]:
    """Parameters of PyTorch's two 3x3 and one 5x5 convolutions."""
    with torch.device("meta"):
        stack = _parameters(*[nn.Conv2d(c, c, 3, bias=bias) for _ in range(2)])
        return stack, _parameters(nn.Conv2d(c, c, 5, bias=bias))


def _plain(text: Any) -> int:
    return int(str(text).split(": ")[-1].replace(",", ""))


def costs(state: State) -> Outcome:
    """The counts shown, as set and for one channel, are those of PyTorch's convolutions."""
    c, holds, told = int(state["channels"]), True, {}
    for channels in dict.fromkeys((1, c)):
        at = state.with_values(channels=channels)
        rows = {row[0]: row for row in _figure(at, "cost", "counts").rows}
        plain, biased = (tuple(map(_plain, rows[name][1:3])) for name in ("weights", "with biases"))
        saved = f"{1 - plain[0] / plain[1]:.0%}"
        holds = holds and (plain, biased) == (_counted(channels, False), _counted(channels, True)) and saved == "28%"
        bars = _values(at, "cost", "weights").tolist()
        holds = holds and bars == list(plain) and rows["weights"][3] == saved
        told[f"C={channels}"] = f"{plain[0]}:{plain[1]}"
        taller = [tuple(map(_plain, row[2:])) for row in _figure(at, "cost", "fields", 1).rows]
        with torch.device("meta"):
            stacks = [_parameters(*[nn.Conv2d(channels, channels, 3, bias=False)] * n) for n in range(1, 5)]
            single = [_parameters(nn.Conv2d(channels, channels, k, bias=False)) for k in KNOWN_FIELDS]
        holds = holds and [one for _, one in taller] == single and [n for n, _ in taller] == stacks
    expected = {f"C={n}": "{}:{}".format(*_counted(n, False)) for n in dict.fromkeys((1, c))}
    return Outcome(told, expected, holds and told == expected)


def summary(state: State) -> Outcome:
    """What two 3x3 kernels have in common with one 5x5, and what not."""
    one = state.with_values(channels=1)
    weights = ":".join(map(str, _figure(one, "cost", "counts").rows[0][1:3]))
    seen = int((np.nan_to_num(_values(state, "field", "field", 1)).sum(0) > 0).sum())
    directions = int(_values(state, "reach", "dimensions")[0])
    ours = {"sees": seen, "weights": weights, "directions": f"{directions}:25"}
    known = {"sees": 5, "weights": "{}:{}".format(*_counted(1, False)), "directions": f"{_rank(1, state.seed)}:25"}
    return Outcome(ours, known, ours == known)


def linear(state: State) -> Outcome:
    """Two convolutions of PyTorch are the one with the composed kernel that is shown."""
    image, first, second = (_tensor(state[name]) for name in ("image", "first", "second"))
    straight = state.with_values(relu=False)
    stacked = F.conv2d(F.conv2d(image, first), second)[0, 0].numpy()
    whole = _values(straight, "composed", "whole")
    pairs = [(F.conv2d(image, _tensor(whole))[0, 0].numpy(), stacked)]
    pairs += [(_values(straight, "composed", name, 1), stacked) for name in ("after", "once")]
    return shown.agree(*pairs, tolerance=1e-8)


def with_relu(state: State) -> Outcome:
    """A ReLU changes the answer where the map between is negative, and only then."""
    image, first, second = (_tensor(state[name]) for name in ("image", "first", "second"))
    bent = state.with_values(relu=True)
    between = F.conv2d(image, first)
    oracle = F.conv2d(between.relu(), second)[0, 0].numpy()
    ours, at_once = (_values(bent, "composed", name, 1) for name in ("after", "once"))
    apart = float(np.abs(ours - at_once).max())
    same = shown.apart((ours, oracle), (_values(bent, "composed", "between", 1), between.relu()[0, 0])) <= 1e-8
    lost = F.conv2d(between.clamp(max=0), second).abs().max().item()
    same = same and _figure(bent, "composed", "once", 1).join == ("=" if lost < 1e-8 else "≠")
    says = "nothing below zero between: ReLU changes nothing" if bool((between >= 0).all()) else ""
    return Outcome({"apart": apart}, {"apart": round(lost, 9)}, abs(apart - lost) <= 1e-8 and same, says)


def _compositions(weights: torch.Tensor) -> torch.Tensor:
    """[sets, 25] of weights [sets, 2, m, 9]: the impulse responses of so many stacks, read back as kernels."""
    sets, _, m, _ = weights.shape
    impulse = torch.zeros(1, 1, 9, 9, dtype=torch.float64)
    impulse[0, 0, 4, 4] = 1
    between = F.conv2d(impulse, weights[:, 0].reshape(sets * m, 1, 3, 3))
    responses = F.conv2d(between, weights[:, 1].reshape(sets, m, 3, 3), groups=sets)
    return responses.flip(2, 3).reshape(sets, 25)


def _rank(m: int, seed: int) -> int:
    """Rank of the Jacobian, by symmetric differences, which are exact: the response is linear in each weight."""
    draw = torch.Generator().manual_seed(seed + m)
    at = torch.randn(2 * m * 9, dtype=torch.float64, generator=draw)
    steps = torch.eye(len(at), dtype=torch.float64)
    up, down = (_compositions((at + sign * steps).reshape(-1, 2, m, 9)) for sign in (1, -1))
    return int(torch.linalg.matrix_rank((up - down) / 2))


def dimensions(state: State) -> Outcome:
    """Rank of the Jacobian: 17 = 18 weights less one common factor; 25 from two channels on."""
    ours = [int(value) for value in _values(state, "reach", "dimensions")]
    ranks = [_rank(m, state.seed) for m in (1, 2, 3, 4, 9)]
    return Outcome(ours, ranks, ours == ranks and ours[0] == 9 + 9 - 1 and ours[-1] == 25)


def everything(state: State) -> Outcome:
    """Four and nine mid-channels give any 5x5 kernel exactly: the convolutions agree on a random image."""
    target = array(state["target"])
    x = torch.randn(1, 1, 12, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(state.seed))
    wanted = F.conv2d(x, _tensor(target))
    errors = []
    for m in (4, 9):
        first, second = _shown_pairs(state.with_values(mid=m))
        stacked = F.conv2d(F.conv2d(x, first[:, None]), second[None])
        errors.append(float((stacked - wanted).abs().max()))
    return Outcome({"largest error": max(errors)}, "<= 1e-10", max(errors) <= 1e-10)


def _shown_pairs(state: State) -> tuple[torch.Tensor, torch.Tensor]:
    """First and second kernels [m, 3, 3] of the frames of the scene."""
    frames = range(2, 2 + int(state["mid"]))
    first, second = (np.stack([_values(state, "reach", name, k) for k in frames]) for name in ("first", "second"))
    return torch.tensor(first), torch.tensor(second)


def nearest(state: State) -> Outcome:
    """The 5x5 shown is what its pairs give, and L-BFGS from there finds nothing nearer by more than a tenth."""
    goal = torch.tensor(array(state["target"]).ravel())
    first, second = _shown_pairs(state)
    weights = torch.stack([first.reshape(-1, 9), second.reshape(-1, 9)])[None].clone().requires_grad_()
    given = _compositions(weights)[0].detach()
    found = _values(state, "reach", "found", 1).ravel()
    ours = float(((given - goal) ** 2).sum())
    search = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def error() -> torch.Tensor:
        search.zero_grad()
        squared = ((_compositions(weights)[0] - goal) ** 2).sum()
        squared.backward()  # type: ignore[no-untyped-call]
        return squared

    search.step(error)  # type: ignore[no-untyped-call]
    best = float(((_compositions(weights)[0] - goal) ** 2).sum().detach())
    agrees = float(np.abs(found - given.numpy()).max()) <= 1e-3
    exact = float((given - goal).abs().max()) < 1e-6
    agrees = agrees and _figure(state, "reach", "found", 1).join == ("=" if exact else "≈")
    says = f"through {state['mid']}: squared error, and after a search from there"
    return Outcome(ours, best, agrees and ours <= 1.1 * best + 1e-3, says)


def borders(state: State) -> Outcome:
    """With same padding the stack and the 5x5 agree inside; only the outermost ring may differ."""
    image, first, second = (_tensor(state[name]) for name in ("image", "first", "second"))
    straight = state.with_values(relu=False)
    stack = F.conv2d(F.conv2d(image, first, padding=1), second, padding=1)[0, 0]
    single = F.conv2d(image, _tensor(_values(straight, "composed", "whole")), padding=2)[0, 0]
    gap = (stack - single).abs()
    ours = {name: _values(straight, "composed", name, 2) for name in ("stack", "single", "gap")}
    same = shown.apart((ours["stack"], stack), (ours["single"], single), (ours["gap"], stack - single)) <= 1e-8
    framed = set(_figure(straight, "composed", "gap", 2).marks["target"])
    same = same and framed == {tuple(cell) for cell in (gap > 1e-8).nonzero().tolist()}
    inside, rim = (round(float(part.max()), 8) + 0.0 for part in (gap[1:-1, 1:-1], gap))
    changes = rim > 1e-8
    return Outcome(
        {"inside": inside, "border": rim},
        {"inside": 0, "border": "> 0" if changes else "0 here"},
        inside <= 1e-8 and same,
        "without ReLU: padded borders differ" if changes else "with these kernels the borders agree too",
    )


CLAIMS = (
    Claim(id="N2", says="two 3x3 against one 5x5", check=summary),
    Claim(id="N2", says="1 to 4 stacked 3x3: pixels a side", check=fields),
    Claim(id="N2", says="weights of two 3x3 kernels : one 5x5", check=costs),
    Claim(id="N2", says="without ReLU, two 3x3 kernels are one 5x5", check=linear),
    Claim(id="N2", says="with a ReLU between, no longer", check=with_relu),
    Claim(id="N2", says="directions of 25, by channels between", check=dimensions),
    Claim(id="N2", says="through 4 or 9 channels every 5x5 is reached", check=everything),
    Claim(id="N2", says="the nearest that was found", check=nearest),
    Claim(id="N2", says="padded borders differ, the inside agrees", check=borders),
)
