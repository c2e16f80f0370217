"""Frames of a game that is played by hand: the arena, layer by layer, and the schematic with its losses.

Torch-free; the state is replayed by `trainings.ring_replay`, which imports torch when it is first asked.
"""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Card, Curves, Edge, Figure, Formula, Net, Node, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .best_discriminator import reference
from .gan_words import caption
from .modes import CENTERS, SHARE, modes, near
from .ring_figures import ARROWS, SHOWN, arrow_scale, levels, mode_bars, plane, table

PULL = "pull of G's loss"


def played(state: State, trained: Any = None) -> Any:
    """The state that the moves lead to, from the seed or from a trained game."""
    from ..trainings.ring_game import Rules
    from ..trainings.ring_replay import REPLAYS

    if trained is not None:
        return REPLAYS.replay(trained.rules, state["moves"], trained)
    rules = Rules(recipe=state["recipe"], loss=state["loss"], rate=state["rate"], seed=state.seed)
    return REPLAYS.replay(rules, state["moves"])


def loss_in_use(state: State, trained: Any = None) -> str:
    """The loss of the game that is shown."""
    return "non-saturating" if trained is not None else str(state["loss"])


def pulled(view: Any, loss: str) -> tuple[Any, Any]:
    """Places and arrows: minus the slope of G's loss, on one scale for both losses."""
    steeper = view.pulls if loss == "non-saturating" else view.other_pulls
    return view.fake[:ARROWS], arrow_scale(steeper) * view.pulls[:ARROWS]


def measured(game: Any, loss: str) -> Table:
    """What the table beside the arena says."""
    view, at = game.view, reference(loss)
    of_g = "-mean ln D(G(z))" if loss == "non-saturating" else "mean ln(1 - D(G(z)))"
    return table(
        "measured",
        f"after {game.done['d']} D, {game.done['g']} G steps",
        (
            ("mean D, real", view.d_real, "0.5"),
            ("mean D, made", view.d_fake, "0.5"),
            ("loss of D", view.loss_d, f"{at['D']:.3f}"),
            ("loss of G", view.loss_g, f"{at['G']:.3f}"),
            ("modes of 8", modes(view.fake), "8"),
        ),
        _worked(view, of_g, view.loss_g),
    )


def _worked(view: Any, of_g: str, loss_g: float) -> dict[int, Formula]:
    """Where each row of the table came from."""
    count, counts = len(view.fake), near(view.fake)
    on_real, on_made = (-float(np.log(np.clip(p, 1e-300, None)).mean()) for p in (view.real_answers, 1 - view.answers))
    d_real, d_made = float(view.real_answers.sum()), float(view.answers.sum())
    return {
        0: Formula(symbols=f"mean of D(x), {len(view.real)} points", numbers=f"{d_real:.4f} / {len(view.real)}"),
        1: Formula(symbols=f"mean of D(G(z)), {count} points", numbers=f"{d_made:.4f} / {count}"),
        2: Formula(
            symbols="-mean ln D(x) - mean ln(1 - D(G(z)))", numbers=f"{on_real:.4f} + {on_made:.4f} = {view.loss_d:.4f}"
        ),
        3: Formula(symbols=f"{of_g}, {count} points", numbers=f"{loss_g:.4f}"),
        4: Formula(
            symbols=f"centers with at least {SHARE:.0%} of {count} points within 3 sigma",
            numbers=f"points near each of the {len(CENTERS)}: {' '.join(map(str, counts))}",
        ),
    }


def arena(state: State, trained: Any = None) -> Frames:
    """Both networks in one plane, layer by layer."""
    return Frames(6, partial(_arena, state, trained))


def _arena(state: State, trained: Any, k: int) -> Frame:
    game, loss = played(state, trained), loss_in_use(state, trained)
    view = game.view
    base: dict[str, Any] = {"fake": view.fake[:SHOWN], "real": view.real[:SHOWN]}
    surface, arrows, numbers = view.surface, pulled(view, loss), measured(game, loss)
    recipe, rate = (state["recipe"], state["rate"]) if trained is None else (trained.recipe, 1.0)
    said = caption(k, game, recipe, rate, trained is not None)
    if k == 0:
        figure = plane(
            "arena", "real and generated points, D as tint", **base, surface=surface,
            about="The tint is D's answer at every place: how probably a point there is real. 512 points are measured.",
        )  # fmt: skip
        return Frame(title="Points and D", caption=said, figures=(figure, numbers), facts=("AD3", "AD1"))
    if k == 1:
        figure = plane(
            "arena", "where G takes a square grid of z", **base, manifold=view.manifold,
            about=(
                "G turns two random numbers into a point. The grid is z from -2 to 2 both ways, after G: where its "
                "lines are close, many z land and made points are dense. G is continuous: bridges between modes stay."
            ),
        )  # fmt: skip
        return Frame(title="The generator's grid", caption=said, figures=(figure, numbers), facts=("AD3",))
    if k == 2:
        figure = plane(
            "arena", "-gradient of G's loss at made points", **base, arrows=arrows, arrows_label=PULL,
            about="Each arrow is minus the gradient of G's own loss by that point: where the point should move.",
        )  # fmt: skip
        return Frame(title="Pulls", caption=said, figures=(figure, numbers), facts=("AD2",))
    if k == 3:
        figure = plane(
            "arena", "all in one", **base, surface=surface, manifold=view.manifold, arrows=arrows, arrows_label=PULL
        )
        return Frame(title="All layers", caption=said, figures=(figure, numbers), facts=("AD2", "AD3"))
    if k == 4:
        figure = plane("arena", "real and generated points", **base)
        bars = mode_bars("modes", "made", view.fake)
        return Frame(title="Modes", caption=said, figures=(figure, bars), facts=("AD3",))
    return Frame(
        title="Losses so far",
        caption=said,
        figures=(history(game, loss), numbers),
        facts=("AD3",),
    )


