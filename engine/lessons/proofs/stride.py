"""What `stride` claims, computed by PyTorch."""

import numpy as np
import torch
from torch.nn import functional as F

from .. import stride as lesson
from ..kit.facts import Claim, Outcome, equal, every, same_arrays
from ..kit.fixtures import IMG6, K3
from ..kit.state import State
from ..workings import convolving
from ..workings.sliding import Slide


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
    return every(
        hidden_units=equal(units, by_torch),
        kept=same_arrays(slide.output, full[:: g.stride, :: g.stride].numpy(), 1e-12),
    )


def blind(state: State) -> Outcome:
    """How many of the strongest responses survive, by PyTorch's topk: as many as are kept, ties included."""
    slide = Slide.of(state)
    g = slide.geometry
    full = F.conv2d(tensor(slide.image), tensor(slide.kernel), padding=g.padding)[0, 0].abs()
    sampled = torch.zeros_like(full, dtype=torch.bool)
    sampled[:: g.stride, :: g.stride] = True
    strong = full >= full.flatten().topk(int(sampled.sum())).values[-1] - 1e-9
    best, places = set(lesson.strongest(slide)), set(lesson.kept(slide))
    held = len(best & places)
    says = f"of the {len(best)} strongest responses stride {g.stride} keeps {held}: it does not select"
    if held == len(places):
        says = "all of the strongest responses are kept: here by chance, or because every place is visited"
    return Outcome(
        {"kept": held, "of": len(best)},
        {"kept": int((strong & sampled).sum()), "of": int(strong.sum())},
        {(int(r), int(c)) for r, c in (strong & sampled).nonzero()} == best & places,
        says,
    )


def places(state: State) -> Outcome:
    """PyTorch unfolds the numbers 0, 1, 2, … of the padded columns: the first of each window is where it begins."""
    n, k, s, p = state["n"], state["k"], state["stride"], state["padding"]
    width = n + 2 * p
    begins = list(convolving.starts(n, k, s, p))
    columns = torch.arange(width)
    oracle = columns.unfold(0, k, s)[:, 0].tolist() if k <= width else []
    size = convolving.output_size(n, k, s, p)
    pooled = F.max_pool1d(torch.zeros(1, 1, width), k, s).shape[-1] if k <= width else 0
    return every(columns=equal(begins, oracle), output=equal(size, pooled))


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
    ours = [list(cell) for cell in size[1].never()]
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
    Claim(id="F1", says="a stride keeps every s-th row and column of the full output, exactly", check=subsampled),
    Claim(id="F1", says="a stride does not select what is important", check=blind),
    Claim(id="F2", says="the kernel begins at columns 0, s, 2s, …", check=places),
    Claim(id="F2", says="out = floor((n + 2p - k) / s) + 1, as in PyTorch", check=formula),
    Claim(
        id="F3",
        says="stride 2, padding 1: 3x3 outputs, and the last padded row and column are never read",
        check=by_two,
    ),
)
