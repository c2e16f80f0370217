"""Oracles for `signal-path`: products of reachability matrices, autograd's graph, PyTorch's counter of operations."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode


def matrix(way: str, step: int, n: int) -> Tensor:
    """Where one step leads from each token, as a matrix of booleans with the diagonal set."""
    apart = torch.arange(n)[None, :] - torch.arange(n)[:, None]
    if way == "attention":
        return torch.ones(n, n)
    if way == "rnn":
        return ((apart == 0) | (apart == 1)).float()
    return ((apart == 0) | (apart.abs() == (2**step if way == "dilated" else 1))).float()


def steps_needed(way: str, n: int, target: int) -> int:
    """The least number of steps whose product of matrices connects the first token with `target`."""
    row = torch.zeros(n)
    row[0] = 1
    step = 0
    while not row[target]:
        row = ((row @ matrix(way, step, n)) > 0).float()
        step += 1
    return step


def convolved(dilated: bool, layers: int, n: int) -> bool:
    """Whether a change of the first input reaches the last output of a stack of Conv1d, kernel 3, all weights 1."""
    x = torch.zeros(1, 1, n, requires_grad=True)
    y = x
    for layer in range(layers):
        d = 2**layer if dilated else 1
        y = F.conv1d(y, torch.ones(1, 1, 3), padding=d, dilation=d)
    return bool(torch.autograd.grad(y[0, 0, -1], x)[0][0, 0, 0] != 0) if layers else n == 1


def depth(output: Tensor) -> int:
    """The longest chain of operations in the graph that autograd recorded."""
    deepest: dict[Any, int] = {}
    stack: list[tuple[Any, bool]] = [(output.grad_fn, False)]
    while stack:
        node, ready = stack.pop()
        following = [f for f, _ in node.next_functions if f is not None]
        if ready:
            deepest[node] = 1 + max((deepest[f] for f in following), default=0)
        elif node not in deepest:
            stack.append((node, True))
            stack.extend((f, False) for f in following if f not in deepest)
    return deepest[output.grad_fn]


def counted(n: int, d: int) -> dict[str, int]:
    """Products that PyTorch counts while U h is computed n times, and Q K^T once; two operations are one product."""
    U, h, q = torch.zeros(d, d), torch.zeros(1, d), torch.zeros(n, d)
    with FlopCounterMode(display=False) as recurrent:
        for _ in range(n):
            h = h @ U
    with FlopCounterMode(display=False) as attention:
        q @ q.T
    return {"rnn": recurrent.get_total_flops() // 2, "attention": attention.get_total_flops() // 2}


def counted_parts(n: int, d: int) -> dict[str, tuple[int, int]]:
    """Products that PyTorch counts in each part of an RNN and of attention, forward, without biases."""
    x, w, scores, h = torch.zeros(n, d), torch.zeros(d, d), torch.zeros(n, n), torch.zeros(1, d)

    def count(work: Callable[[], object]) -> int:
        with FlopCounterMode(display=False) as counter:
            work()
        return int(counter.get_total_flops()) // 2

    between = counted(n, d)
    return {
        "between tokens: U h, Q Kᵀ": (between["rnn"], between["attention"]),
        "with the inputs: W x; W_Q, W_K, W_V": (n * count(lambda: h @ w), count(lambda: x @ torch.cat([w, w, w], 1))),
        "A V": (0, count(lambda: scores @ x)),
        "output: W_O": (0, count(lambda: x @ w)),
    }


def difference_norm(model: Any, tokens: Tensor, step: float = 1e-4) -> float:
    """|d logits / d embedding of the first token| of one sequence (1, t) by central differences, in float64."""
    model = copy.deepcopy(model).double().eval()
    table = model.embedding
    with torch.no_grad():
        x = table(tokens)
        e = x.shape[-1]
        moved = x.repeat(2 * e, 1, 1)
        moved[:, 0] += step * torch.cat((torch.eye(e), -torch.eye(e))).double()
        hook = table.register_forward_hook(lambda module, inputs, output: moved)
        logits = model(tokens.repeat(2 * e, 1))
        hook.remove()
    return float(((logits[:e] - logits[e:]) / (2 * step)).norm())
