"""A Bayesian network of pixels: its trees, and what some known pixels tell about the others and the class.

Shapes: p pixels, k classes.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...models.bayesnet import Bayesnet
from ...objectives.likelihood import Likelihood
from ...runs.run import Record
from ...text import sanitize
from ..capture import looking
from ..requests import Array, LookInside
from .asked import Asked, asked
from .completion import Forest, drawn, marginals, most_probable

if TYPE_CHECKING:
    from ...training.trainer import Trainer


def evidence(trainer: "Trainer", look: LookInside) -> Iterator[Record]:
    """What the evidence tells, and the tree of one class: by default of the one that is most probable then.

    Settings: `evidence` of every pixel 1, 0, or -1 (or NaN) where it is unknown, an empty tuple for all of them;
    without it the upper half of the example. `class` whose tree; `seed` of the sample.
    """
    objective = trainer.objective
    if not isinstance(objective, Likelihood):
        raise ValueError(f"{trainer.job.model} takes no evidence: only a Bayesian network does")
    given = asked(objective, look)
    with looking(objective.model):
        told = _told(objective, given)
        posterior = told.arrays["posterior"]
        tree = int(posterior.argmax()) if given.tree is None else given.tree
        yield told
        yield _tree(objective, tree if objective.model.told else 0)


def _told(objective: Likelihood, given: Asked) -> Record:
    model, known = objective.model, given.evidence
    posterior, white, log_evidence = model.infer(torch.from_numpy(known).to(objective.device))
    forest = _forest(model)
    best, best_class, best_log = most_probable(forest, known)
    sample, sample_class, sample_log = drawn(forest, known, given.seed)
    arrays: dict[str, Array] = {
        "evidence": known.astype(np.int8),
        "white": white.cpu().numpy(),
        "posterior": posterior.cpu().numpy(),
        "prior": np.exp(forest.log_prior),
        "log_evidence": np.array(log_evidence),
        "best": best.astype(np.int8),
        "best_class": np.array(best_class),
        "best_log_joint": np.array(best_log),
        "sample": sample.astype(np.int8),
        "sample_class": np.array(sample_class),
        "sample_log_joint": np.array(sample_log),
        "seed": np.array(given.seed),
        "example": given.image,
        "example_index": np.array(given.index),
        "example_count": np.array(given.count),
        "example_label": np.array(given.label),
        "from_example": np.array(given.from_example),
        "counted": model.class_count.sum().cpu().numpy(),
        "classes": np.array([sanitize(name) for name in objective.data.classes]),
        "told": np.array(model.told),
        "shape": np.array(model.shape),
    }
    return Record(tag="evidence", kind="evidence", step=0, arrays=arrays, labels={"split": given.split})


def _forest(model: Bayesnet) -> Forest:
    return Forest(*(values.cpu().numpy() for values in (model.table, model.parents, model.order, model.log_prior)))


def _tree(objective: Likelihood, tree: int) -> Record:
    """As the trainings keep it, and p(x_i = 1 | x_parent = a) of every pixel: (p, 2)."""
    model: Bayesnet = objective.model
    arrays = {
        "parents": model.parents[tree].cpu().numpy(),
        "information": model.information[tree].cpu().numpy().astype(np.float32),
        "marginals": marginals(_forest(model), tree)[None].astype(np.float32),
        "shape": np.array(model.shape),
        "given_parent": model.table[tree, :, :, 1].exp().cpu().numpy(),
        "linked": np.array(model.linked),
    }
    if not model.told:
        return Record(tag="tree", kind="tree", step=0, arrays=arrays)
    name = sanitize(objective.data.classes[tree])
    return Record(tag=f"tree/{tree}", kind="tree", step=0, arrays=arrays, labels={"class": name})
