"""What `stride` claims, computed by PyTorch."""

import re
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from .. import stride as lesson
from ..kit.facts import Claim, Outcome, equal, every
from ..kit.fixtures import IMG6, K3
from ..kit.state import State
from ..workings import convolving
from ..workings.sliding import Slide
from .shown import apart, figure_of, frame, values_of


def tensor(values: object) -> torch.Tensor:
    """[1, 1, rows, columns] in double precision."""
    return torch.as_tensor(np.array(values), dtype=torch.float64)[None, None]


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
    best, places = set(marked), set(lesson.kept(slide))
    held = len(best & places)
    says = "strongest responses kept, blindly"
    if held == len(best):
        says = "all of the strongest responses lie on the grid here" if best else "all responses are 0"
    right = {(int(r), int(c)) for r, c in strong.nonzero()} == best
    return Outcome(
        {"kept": held, "of": len(best)},
        {"kept": int((strong & sampled).sum()), "of": int(strong.sum())},
        right and {(int(r), int(c)) for r, c in (strong & sampled).nonzero()} == best & places,
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
                        tried, wrong = tried + 1, wrong + (size != convolving.output_size(n, k, s, p))
    return Outcome({"sizes compared": tried, "wrong": wrong}, {"sizes compared": tried, "wrong": 0}, wrong == 0)


def by_two(state: State) -> Outcome:
    """Stride 2 on the 6x6 image: PyTorch's shape, and its gradient is 0 where no output reads."""
    size = {p: convolving.Geometry((6, 6), (3, 3), 2, p) for p in (0, 1)}
    padded = F.pad(tensor(IMG6), (1, 1, 1, 1)).requires_grad_()
    kernel = torch.ones_like(tensor(K3))
    output = F.conv2d(padded, kernel, stride=2)
    output.sum().backward()  # type: ignore[no-untyped-call]
    assert padded.grad is not None
    unread = [[int(r), int(c)] for r, c in (padded.grad[0, 0] == 0).nonzero()]
    drawn = figure_of(lesson.LESSON, "by two", 0, "image", state.with_values(stride=2, padding=1))
    ours = [list(cell) for cell in drawn.marks["never"]]
    border = {(7, i) for i in range(8)} | {(i, 7) for i in range(8)}
    return every(
        output=equal(list(size[1].out), list(output.shape[2:])),
        never_read=Outcome(len(ours), len(unread), ours == unread),
        which=Outcome(
            "last row and column" if {tuple(cell) for cell in ours} == border else "others",
            "last row and column",
            {tuple(cell) for cell in unread} == border,
        ),
    )


CLAIMS = (
    Claim(id="F1", says="every s-th row and column", check=subsampled),
    Claim(id="F1", says="a stride does not select what is important", check=blind),
    Claim(id="F2", says="the kernel begins at columns 0, s, 2s, …", check=places),
    Claim(id="F2", says="out = floor((n + 2p - k) / s) + 1, as in PyTorch", check=formula),
    Claim(id="F3", says="stride 2, padding 1: what is never read", check=by_two),
)
