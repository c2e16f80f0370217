"""A classifier's answers on a split: the confusion matrix, one example, and the worst mistakes."""

import numpy as np

from ..objectives.calibration import calibration_error
from ..objectives.classification import Classification
from ..text import sanitize
from .layers import words
from .requests import LookPredictions, Predictions


def predictions(objective: Classification, look: LookPredictions, step: int) -> Predictions:
    """Answers on `look.split`; the index wraps around."""
    data = objective.data
    part = data.split(look.split)
    outcome = objective.outcome(look.split)
    p, y = outcome.probabilities, outcome.labels
    guess = p.argmax(1)
    wrong = np.flatnonzero(guess != y)
    loss = -np.log(np.maximum(p[wrong, y[wrong]].astype(np.float64), 1e-30))
    worst = wrong[np.argsort(-loss, kind="stable")][: look.worst]
    index = look.index % len(part)
    return Predictions(
        step=step,
        split=look.split,
        count=len(part),
        accuracy=outcome.accuracy,
        loss=outcome.loss,
        ece=calibration_error(p, y),
        confusion=outcome.confusion(),
        classes=tuple(sanitize(c) for c in data.classes),
        index=index,
        image=part.x[index].copy(),
        label=int(y[index]),
        probabilities=p[index].copy(),
        worst=tuple(int(i) for i in worst),
        worst_images=part.x[worst].copy(),
        worst_labels=tuple(int(i) for i in y[worst]),
        worst_predicted=tuple(int(i) for i in guess[worst]),
        worst_confidence=tuple(float(c) for c in p[worst].max(1)) if len(worst) else (),
        mistakes=len(wrong),
        tokens=words(objective, objective.inputs(look.split, index)),
    )
