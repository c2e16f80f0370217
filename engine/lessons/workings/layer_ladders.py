"""One layer of each stack opened: its parts in order, its residual paths, its parameters. Torch-free."""

from ..kit.figures import Box, Formula, Ladder, Origin, Wire
from .translating import Plan

SUBLAYERS = {
    "encoder": ("self-attention", "feed-forward"),
    "decoder": ("masked self-attention", "cross-attention", "feed-forward"),
}
"""In the order in which a token passes them."""


def parameters(plan: Plan, part: str) -> int:
    """Weights and biases of one part: four projections, two matrices, or a gain and a bias."""
    m = plan.width
    if "attention" in part:
        return 4 * (m * m + m)
    return 2 * m * plan.hidden + plan.hidden + m if part == "feed-forward" else 2 * m


def layer_parameters(plan: Plan, stack: str) -> int:
    """Of one whole layer; every sub-layer has a layer norm."""
    return sum(parameters(plan, part) + parameters(plan, "layer norm") for part in SUBLAYERS[stack])


def counting(plan: Plan, stack: str) -> tuple[Formula, ...]:
    """The parameters of one layer: of each sub-layer, and of the norm that each has."""
    parts = [f"{parameters(plan, part):,}" for part in SUBLAYERS[stack]]
    norms = f"{len(parts)}·{parameters(plan, 'layer norm')}"
    numbers = f"{' + '.join(parts)} + {norms} = {layer_parameters(plan, stack):,}"
    return (Formula(symbols="sub-layers + a layer norm each", numbers=numbers),)


def _counted(plan: Plan, part: str) -> str:
    m, h, count = plan.width, plan.hidden, parameters(plan, part)
    if "attention" in part:
        return f"4·({m}·{m} + {m}) = {count:,}"
    return f"{m}·{h} + {h} + {h}·{m} + {m} = {count:,}" if part == "feed-forward" else f"2·{m} = {count}"


def opened(plan: Plan, stack: str, tokens: int) -> Ladder:
    """The parts of one layer, the norm first (pre-LN) or last (post-LN) in each sub-layer."""
    shape = f"{tokens}x{plan.width}"
    whole = layer_parameters(plan, stack)
    boxes, wires = [Box(name="stream in", shape=shape)], []
    for part in SUBLAYERS[stack]:
        start = len(boxes) - 1
        inner = ["layer norm", part] if plan.norm_first else [part]
        for name in inner:
            boxes.append(_box(plan, name, shape, whole))
        boxes.append(Box(name="+", shape=shape, detail="residual sum"))
        wires.append(Wire(source=start, target=len(boxes) - 1, label="residual"))
        if not plan.norm_first:
            boxes.append(_box(plan, "layer norm", shape, whole))

    def origin(row: int, _: int) -> Origin | None:
        name = boxes[row].name
        if not boxes[row].depth:
            return None
        formula = Formula(symbols=f"parameters of the {name}, D = {plan.width}", numbers=_counted(plan, name))
        return Origin(formulas=(formula,))

    return Ladder(
        name=stack,
        title=f"one {stack} layer, {whole:,} parameters",
        about="A sub-layer computes a change; the residual path carries the stream past it, and the sum is handed on. "
        "With pre-LN the norm stands before the sub-layer, with post-LN (as in 2017) after the sum.",
        boxes=boxes,
        wires=wires,
        origin=origin,
        share_label="share of the layer's parameters",
    )


def _box(plan: Plan, name: str, shape: str, whole: int) -> Box:
    count = parameters(plan, name)
    detail = f"{count:,}" + (", K and V from the memory" if name == "cross-attention" else "")
    return Box(
        name=name,
        shape=shape,
        depth=1,
        share=count / whole,
        detail=detail,
        active="attention" in name or "feed" in name,
    )
