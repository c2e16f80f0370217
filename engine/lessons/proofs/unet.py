"""What `unet` claims: by PyTorch's own group norm, attention and convolutions, and by the lab's network."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from ...models.unet import AdaGN, ResBlock, UNet
from ...sampling.noise import NoiseSchedule
from ..kit.facts import Claim, Outcome
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.denoiser_inside import adagn_of, batch, blocks, scale_shift, watched
from ..trainings.denoising_digits import NAME
from ..trainings.digit_denoiser import DigitDenoiser, fresh
from ..workings.adagn import adagn, feature_maps, group_norm
from ..workings.digit_pictures import picture
from ..workings.noised_digit import eps, noised
from ..workings.noising import x0_hat
from ..workings.unet_plan import BLOCKS
from .shown import agree, apart
from .unet_wiring import counted, cutting, laddered, looked, shown, standing_in, time, untrained

BY_HAND = ((0.0, 0.0), (0.5, 1.0), (-0.75, -2.0))
"""Scales and shifts that are tried besides those that are set."""


def _table(x: torch.Tensor) -> list[list[float]]:
    """Mean and variance of both groups."""
    return [[float(part.mean()), float(part.var(correction=0))] for part in x.chunk(2)]


def groups(state: State) -> Outcome:
    """Group norm that is shown is PyTorch's; its groups have mean 0 and variance 1."""
    first, second = shown("normalising", state), shown("normalising", state, 1)
    h = torch.from_numpy(np.asarray(first["maps"].images))
    normal = F.group_norm(h[None], 2)[0]
    return agree(
        (second["maps"].images, normal),
        (second["channel 1"].values, normal[0]),
        (first["channel 1"].values, h[0]),
        (np.array([row[1:] for row in first["groups"].rows]), _table(h)),
        (np.array([row[1:] for row in second["groups"].rows]), [[0.0, 1.0]] * 2),
        tolerance=1e-4,
    )


def adaptive(state: State) -> Outcome:
    """(1 + s) GN(h) + b of group 1 is what the lab's AdaGN computes; with the zeros that it begins with it is GN."""
    h = torch.from_numpy(feature_maps(state["digit"], state.seed))[None]
    emb = torch.ones(1, 1, dtype=torch.float64)
    pairs: list[tuple[Any, Any]] = []
    with seeded(state.seed):
        layer = AdaGN(16, 1).double()
    with torch.no_grad():
        pairs.append((layer(h, emb)[0], F.group_norm(h, 2)[0]))
        for scale, shift in ((state["scale"], state["shift"]), *BY_HAND):
            of_map = torch.tensor([1.0] * 8 + [0.0] * 8, dtype=torch.float64)
            layer.affine.bias.copy_(torch.cat([scale * of_map, shift * of_map]))
            oracle = layer(h, emb)[0]
            f = shown("normalising", state.with_values(scale=scale, shift=shift), 2)
            pairs += [(f["maps"].images, oracle), (f["channel 1"].values, oracle[0])]
            pairs.append((np.array([row[1:] for row in f["groups"].rows]), _table(oracle)))
    return agree(*pairs, tolerance=1e-5)


def trained_adagn(state: State) -> Outcome:
    """In the trained network too, for every block; bars and curves are its own scale and shift."""
    network, t, label = state.result(NAME).network, time(state), int(state["digit"])
    x_t, worst, size = noised(state, t), 0.0, 0.0
    for block in BLOCKS:
        given, out, norm = adagn_of(network, block, x_t, t, label)
        scale, shift = (part[0] for part in scale_shift(network, block, [t], label))
        worst = max(worst, float(np.abs(adagn(group_norm(given, *norm), scale, shift) - out).max()))
        size = max(size, float(np.abs(scale).max()))
        if block == state["block"]:
            f, curve = shown("adagn", state), shown("reach", state)["over t"]
            over = np.array([_affine(network, block, int(s), label)[0] for s in curve.x])
            lines = {int(name.removeprefix("map ")) - 1: line for name, line in curve.lines.items()}
            normal = group_norm(given, norm[0]).reshape(norm[0], -1)
            told = [[m, v] for m, v in zip(normal.mean(1), normal.var(1), strict=True)]
            oracle = _affine(network, block, t, label)
            worst = max(
                worst,
                apart(
                    (f["scale"].values, 1 + oracle[0][: len(f["scale"].values)]),
                    (f["shift"].values, oracle[1][: len(f["shift"].values)]),
                    (np.array([*lines.values()]), over.T[list(lines)]),
                    (np.array([row[3:] for row in f["groups"].rows]), told),
                ),
            )
    return Outcome(
        {"error": worst, "largest scale": size},
        {"error": "<= 1e-4", "largest scale": ">= 0.05"},
        worst <= 1e-4 and size >= 0.05,
    )


