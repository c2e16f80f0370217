"""What `signal-path` claims of gradients: autograd through nn.RNNCell, finite differences of what was trained."""

import numpy as np
import torch
from torch import Tensor, nn

from ..kit.facts import Outcome, close
from ..kit.state import State
from ..signal_path import LESSON
from ..workings.recurrent_gradient import weights
from .shown import figures, frame, named, number, rows_by_name
from .signal_oracles import difference_norm


def _autograd(state: State) -> list[float]:
    """|d h_T / d h_1| of nn.RNNCell at every distance T - 1; of a linear network by powers of U."""
    U, driven = (torch.from_numpy(np.asarray(each)) for each in weights(state["gain"], state.seed))
    cell = nn.RNNCell(len(U), len(U), dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(len(U)))
        cell.weight_hh.copy_(U)
        cell.bias_ih.zero_()
        cell.bias_hh.zero_()

    def states(h: Tensor) -> Tensor:
        found = [h]
        for row in driven[1:]:
            found.append(cell(row[None], found[-1][None])[0] if state["tanh"] else U @ found[-1] + row)
        return torch.stack(found)

    return torch.linalg.matrix_norm(torch.func.jacrev(states)(driven[0].tanh()).detach(), 2).tolist()  # type: ignore[no-any-return]


def jacobians(state: State) -> Outcome:
    """The norms shown equal what autograd gives for nn.RNNCell, and stay under the bound, a power of |U|."""
    U, _ = weights(state["gain"], state.seed)
    at = frame(LESSON, "gradient", state)
    curves, rows = named(at)["gradient"], rows_by_name(named(at)["numbers"])
    ours, most = (np.asarray(curves.lines[name]) for name in ("|d h_T / d h_1|", "bound |U|^(T-1)"))
    theirs, k = _autograd(state), state["distance"]
    spectral = float(torch.linalg.eigvalsh(torch.from_numpy(U.T @ U))[-1].sqrt())
    powers = [spectral**j for j in range(len(most))]
    told = [float(rows["gradient"][0]), float(rows["bound"][0])]
    formula = at.formulas[0].numbers
    right = [
        bool(np.allclose(ours, theirs, rtol=1e-6, atol=1e-14)),
        all(bool(np.allclose(each, [theirs[k], powers[k]], rtol=6e-3, atol=0)) for each in (told, _sides(formula))),
        bool(np.allclose(most, powers, rtol=1e-9)),
        bool((ours <= most * (1 + 1e-9)).all()),
        abs(spectral - state["gain"]) < 1e-9,
        list(curves.x) == list(range(len(theirs))),
    ]
    return Outcome(told[0], f"<= {powers[k]:.4g}", all(right))


def _sides(formula: str) -> list[float]:
    """Both numbers of `gradient ≤ gain^distance = bound`."""
    return [float(formula.partition("≤")[0]), number(formula)]


def survives(state: State) -> Outcome:
    """Whether the gradient that is shown is still of use where the cursor stands; by autograd too."""
    shown = float(rows_by_name(figures(LESSON, "gradient", state)["numbers"])["gradient"][0])
    theirs = _autograd(state)[state["distance"]]
    same = abs(shown - theirs) <= 6e-3 * theirs
    says = f"the gradient survives {state['distance']} steps with |U| = {state['gain']:g}"
    return Outcome(shown, "0.01 to 100", same and 0.01 <= theirs <= 100, says)


def gradients(state: State) -> Outcome:
    """After training: attention's gradient at distance 64 is more than 100 times the RNN's, whose bound holds."""
    result = state.result("first-token")
    shown = figures(LESSON, "copy", state)
    lines, last = shown["gradients"].lines, dict(shown["far"].rows)
    same = all(np.array_equal(lines[name], result.gradients[name]) for name in result.gradients)
    under = bool((result.gradients["RNN"] <= result.bound).all())
    ends = all(last[name] == float(lines[name][-1]) for name in last) and shown["gradients"].x[-1] == 64
    times = last["attention"] / max(last["RNN"], 1e-300)
    return Outcome(times, ">= 100", times >= 100 and last["attention"] > last["LSTM"] and same and under and ends)


def differences(state: State) -> Outcome:
    """The measured norms are those of finite differences."""
    result = state.result("first-token")
    from ..trainings.first_token import TOKENS, gradient_norms

    off = 0.0
    for name, distance in (("RNN", 4), ("LSTM", 16), ("attention", 64)):
        tokens = torch.randint(TOKENS, (1, distance + 1), generator=torch.Generator().manual_seed(7))
        ours = float(gradient_norms(result.models[name], tokens)[0])
        theirs = difference_norm(result.models[name], tokens)
        off = max(off, abs(ours - theirs) / (theirs + 1e-3))
    return Outcome({"largest relative difference": off}, "<= 0.001", off <= 1e-3)


def copied(state: State) -> Outcome:
    """Attention copies the first token over 64 others, the RNN guesses one of eight: as shown, and copied anew."""
    from ..trainings.first_token import TOKENS

    result = state.result("first-token")
    shown = figures(LESSON, "copy", state, 1)
    bars, rows = shown["right"], shown["by-distance"].rows
    right = dict(zip(bars.labels, map(float, bars.values), strict=True))
    tokens = torch.randint(TOKENS, (32, 65), generator=torch.Generator().manual_seed(64))
    with torch.no_grad():
        anew = {
            name: float((model(tokens).argmax(1) == tokens[:, 0]).double().mean())
            for name, model in result.models.items()
        }
    same = close(right, anew, 1e-6).holds and rows[-1] == (64, *right.values())
    shares = [right["attention"], right["RNN"]]
    return Outcome(shares, ">= 0.95 <= 0.5", same and shares[0] >= 0.95 and shares[1] <= 0.5)
