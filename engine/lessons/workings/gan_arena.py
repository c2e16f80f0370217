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
from .modes import CENTERS, SHARE, modes, near
from .ring_figures import ARROWS, SHOWN, arrow_scale, levels, mode_bars, plane, table

KEYS = "d trains D once, g trains G once, m both, x both 25 times."


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
    if k == 0:
        figure = plane(
            "arena", "real and generated points, D as tint", **base, surface=surface,
            about="The tint is D's answer at every place: how probably a point there is real. 512 points are measured.",
        )  # fmt: skip
        caption = f"D's answer tints the plane; G's points are its negative examples. {KEYS}"
        return Frame(title="Points and D", caption=caption, figures=(figure, numbers), facts=("AD3", "AD1"))
    if k == 1:
        figure = plane(
            "arena", "where G takes a square grid of z", **base, manifold=view.manifold,
            about=(
                "G turns two random numbers into a point. The grid is z from -2 to 2 both ways, after G: where its "
                "lines are close, many z land and made points are dense. G is continuous: bridges between modes stay."
            ),
        )  # fmt: skip
        caption = f"G bends one sheet of random numbers over the data: it cannot tear it, only thin it out. {KEYS}"
        return Frame(title="The generator's grid", caption=caption, figures=(figure, numbers), facts=("AD3",))
    if k == 2:
        figure = plane(
            "arena", "-gradient of G's loss at made points", **base, arrows=arrows, arrows_label="pull of G's loss",
            about="Each arrow is minus the gradient of G's own loss by that point: where the point should move.",
        )  # fmt: skip
        caption = f"What D teaches G: each made point is pulled where G's loss falls. {KEYS}"
        return Frame(title="Pulls", caption=caption, figures=(figure, numbers), facts=("AD2",))
    if k == 3:
        figure = plane("arena", "all in one", **base, surface=surface, manifold=view.manifold, arrows=arrows)
        caption = f"All players at once. {KEYS}"
        return Frame(title="All layers", caption=caption, figures=(figure, numbers), facts=("AD2", "AD3"))
    if k == 4:
        figure = plane("arena", "real and generated points", **base)
        caption = f"Which parts of the data do G's points reach? A mode counts from 1 % of them on. {KEYS}"
        bars = mode_bars("modes", "made", view.fake)
        return Frame(title="Modes", caption=caption, figures=(figure, bars), facts=("AD3",))
    return Frame(
        title="Losses so far",
        caption=f"Neither loss simply falls: what one gains, the other loses. {KEYS}",
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
    """The loop of the two networks with the numbers of the game, then its curves."""
    return Frames(2, partial(_schematic, state))


def _schematic(state: State, k: int) -> Frame:
    game, loss = played(state), loss_in_use(state)
    view, last = game.view, (game.losses or [("", 0.0)])[-1][0]
    if k == 1:
        caption = "Both losses with the levels where D can only guess, computed from the loss that is chosen."
        return Frame(title="Losses", caption=caption, figures=(history(game, loss), measured(game, loss)))
    wish = "-ln D" if loss == "non-saturating" else "ln(1-D)"
    nodes = (
        Node(name="z ~ N(0,I)", x=0.0, y=0.0, label="2 numbers"),
        Node(name="G", x=0.36, y=0.0, label="8,642 weights", role="active" if last == "g" else "plain"),
        Node(name="made", x=0.72, y=0.0, label=f"mean D {view.d_fake:.3f}"),
        Node(name="real", x=0.0, y=1.0, label=f"mean D {view.d_real:.3f}"),
        Node(name="D", x=0.72, y=0.5, label="8,577 weights", role="active" if last == "d" else "plain"),
        Node(name="loss of D", x=0.72, y=1.0, label=f"{view.loss_d:.3f} | {reference(loss)['D']:.3f}"),
        Node(name="loss of G", x=0.2, y=0.5, label=f"{view.loss_g:.3f} | {reference(loss)['G']:.3f}"),
    )
    edges = (
        Edge(source=0, target=1),
        Edge(source=1, target=2),
        Edge(source=2, target=4, label="label 0"),
        Edge(source=3, target=4, label="label 1"),
        Edge(source=4, target=5),
        Edge(source=4, target=6, label=wish),
        Edge(source=6, target=1, label="gradient", role="path"),
    )
    net = Net(
        name="loop",
        title="losses: now | at balance",
        about=(
            "Only G generates. D never makes anything: it answers how probably a point is real, and the gradient of "
            "G's loss through D is all that G learns from."
        ),
        nodes=nodes,
        edges=edges,
        height=13,
    )
    caption = "Random numbers become points, D judges them beside real ones, and each side has a loss of its own."
    return Frame(title="The loop", caption=caption, figures=(net,), formulas=_formulas(view, loss))


def _formulas(view: Any, loss: str) -> tuple[Formula, ...]:
    of_g = "-mean ln D(G(z))" if loss == "non-saturating" else "mean ln(1 - D(G(z)))"
    return (
        Formula(symbols="L_D = -mean ln D(x) - mean ln(1 - D(G(z)))", numbers=f"L_D = {view.loss_d:.4f}"),
        Formula(symbols=f"L_G = {of_g}", numbers=f"L_G = {view.loss_g:.4f}"),
    )