def _affine(network: UNet, block: str, t: int, label: int) -> Any:
    """Scale and shift by a hook on the layer that gives them, in a pass through the whole network."""
    layer = blocks(network)[block].norm2.affine
    return watched(network, {"affine": layer}, np.zeros((1, 16, 16)), t, label)["affine"][1][0].reshape(2, -1)


def fresh_looks(state: State) -> Outcome:
    """With random weights, for both heads."""
    own = looked(standing_in(state))
    other = looked(standing_in(state.with_values(head=3 - int(state["head"]), pixel=16)))
    return Outcome(own.computed, own.expected, own.holds and other.holds)


def told(state: State) -> Outcome:
    """The strip is the lab's embedding of t; scale and shift begin at zero, so that at first t changes nothing."""
    network, f, t = fresh(state.seed), shown("times", state), int(state["t"])
    strip = np.array([int(label) for label in f["strip"].row_labels])
    times = np.concatenate([strip, f["alike"].x, [t]])
    waves = watched(
        network, {"in": network.embedding.linear1}, np.zeros((len(times), 16, 16)), times.astype(np.int64), 0
    )["in"][0]
    alike = F.cosine_similarity(torch.from_numpy(waves[len(strip) : -1]), torch.from_numpy(waves[-1:]), dim=1)
    error = apart(
        (f["strip"].values, waves[: len(strip)]),
        (next(iter(f["alike"].lines.values())), alike),
    )
    at_first = max(_changes(network, state).values())
    later = _changes(standing_in(state).result(NAME).network, state)
    same = max(_changes(standing_in(state).result(NAME).network, state, same=True).values())
    apart_ = min(later.values()) >= 1e-3 or int(state["other"]) == time(state)
    return Outcome(
        {"error": error, "same t": same, "at first": at_first},
        {"error": "<= 1e-3", "same t": 0.0, "at first": 0.0},
        error <= 1e-3 and same == at_first == 0 and apart_,
    )


def trained_time(state: State) -> Outcome:
    """In the trained network another t changes the output of every block, by as much as is drawn."""
    network = state.result(NAME).network
    other, same = _changes(network, state), _changes(network, state, same=True)
    f = shown("reach", state)
    error = apart((f["changes"].values, [other[name] for name in f["changes"].labels]))
    least = min(other.values())
    count = sum(isinstance(module, ResBlock) for module in network.modules())
    enough = least >= 1e-3 or int(state["other"]) == time(state)
    return Outcome(
        {"least": least, "error": error},
        {"least": ">= 0.001", "error": "<= 1e-5"},
        enough and error <= 1e-5 and len(other) == count == len(f["changes"].labels) and max(same.values()) == 0,
    )


def _changes(network: UNet, state: State, same: bool = False) -> dict[str, float]:
    """How much the output of each block changes with t, by its root mean square."""
    t, label, x_t = time(state), int(state["digit"]), noised(state, time(state))[None]
    one = watched(network, {**blocks(network)}, x_t, t, label)
    two = watched(network, {**blocks(network)}, x_t, t if same else int(state["other"]), label)
    return {name: float(np.linalg.norm(one[name][1] - two[name][1]) / np.linalg.norm(one[name][1])) for name in one}


def starts(state: State) -> Outcome:
    """The last convolution begins at zero: eps_hat is 0, the loss is the variance of the noise, about 1."""
    network = fresh(state.seed)
    generator = torch.Generator().manual_seed(state.seed)
    noise = torch.randn((16, 1, 16, 16), generator=generator)
    with torch.no_grad():
        answer = network(noise, torch.full((16,), time(state)))
    largest, loss = float(answer.abs().max()), float(F.mse_loss(answer, noise))
    given = untrained(state.seed)
    begun = DigitDenoiser(network=network, images=given.images, labels=given.labels, means=given.means)
    f = shown("predicts", state.with_result(NAME, begun))
    largest = max(largest, apart((f["eps_hat"].values, 0 * f["eps"].values), (f["eps error"].values, f["eps"].values)))
    holds = answer.shape == noise.shape and largest == 0 and abs(loss - 1) <= 0.08
    return Outcome(
        {"eps_hat": largest, "loss": loss},
        {"eps_hat": 0.0, "loss": 1.0},
        holds and float(network.head.weight.detach().abs().max()) == 0,
    )


