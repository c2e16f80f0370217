"""The graph convolution: against the dense formula in numpy, and what must hold for any graph."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dlviz.engine.models.gcn import Gcn, GraphConvolution, propagation
from dlviz.engine.recipes.gcn import GcnOptions

Edges = NDArray[np.int64]


def _random(seed: int, n: int, likely: float = 0.3) -> Edges:
    rng = np.random.default_rng(seed)
    return np.argwhere(np.triu(rng.random((n, n)) < likely, 1)).astype(np.int64)


def _adjacency(edges: Edges, n: int) -> NDArray[np.float64]:
    a = np.zeros((n, n))
    for i, j in edges:
        a[i, j] = a[j, i] = 1
    return a


def _dense(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Equation 8 of the paper, with a matrix square root instead of a reciprocal one."""
    looped = a + np.eye(len(a))
    root = np.linalg.inv(np.sqrt(np.diag(looped.sum(1))))
    return np.asarray(root @ looped @ root)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(1, 12), likely=st.floats(0, 1))
def test_propagation_is_the_papers_matrix(seed: int, n: int, likely: float) -> None:
    edges = _random(seed, n, likely)
    found = propagation(torch.from_numpy(edges), n).numpy()
    np.testing.assert_allclose(found, _dense(_adjacency(edges, n)), atol=1e-6)
    assert np.linalg.eigvalsh(found.astype(np.float64)).max() <= 1 + 1e-6, "so that rounds do not blow up"


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_the_network_is_the_dense_formula(rounds: int) -> None:
    torch.manual_seed(0)
    edges, n = _random(1, 9), 9
    model = Gcn(GcnOptions(rounds=rounds, hidden=5, activation="tanh", dropout=0.0), (6,), 3)
    x = np.random.default_rng(2).normal(size=(n, 6)).astype(np.float32)
    weights = [p.detach().double().numpy() for p in model.parameters()]
    a, h = _dense(_adjacency(edges, n)), x.astype(np.float64)
    for k in range(rounds):
        h = a @ h @ weights[2 * k] + weights[2 * k + 1]
        h = np.tanh(h) if k < rounds - 1 else h
    found = model(torch.from_numpy(x), propagation(torch.from_numpy(edges), n))
    np.testing.assert_allclose(found.detach().numpy(), h, rtol=1e-4, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(2, 15), rounds=st.integers(1, 4))
def test_renamed_nodes_get_the_same_answers(seed: int, n: int, rounds: int) -> None:
    torch.manual_seed(seed)
    model = Gcn(GcnOptions(rounds=rounds, hidden=4), (3,), 2).eval().double()
    a = propagation(torch.from_numpy(_random(seed, n)), n).double()
    x, order = torch.randn(n, 3, dtype=torch.float64), torch.randperm(n)
    torch.testing.assert_close(model(x[order], a[order][:, order]), model(x, a)[order])


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_k_rounds_see_k_hops(rounds: int) -> None:
    """On a path each node depends on those at most `rounds` steps away, and on no other."""
    torch.manual_seed(0)
    n = 9
    edges = torch.tensor([[k, k + 1] for k in range(n - 1)])
    model = Gcn(GcnOptions(rounds=rounds, hidden=16, activation="tanh"), (2,), 2).eval()
    x = torch.randn(n, 2, requires_grad=True)
    for node in range(n):
        (gradient,) = torch.autograd.grad(model(x, propagation(edges, n))[node].sum(), x)
        reached = set(torch.nonzero(gradient.abs().sum(1)).flatten().tolist())
        assert reached == {k for k in range(n) if abs(k - node) <= rounds}


def test_weights_do_not_depend_on_the_graph() -> None:
    layer = GraphConvolution(3, 4)
    assert sum(p.numel() for p in layer.parameters()) == 16
    for n in (1, 7, 50):
        assert layer(torch.zeros(n, 3), torch.eye(n)).shape == (n, 4)


def test_what_is_known_after_each_round_ends_with_the_logits() -> None:
    torch.manual_seed(0)
    model = Gcn(GcnOptions(rounds=3, hidden=5), (4,), 2).eval()
    x, a = torch.randn(6, 4), propagation(torch.from_numpy(_random(3, 6)), 6)
    rounds = model.rounds(x, a)
    assert [tuple(r.shape) for r in rounds] == [(6, 5), (6, 5), (6, 2)]
    assert torch.equal(rounds[-1], model(x, a)) and (rounds[0] >= 0).all() and rounds[-1].min() < 0
