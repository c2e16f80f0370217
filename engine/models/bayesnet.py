"""A Bayesian network of the class and black-and-white pixels: each pixel depends on the class and one other at most.

Learned by counting; every probability is exact. Shapes: b batch, c channels, h rows, w columns, p = c h w pixels,
k classes, t trees (k, or 1 where the class decides nothing); a is a parent's value, the last index a pixel's own.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..options import OptionError
from ..recipes.bayesnet import BayesnetOptions
from .belief import propagate
from .chow_liu import mutual_information, pairwise, single, spanning_tree

WHITE = 0.5
MOST = 20_000_000
"""Pairs of pixels, over all trees, that are counted at most."""


class Bayesnet(nn.Module):
    """log p(x, y) = log p(y) + sum over pixels of log p(x_i | x_parent(i), y).

    Attributes:
        class_count: (k,) images counted; ones (t, p) and both (t, p, p): how often a pixel, a pair was white.
        parents: (t, p), -1 for a root; order (t, p): parents before children; information (t, p): nats that a
            pixel shares with its parent; table (t, p, 2, 2): log p(x_i | x_parent). All are set by `learn`.

    Raises:
        OptionError: the data are no images, or have too many pixels for their pairs to be counted.
    """

    class_count: Tensor
    ones: Tensor
    both: Tensor
    parents: Tensor
    order: Tensor
    information: Tensor
    table: Tensor

    def __init__(self, options: BayesnetOptions, shape: tuple[int, ...], classes: int) -> None:
        if len(shape) != 3:
            raise OptionError(f"bayesnet needs images, but one example of this data has {shape[0]} features")
        super().__init__()
        self.shape, self.smoothing = shape, options.smoothing
        self.told = options.structure in ("class-trees", "naive-bayes")
        self.linked = options.structure in ("class-trees", "tree")
        p, t = math.prod(shape), classes if self.told else 1
        if self.linked and t * p * p > MOST:
            raise OptionError(
                f"structure cannot be {options.structure} for {p:,} pixels and {classes} classes: "
                f"that is more than {MOST:,} pairs; use naive-bayes or independent"
            )
        self.register_buffer("class_count", torch.zeros(classes, dtype=torch.float64))
        self.register_buffer("ones", torch.zeros(t, p, dtype=torch.float64))
        self.register_buffer("both", torch.zeros((t, p, p) if self.linked else (t, 0, 0), dtype=torch.float64))
        self.register_buffer("parents", torch.full((t, p), -1))
        self.register_buffer("order", torch.arange(p).repeat(t, 1))
        self.register_buffer("information", torch.zeros(t, p, dtype=torch.float64))
        self.register_buffer("table", torch.full((t, p, 2, 2), math.log(0.5), dtype=torch.float64))

    def forward(self, x_bchw: Tensor) -> Tensor:
        """log p(x, y) in nats for every class y: (b, k), float64; pixels of .5 or more are white."""
        bits_bp = self.bits(x_bchw).long()
        t, p = self.parents.shape
        case_btp = 2 * bits_bp[:, self.parents.clamp(min=0)] + bits_bp[:, None]
        tree, pixel = torch.arange(t, device=bits_bp.device)[:, None], torch.arange(p, device=bits_bp.device)
        return self.table.flatten(2)[tree, pixel, case_btp].sum(2) + self.log_prior

    @property
    def log_prior(self) -> Tensor:
        """log p(y), smoothed: (k,)."""
        smoothed = self.class_count + self.smoothing
        return (smoothed / smoothed.sum()).log()

    @property
    def free_parameters(self) -> int:
        """Probabilities that can be chosen freely: of the classes, of each root one, of each other pixel two."""
        t, p = self.parents.shape
        return len(self.class_count) - 1 + t * (2 * p - 1 if self.linked else p)

    def bits(self, x_bchw: Tensor) -> Tensor:
        """White or not: (b, p), bool."""
        return x_bchw.flatten(1) >= WHITE

    def count(self, x_bchw: Tensor, labels_b: Tensor) -> None:
        """Add images to the counts; nothing else changes until `learn`."""
        bits_bp = self.bits(x_bchw).double()
        member_bk = F.one_hot(labels_b, len(self.class_count)).double()
        self.class_count += member_bk.sum(0)
        groups = member_bk if self.told else torch.ones_like(member_bk[:, :1])
        self.ones += groups.T @ bits_bp
        if self.linked:
            for tree, group_b in enumerate(groups.T):
                chosen = bits_bp[group_b > 0]
                self.both[tree] += chosen.T @ chosen

    def learn(self) -> None:
        """The most likely structure and probabilities for what was counted."""
        counts = self.class_count if self.told else self.class_count.sum()[None]
        for tree, (count, ones_p) in enumerate(zip(counts, self.ones, strict=True)):
            singles_pb = single(count, ones_p, self.smoothing)
            self.table[tree] = singles_pb.log()[:, None]
            if self.linked:
                pairs_ppab = pairwise(count, ones_p, self.both[tree], self.smoothing)
                information_pp = mutual_information(pairs_ppab, singles_pb)
                parents, order = (torch.from_numpy(n) for n in spanning_tree(information_pp.cpu().numpy()))
                self.parents[tree], self.order[tree] = parents, order
                child = order[1:].to(ones_p.device)
                parent = self.parents[tree, child]
                self.information[tree] = 0
                self.information[tree, child] = information_pp[parent, child]
                self.table[tree, child] = pairs_ppab[parent, child].log() - singles_pb[parent].log()[..., None]

    def sample(self, labels_b: Tensor, generator: torch.Generator) -> Tensor:
        """Images (b, c, h, w) of zeros and ones of the given classes, parents drawn before children; CPU generator."""
        b, p = len(labels_b), self.parents.shape[1]
        tree_b = labels_b if self.told else torch.zeros_like(labels_b)
        row_b = torch.arange(b, device=labels_b.device)
        white = self.table[..., 1].exp()
        chance = torch.rand(p, b, generator=generator, dtype=torch.float64).to(labels_b.device)
        x_bp = torch.zeros(b, p, dtype=torch.long, device=labels_b.device)
        for place in range(p):
            i = self.order[tree_b, place]
            above = x_bp[row_b, self.parents[tree_b, i].clamp(min=0)]
            x_bp[row_b, i] = (chance[place] < white[tree_b, i, above]).long()
        return x_bp.float().reshape(b, *self.shape)

    def infer(self, evidence_p: Tensor) -> tuple[Tensor, Tensor, float]:
        """What some known pixels tell: p(y | evidence) (k,), p(x_i = 1 | evidence) (p,), and log p(evidence).

        `evidence_p` is 1 or 0 for a known pixel, negative for an unknown one.
        """
        log_evidence, white_tp = propagate(self.table, self.parents, self.order, evidence_p)
        joint_k = log_evidence + self.log_prior
        posterior_k = joint_k.softmax(0)
        white_p = (posterior_k[:, None] * white_tp).sum(0) if self.told else white_tp[0]
        return posterior_k, white_p, float(joint_k.logsumexp(0))

    def marginals(self) -> Tensor:
        """p(x_i = 1 | y) of every tree: (t, p)."""
        unknown = torch.full((self.parents.shape[1],), -1, device=self.parents.device)
        return propagate(self.table, self.parents, self.order, unknown)[1]