def history(game: Any, loss: str) -> Figure:
    """The loss of every half-step, with the levels of the loss in use."""
    if not game.losses:
        return Card(name="history", title="losses", text="No half-step yet: press m, or x for 25 rounds.")
    x = np.arange(1, len(game.losses) + 1)
    lines = {
        name: _bridged(x, [value if side == of else float("nan") for side, value in game.losses])
        for name, of in (("loss of D", "d"), ("loss of G", "g"))
    }
    return Curves(
        name="history",
        title=f"loss of each half-step, from 1; {loss}",
        about="Measured on the mini-batch of the half-step, before its update.",
        x=x,
        lines=lines,
        x_label="half-step",
        y_label="nats",
        levels=levels(loss),
    )


def _bridged(x: Any, values: list[float]) -> Any:
    """Gaps between a side's own half-steps closed by straight lines, so that curves are whole."""
    y = np.array(values)
    known = np.isfinite(y)
    if not known.any():
        return y
    return np.interp(x, x[known], y[known], left=np.nan, right=np.nan)


def schematic(state: State) -> Frames:
    """The loop of the two networks with the numbers of the game: forwards, then G's gradient; then its curves."""
    return Frames(3, partial(_schematic, state))


def _schematic(state: State, k: int) -> Frame:
    game, loss = played(state), loss_in_use(state)
    if k == 2:
        caption = "Both losses with the levels where D can only guess, computed from the loss that is chosen."
        return Frame(title="Losses", caption=caption, figures=(history(game, loss), measured(game, loss)))
    if k == 1:
        caption = (
            "G's half-step: the gradient of its loss goes back through D, whose weights rest, and the points to G."
        )
        chain = Formula(
            symbols="dL_G/dw = dL_G/dD · dD/dx · dx/dw, x = G(z), w: G's weights",
            numbers=f"mean length of dL_G/dx: {np.hypot(*game.view.pulls.T).mean():.4g} nats/unit",
        )
        return Frame(title="G's gradient", caption=caption, figures=(_loop(game, loss, True),), formulas=(chain,))
    caption = "Random numbers become points, D judges them beside real ones, and each side has a loss of its own."
    return Frame(title="The loop", caption=caption, figures=(_loop(game, loss, False),), formulas=_formulas(game, loss))


PATH = ("z ~ N(0,I)", "G", "made", "D", "loss of G", "real", "loss of D")


def _loop(game: Any, loss: str, back: bool) -> Net:
    """Both networks with what goes through them, or with the way of the gradient that G learns from."""
    view, last = game.view, (game.losses or [("", 0.0)])[-1][0]
    wish = "-ln D" if loss == "non-saturating" else "ln(1-D)"
    at = reference(loss)
    labels = {
        "z ~ N(0,I)": (0.0, 0.0, "2 numbers"),
        "G": (0.36, 0.0, "8,642 weights"),
        "made": (0.72, 0.0, f"mean D {view.d_fake:.3f}"),
        "D": (0.72, 0.5, "rests" if back else "8,577 weights"),
        "loss of G": (0.2, 0.5, f"{view.loss_g:.3f} | {at['G']:.3f}"),
        "real": (0.0, 1.0, f"mean D {view.d_real:.3f}"),
        "loss of D": (0.72, 1.0, f"{view.loss_d:.3f} | {at['D']:.3f}"),
    }
    active = {"G"} if back else {"G": "g", "D": "d"}.keys() & ({"g": "G", "d": "D"}.get(last, ""),)
    nodes = tuple(
        Node(
            name=name, x=x, y=y, label=label,
            role="active" if name in active else "quiet" if back and name in PATH[5:] else "plain",
        )
        for name, (x, y, label) in labels.items()
    )  # fmt: skip
    ways = (
        (("loss of G", "D", "dL_G/dD"), ("D", "made", "dD/dx"), ("made", "G", "dx/dw"))
        if back
        else (
            ("z ~ N(0,I)", "G", ""), ("G", "made", ""), ("made", "D", "label 0"), ("real", "D", "label 1"),
            ("D", "loss of D", ""), ("D", "loss of G", wish),
        )
    )  # fmt: skip
    edges = [
        Edge(source=PATH.index(a), target=PATH.index(b), label=said, role="path" if back else "plain")
        for a, b, said in ways
    ]
    return Net(
        name="loop",
        title="the way back: G's gradient" if back else "losses: now | at balance",
        about=(
            "Only G generates. D never makes anything: it answers how probably a point is real, and the gradient of "
            "G's loss through D is all that G learns from."
        ),
        nodes=nodes,
        edges=edges,
        height=9,
    )


def _formulas(game: Any, loss: str) -> tuple[Formula, ...]:
    view = game.view
    of_g = "-mean ln D(G(z))" if loss == "non-saturating" else "mean ln(1 - D(G(z)))"
    return (
        Formula(symbols="L_D = -mean ln D(x) - mean ln(1 - D(G(z)))", numbers=f"L_D = {view.loss_d:.4f}"),
        Formula(symbols=f"L_G = {of_g}", numbers=f"L_G = {view.loss_g:.4f}"),
    )
