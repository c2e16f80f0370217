"""What `unet` claims of its ladder, its skips and its attention: by hooks on the lab's network, and PyTorch."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...data import digits16
from ...models.unet import UNet
from ..kit.facts import Outcome
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.denoiser_inside import batch, blocks, watched
from ..trainings.denoising_digits import NAME
from ..trainings.digit_denoiser import DigitDenoiser, fresh
from ..unet import LESSON
from ..workings.bottleneck_frames import looks, shuffled
from ..workings.noised_digit import noised
from .shown import agree, apart, figures

shown = partial(figures, LESSON)
SIZES = ("16x16", "8x8", "4x4")


def time(state: State) -> int:
    """t, at least 1."""
    return max(1, int(state["t"]))


@lru_cache(4)
def untrained(seed: int) -> DigitDenoiser:
    """A denoiser that was not trained, but whose attention, blocks and last convolution are not zero either."""
    network, data = fresh(seed), digits16.load(0)
    with seeded(seed + 1), torch.no_grad():
        nn.init.normal_(network.attention.attention.output.weight, std=0.2)
        nn.init.normal_(network.head.weight, std=0.1)
        for block in blocks(network).values():
            nn.init.normal_(block.norm2.affine.weight, std=0.2)
            nn.init.normal_(block.conv2.weight, std=0.2)
    images = (data.test.x * 2 - 1).astype(np.float32)
    return DigitDenoiser(network=network, images=images, labels=data.test.y, means=images[:10, 0])


def standing_in(state: State) -> State:
    """The state with that denoiser for the trained one."""
    return state.with_result(NAME, untrained(state.seed))


def looked(state: State) -> Outcome:
    """Weights that are shown are PyTorch's; rows sum to 1; permuted pixels permute the output."""
    network: UNet = state.result(NAME).network
    t, label, x_t, head = time(state), int(state["digit"]), noised(state, time(state)), int(state["head"]) - 1
    layer, inner = network.attention, network.attention.attention
    inside = watched(network, {"tokens": inner, "all": layer, "mix": inner.attend}, x_t[None], t, label)
    tokens = torch.from_numpy(inside["tokens"][0][0]).float()
    order = shuffled(len(tokens), state.seed)

    def weights(of: torch.Tensor) -> Any:
        with torch.no_grad():
            q, k = (part(of).view(16, inner.heads, -1)[:, head].double() for part in (inner.query, inner.key))
        return (q @ k.T / q.shape[-1] ** 0.5).softmax(-1).numpy()

    f, again = shown("bottleneck", state), shown("permuted", state)
    oracle, pixel = weights(tokens), int(state["pixel"]) - 1
    best = torch.from_numpy(oracle[pixel]).topk(5)
    maps = torch.from_numpy(inside["all"][0]).float()
    with torch.no_grad():
        straight, turned = layer(maps).flatten(2)[:, :, order], layer(maps.flatten(2)[:, :, order].reshape(maps.shape))
    return agree(
        (f["weights"].values, oracle),
        (np.sum(f["weights"].values, 1), np.ones(16)),
        (np.ravel(f["map"].values), oracle[pixel]),
        (f["top"].values, best.values),
        ([4 * int(name[0]) + int(name[2]) - 5 for name in f["top"].labels], best.indices),
        (again["in place"].values, oracle),
        (again["shuffled"].values, weights(tokens[order])),
        (again["put back"].values, oracle),
        (looks(state)[0].output, inside["mix"][1][0][head]),
        (turned.flatten(2), straight),
        tolerance=1e-4,
    )


def counted(state: State) -> Outcome:
    """What PyTorch's convolutions count for both ways to join."""

    def parameters(inputs: int, outputs: int) -> int:
        with seeded(0):
            return sum(p.numel() for p in nn.Conv2d(inputs, outputs, 3, padding=1).parameters())

    both: dict[str, int] = {}
    pairs: list[tuple[Any, Any]] = []
    for c in (64, int(state["channels"])):
        f = shown("joining", state.with_values(channels=c))
        both = both or dict(zip(("concat", "add"), (int(value) for value in f["parameters"].values), strict=True))
        joined = torch.cat((torch.zeros(1, c, 4, 4), torch.zeros(1, c, 4, 4)), 1).shape[1]
        oracle = [parameters(joined, c), parameters(c, c)]
        pairs += [(f["parameters"].values, oracle), ([row[1] for row in f["joins"].rows], [joined, c])]
        pairs.append(([int(row[2].replace(",", "")) for row in f["joins"].rows], oracle))
    expected = {"concat": 73_792, "add": 36_928}
    return Outcome(both, expected, both == expected and apart(*pairs) == 0)


def layers(network: UNet) -> list[Any]:
    """The parts of the network in the order in which they are asked, as the ladder has them."""
    kinds = blocks(network)
    return [
        network.embedding, network.stem, kinds["enc16"], network.down[0], kinds["enc8"], network.down[1], kinds["enc4"],
        kinds["mid1"], network.attention, kinds["mid2"], kinds["dec4"], network.up[0], kinds["dec8"], network.up[1],
        kinds["dec16"], network.head,
    ]  # fmt: skip


