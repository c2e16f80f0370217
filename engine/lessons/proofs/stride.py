"""What `stride` claims, computed by PyTorch."""

import re
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from .. import stride as lesson
from ..kit.facts import Claim, Outcome, equal, every
from ..kit.state import State
from ..workings import convolving, kernel_places
from ..workings.sliding import Slide
from .shown import apart, figure_of, figures, frame, number, values_of
from .slid import tensor


def subsampled(state: State) -> Outcome:
    """The strided output is PyTorch's output of stride 1, every s-th row and column of it."""
    slide = Slide.of(state)
    g = slide.geometry
    full = F.conv2d(tensor(slide.image), tensor(slide.kernel), padding=g.padding)[0, 0]
    units = {f"stride {s}": convolving.output_size(6, 3, s, g.padding) ** 2 for s in (1, 2)}
    by_torch = {
        f"stride {s}": F.conv2d(tensor(slide.image), tensor(slide.kernel), stride=s, padding=g.padding).numel()
        for s in (1, 2)
    }
    short = figure_of(lesson.LESSON, "sampled", 1, "output", state)
    worst = max(
        apart((values_of(lesson.LESSON, "sampled", 0, "full", state), full)),
        apart((values_of(lesson.LESSON, "sampled", 1, "full", state), full)),
        apart((short.values, full[:: g.stride, :: g.stride])),
    )
    index = torch.arange(full.numel()).reshape(full.shape)[:: g.stride, :: g.stride]
    sources = [
        short.origin(r, c).cells["full"][0] == divmod(int(index[r, c]), full.shape[1]) for r, c in np.ndindex(*g.out)
    ]
    return Outcome(
        {**units, "off by": worst},
        {**by_torch, "off by": "<= 1e-12"},
        units == by_torch and worst <= 1e-12 and all(sources),
    )


def blind(state: State) -> Outcome:
    """How many of the strongest responses survive, by PyTorch's topk: as many as are kept, ties included, none 0."""
    slide = Slide.of(state)
    g = slide.geometry
    full = F.conv2d(tensor(slide.image), tensor(slide.kernel), padding=g.padding)[0, 0].abs()
    sampled = torch.zeros_like(full, dtype=torch.bool)
    sampled[:: g.stride, :: g.stride] = True
    strong = (full >= full.flatten().topk(int(sampled.sum())).values[-1] - 1e-9) & (full > 1e-9)
    marked = figure_of(lesson.LESSON, "sampled", 2, "full", state).marks["winner"]
    best, places = set(marked), {(int(r), int(c)) for r, c in sampled.nonzero()}
    held = len(best & places)
    table = figure_of(lesson.LESSON, "sampled", 2, "strongest", state)
    signed = F.conv2d(tensor(slide.image), tensor(slide.kernel), padding=g.padding)[0, 0]
    told = [(*(int(n) for n in re.findall(r"\d+", row[0])), row[1], row[2]) for row in table.rows if row[1]]
    listed = all(abs(float(value) - float(signed[r, c])) <= 5e-4 for r, c, value, _ in told)
    listed &= all((kept == "kept") == ((r, c) in places) for r, c, _, kept in told)
    listed &= [abs(float(row[2])) for row in told] == sorted((abs(float(row[2])) for row in told), reverse=True)
    listed &= table.struck == tuple(k for k, row in enumerate(told) if row[:2] not in places)
    listed &= {row[:2] for row in told} <= best and len(told) == min(len(best), lesson.ROWS - (len(best) > lesson.ROWS))
    lost = figure_of(lesson.LESSON, "sampled", 2, "full", state).marks["dropped"]
    listed &= not set(lost) & (places | best)
    says = "strongest responses kept, blindly"
    if held == len(best):
        says = "all of the strongest responses lie on the grid here" if best else "all responses are 0"
    right = {(int(r), int(c)) for r, c in strong.nonzero()} == best
    return Outcome(
        {"kept": held, "of": len(best)},
        {"kept": int((strong & sampled).sum()), "of": int(strong.sum())},
        right and listed and {(int(r), int(c)) for r, c in (strong & sampled).nonzero()} == best & places,
        says,
    )