def solved(state: State) -> Outcome:
    """x0_hat that is shown is what the lab's schedule makes of x_t and eps_hat; with the true noise it is x_0."""
    t, at, schedule = time(state), standing_in(state), NoiseSchedule("linear")
    f, abar = {**shown("predicts", at), **shown("image", at)}, float(schedule.alpha_bar[t])
    with torch.no_grad():
        guess = at.result(NAME).network(*batch(noised(state, t)[None], t, int(state["digit"])))[0, 0]
    x_t = torch.from_numpy(f["x_t"].values)
    oracle = schedule.estimate("eps", torch.tensor(f["eps_hat"].values).double(), x_t, t)[1]
    truth = x0_hat(x_t.numpy(), f["eps"].values, abar)
    x_0, noise = (torch.from_numpy(part) for part in (picture(state["digit"]), f["eps"].values))
    back = [
        schedule.estimate(predict, schedule.target(predict, x_0, noise, t), x_t, t) for predict in ("eps", "x0", "v")
    ]
    size = max(1.0, abar**-0.5, (1 - abar) ** -0.5)  # rounding of float32 is divided by the smaller root
    round_trips = apart(
        *((part / size, true / size) for pair in back for part, true in zip(pair, (noise, x_0), strict=True))
    )
    exact = apart((truth, picture(state["digit"])))
    ratio = abs(float(schedule.snr(torch.tensor(t))) * (1 - abar) / abar - 1)
    reach = max(1.0, float(oracle.abs().max()))
    error = apart(
        (f["eps_hat"].values, guess),
        (f["x0_hat"].values / reach, oracle.clamp(-1, 1) / reach),
        (f["eps error"].values, eps(state) - guess.double().numpy()),
    )
    return Outcome(
        {"x_0 off by": exact, "error": error},
        {"x_0 off by": "<= 1e-9", "error": "<= 1e-3"},
        exact <= 1e-9 and error <= 1e-3 and max(round_trips, ratio) <= 1e-5,
    )


def finds(state: State) -> Outcome:
    """Trained, its error by t is PyTorch's MSE, small, and smaller the more noise there is."""
    denoiser, f = state.result(NAME), shown("errors", state)
    abar, at = NoiseSchedule("linear").alpha_bar, f["image error"].x.tolist()
    middles, oracle = range(50, 1000, 100), []
    for t in at:
        x_t, noise, labels = denoiser.test_batch(64, t)
        with torch.no_grad():
            answer = denoiser.network(*batch(x_t, t, labels))
        oracle.append(float(F.mse_loss(answer[:, 0], torch.tensor(noise))))
    of_image = [loss / float(abar[t] / (1 - abar[t])) for loss, t in zip(oracle, at, strict=True)]
    tenths = [oracle[at.index(t)] for t in middles]
    lines, mean = f["image error"].lines, float(np.mean(tenths))
    cuts = shown("cuts", state)["loss"]
    error = apart(
        (f["buckets"].values, tenths),
        (cuts.values[[*cuts.labels].index("none")], oracle[at.index(time(state))]),
        (lines["of eps_hat"], oracle),
        (np.log(lines["of x0_hat"]), np.log(of_image)),
        ([float(label.removeprefix("t = ")) for label in f["buckets"].labels], [*middles]),
    )
    falls = tenths[0] / tenths[-1]
    return Outcome(
        {"mean loss": mean, "first/last": falls},
        {"mean loss": "<= 0.08", "first/last": ">= 5"},
        error <= 1e-4 and mean <= 0.08 and falls >= 5,
    )


CLAIMS = (
    Claim(id="AI1", says="group norm gives each group mean 0 and variance 1", check=groups),
    Claim(id="AI1", says="AdaGN is (1 + s) GN(h) + b, and GN at first: s = b = 0", check=adaptive),
    Claim(id="AI1", says="trained, AdaGN of every block is (1 + s) GN(h) + b", check=trained_adagn, needs=NAME),
    Claim(id="AI2", says="16 tokens; rows sum to 1; permuted pixels permute output", check=fresh_looks),
    Claim(id="AI2", says="the same with trained weights", check=looked, needs=NAME),
    Claim(id="AI3", says="the ladder is the network: shapes, parameters, wires", check=laddered),
    Claim(id="AI3", says="joining 64 and 64 maps: 73,792 parameters, added 36,928", check=counted),
    Claim(id="AI3", says="cutting the finest skip costs the noise's detail", check=cutting, needs=NAME),
    Claim(id="AI4", says="t reaches every block; at first it is ignored", check=told),
    Claim(id="AI4", says="trained, another t changes every block's output", check=trained_time, needs=NAME),
    Claim(id="AI5", says="x0_hat = (x_t - sqrt(1 - abar) eps_hat) / sqrt(abar)", check=solved),
    Claim(id="AI5", says="before training eps_hat is 0 and the loss about 1", check=starts),
    Claim(id="AI5", says="trained, it finds the noise: best where there is most", check=finds, needs=NAME),
)
