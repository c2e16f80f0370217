"""Logistic regression against scikit-learn's, which finds the optimum by another method."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from dlviz.engine.data.gaussians import GaussianOptions, load
from dlviz.engine.models.logistic import Logistic
from dlviz.engine.objectives.classification import Classification
from dlviz.engine.recipes.linear import LogisticOptions


def test_it_ends_at_scikit_learns_optimum() -> None:
    data = load(GaussianOptions(features=3, n=300, distance=1.5, classes=3), 0)
    steps = 250
    options = LogisticOptions(steps=steps, batch=300, lr=0.1, weight_decay=0.0)
    torch.manual_seed(0)
    objective = Classification(Classification.build(Logistic, options, data), data, options, 0, torch.device("cpu"))
    for k in range(steps):
        value = objective.step(k, k / steps)
    known = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(data.train.x, data.train.y)
    best = -np.log(known.predict_proba(data.train.x)[np.arange(300), data.train.y]).mean()
    assert value["loss/train"] - best < 1e-4
    found = objective.outcome("test").probabilities
    np.testing.assert_allclose(found, known.predict_proba(data.test.x), atol=0.01)


def test_it_is_one_linear_layer() -> None:
    model = Logistic(LogisticOptions(), (1, 8, 8), 10)
    assert [name for name, _ in model.named_children()] == ["flatten", "head"]
    assert sum(p.numel() for p in model.parameters()) == 650
    assert not model(torch.zeros(2, 1, 8, 8)).isnan().any()