def places(state: State) -> Outcome:
    """PyTorch unfolds the numbers 0, 1, 2, … of the padded columns: the windows that are drawn, and what is left."""
    n, k, s, p = state["n"], state["k"], state["stride"], state["padding"]
    width = n + 2 * p
    begins = list(convolving.starts(n, k, s, p))
    windows = torch.arange(width).unfold(0, k, s) if k <= width else torch.empty(0, k, dtype=torch.int64)
    oracle = windows[:, 0].tolist()
    size = convolving.output_size(n, k, s, p)
    pooled = F.max_pool1d(torch.zeros(1, 1, width), k, s).shape[-1] if k <= width else 0
    asked = frame(lesson.LESSON, "positions", state, 0)
    grid = figure_of(lesson.LESSON, "positions", 0, "steps", state)
    drawn = [(row, int(column)) for row, window in enumerate(windows.tolist()) for column in window]
    unread = sorted(set(range(width)) - set(windows.flatten().tolist()))
    right = sorted(grid.marks["window"]) == sorted(drawn)
    line = F.pad(torch.linspace(0.3, 0.9, n, dtype=torch.float64), (p, p))
    right &= apart((grid.values, line.expand(max(1, len(windows)), -1))) <= 1e-9
    right &= list(grid.column_labels) == [str(column) for column in range(width)]
    for step in range(1, len(oracle) + 1):
        drawn_so_far = figure_of(lesson.LESSON, "positions", step, "steps", state).marks["window"]
        right &= sorted(drawn_so_far) == [cell for cell in sorted(drawn) if cell[0] < step]
    right &= sorted({column for _, column in grid.marks["never"]}) == unread
    told = re.match(r"floor\(\((\d+) \+ 2·(\d+) - (\d+)\) / (\d+)\) \+ 1 = .* = (\d+)$", asked.formulas[0].numbers)
    right &= (tuple(map(int, told.groups())) == (n, p, k, s, pooled)) if told else not pooled
    found = every(columns=equal(begins, oracle), output=equal(size, pooled))
    return replace(found, holds=found.holds and right)


def formula(state: State) -> Outcome:
    """floor((n + 2p - k) / s) + 1 is PyTorch's size for every n, k, s, p in reach."""
    tried = wrong = 0
    for n in range(2, 13):
        for k in range(1, 6):
            for s in range(1, 5):
                for p in range(3):
                    if k <= n + 2 * p:
                        image = torch.empty(1, 1, n, n, device="meta")
                        kernel = torch.empty(1, 1, k, k, device="meta")
                        size = F.conv2d(image, kernel, stride=s, padding=p).shape[-1]
                        tried, wrong = (
                            tried + 1,
                            wrong + (size != number(kernel_places.size_formula(n, k, s, p).numbers)),
                        )
    return Outcome({"sizes compared": tried, "wrong": wrong}, {"sizes compared": tried, "wrong": 0}, wrong == 0)


def unread(state: State) -> list[list[int]]:
    """The cells of the padded image that PyTorch's gradient does not reach."""
    slide, p = Slide.of(state), state["padding"]
    padded = F.pad(tensor(slide.image), (p, p, p, p)).requires_grad_()
    F.conv2d(padded, torch.ones_like(tensor(slide.kernel)), stride=state["stride"]).sum().backward()  # type: ignore[no-untyped-call]
    assert padded.grad is not None
    return [[int(r), int(c)] for r, c in (padded.grad[0, 0] == 0).nonzero()]


def by_two(state: State) -> Outcome:
    """PyTorch's shape and numbers, and its gradient is 0 where no output reads; with stride 2 on 6x6 too."""
    fixed = state.with_values(stride=2, padding=1)
    border = sorted([r, c] for r in range(8) for c in range(8) if 7 in (r, c))
    right = unread(fixed) == border
    for values in (fixed, state):
        shown = figures(lesson.LESSON, "by two", values)
        oracle = F.conv2d(
            tensor(values["image"]), tensor(values["kernel"]), stride=values["stride"], padding=values["padding"]
        )[0, 0]
        ours = [list(cell) for cell in shown["image"].marks["never"]]
        right &= ours == unread(values) and apart((shown["output"].values, oracle)) <= 1e-9
        framed = F.pad(tensor(values["image"])[0, 0], (values["padding"],) * 4)
        right &= apart((shown["image"].values, framed), (shown["kernel"].values, values["kernel"])) == 0
    s, p, output = state["stride"], state["padding"], figures(lesson.LESSON, "by two", state)
    size = list(np.shape(output["output"].values))
    found = every(
        output=equal(size, list(oracle.shape)),
        never_read=equal(len(output["image"].marks["never"]), len(unread(state))),
    )
    says = f"stride {s}, padding {p}: cells never read"
    return replace(found, holds=found.holds and right and products(state), says=says)


def products(state: State) -> bool:
    """Whether the products of every step are those of PyTorch's unfolded windows."""
    image, kernel = tensor(state["image"]), tensor(state["kernel"])
    windows = F.unfold(image, kernel.shape[2:], padding=state["padding"], stride=state["stride"])[0]
    oracle = (windows * kernel.reshape(-1, 1)).T.reshape(-1, *kernel.shape[2:])
    steps = range(1, 1 + len(oracle))
    return apart(*((values_of(lesson.LESSON, "by two", k, "products", state), oracle[k - 1]) for k in steps)) <= 1e-9


CLAIMS = (
    Claim(id="F1", says="every s-th row and column", check=subsampled),
    Claim(id="F1", says="a stride does not select what is important", check=blind),
    Claim(id="F2", says="the kernel begins at columns 0, s, 2s, …", check=places),
    Claim(id="F2", says="out = floor((n + 2p - k) / s) + 1, as in PyTorch", check=formula),
    Claim(id="F3", says="what is never read", check=by_two),
)