def laddered(state: State) -> Outcome:
    """Boxes, depths and wires are the network's: what flows into a decoder's block is an encoder's output."""
    network = untrained(state.seed).network
    parts = layers(network)
    order: list[str] = []
    hooks = [p.register_forward_hook(lambda *_, k=k: order.append(str(k))) for k, p in enumerate(parts)]
    seen = watched(network, {str(k): part for k, part in enumerate(parts)}, noised(state, time(state))[None], 500, 0)
    for hook in hooks:
        hook.remove()
    shapes = [list(seen[str(k)][1].shape[1:]) for k in range(len(parts))]
    numbers = [sum(p.numel() for p in part.parameters()) for part in parts]
    numbers[-1] += sum(p.numel() for p in network.norm.parameters())
    joined = {(source, target) for target in (10, 12, 14) for source in (2, 4, 6) if _flows(seen, source, target)}
    right = order == [str(k) for k in range(len(parts))] and len(joined) == 3
    for cut in ("none", *SIZES, "all"):
        ladder = shown("ladder", state.with_values(cut=cut))["unet"]
        right &= [box.shape for box in ladder.boxes] == ["x".join(map(str, shape)) for shape in shapes]
        right &= [int(box.detail.replace(",", "")) for box in ladder.boxes] == numbers
        right &= [box.depth for box in ladder.boxes[1:]] == [int(np.log2(16 / shape[-1])) for shape in shapes[1:]]
        right &= {(wire.source, wire.target) for wire in ladder.wires} == joined
        for wire in ladder.wires:
            size = ladder.boxes[wire.source].shape.partition("x")[2]
            right &= wire.cut == (cut in ("all", size)) and wire.label.endswith(" " + size)
    total = sum(p.numel() for p in network.parameters())
    for k, (shape, count) in enumerate(zip(shapes, numbers, strict=True)):
        f = shown("ladder", state, k)
        right &= [str(row[1]) for row in f["box"].rows] == [
            "x".join(map(str, shape)), str(int(np.prod(shape))), f"{count:,}", f"{count / total:.1%}", f"{total:,}",
        ]  # fmt: skip
        right &= [box.active for box in f["unet"].boxes] == [j == k for j in range(len(parts))]
        right &= apart(([box.share for box in f["unet"].boxes], np.array(numbers) / max(numbers))) <= 1e-9
    told = {"parameters": sum(numbers), "skips": len(shown("ladder", state)["unet"].wires)}
    return Outcome(told, {"parameters": total, "skips": 3}, right and sum(numbers) == total)


def _flows(seen: dict[str, Any], source: int, target: int) -> bool:
    """Whether the last channels of what a block gets are the output of another."""
    out, given = seen[str(source)][1], seen[str(target)][0]
    tail = given[:, -out.shape[1] :]
    return tail.shape == out.shape and bool(np.array_equal(tail, out))


def without(network: UNet, cut: str) -> Callable[[Any, Any, Any], Any]:
    """The network's answers with zeros for what some skips bring: set where the decoder's blocks begin."""
    kinds, widths = blocks(network), dict(zip(SIZES, (8, 16, 32), strict=True))

    def ask(x_t: Any, t: Any, labels: Any) -> Any:
        def lose(width: int, given: Any) -> Any:
            maps = given[0].clone()
            maps[:, -width:] = 0
            return (maps, *given[1:])

        hooks = [
            kinds["dec" + size.partition("x")[0]].register_forward_pre_hook(
                lambda _, given, width=width: lose(width, given)
            )
            for size, width in widths.items()
            if cut in ("all", size)
        ]
        try:
            with torch.no_grad():
                return network(*batch(x_t, t, labels))[:, 0]
        finally:
            for hook in hooks:
                hook.remove()

    return ask


def cutting(state: State) -> Outcome:
    """Cutting the finest skip costs the noise's detail; losses and pictures are those without what it brings."""
    import copy

    denoiser, at = state.result(NAME), state.with_values(t=300)
    network = copy.deepcopy(denoiser.network)  # frames and facts ask the network from two threads
    x_t, noise, labels = denoiser.test_batch(64, 300)
    f, losses, details = shown("cuts", at), {}, {}
    pairs: list[tuple[Any, Any]] = []
    for cut in f["loss"].labels:
        answer = without(network, cut)(x_t, 300, labels)
        losses[cut] = float(F.mse_loss(answer, torch.tensor(noise)))
        details[cut] = _rough(answer) / _rough(torch.tensor(noise))
        picture = shown("skips", at.with_values(cut=cut))["eps_hat cut"].values
        pairs.append((picture, without(network, cut)(noised(at, 300)[None], 300, int(state["digit"]))[0]))
    pairs += [(f["loss"].values, [*losses.values()]), (f["detail"].values, [*details.values()])]
    lost, other = losses["16x16"] / losses["none"], max(losses["8x8"], losses["4x4"]) / losses["none"]
    holds = lost >= 5 and lost >= 2 * other and abs(details["none"] - details["16x16"]) >= 0.2
    error = apart(*pairs)
    return Outcome(
        {"loss times": lost, "error": error},
        {"loss times": ">= 5", "error": "<= 1e-4"},
        holds and error <= 1e-4 and abs(details["none"] - 1) <= 0.2,
    )


def _rough(images: torch.Tensor) -> float:
    down, across = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return float((down.square().mean() + across.square().mean()) / 2)
