"""What `unet` claims: by PyTorch's own group norm, attention and convolutions, and by the lab's network."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...models.unet import AdaGN, ResBlock, SelfAttention, UNet
from ...sampling.noise import NoiseSchedule
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every, same_arrays
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.denoiser_inside import (
    adagn_of,
    batch,
    blocks,
    bottleneck_tokens,
    queries_keys_values,
    scale_shift,
    watched,
)
from ..trainings.denoising_digits import NAME
from ..trainings.digit_denoiser import fresh, skips
from ..workings.adagn import CHANNELS, GROUPS, adagn, embedding, feature_maps, group_norm, statistics
from ..workings.adagn_frames import STRIP, hand_set
from ..workings.attending import attend
from ..workings.bottleneck_frames import attended, shuffled
from ..workings.noised_digit import eps, noised
from ..workings.noising import x0_hat
from ..workings.skip_frames import details
from ..workings.unet_plan import BLOCKS, SKIPS, conv, plan


def time(state: State) -> int:
    """t, at least 1."""
    return max(1, int(state["t"]))


def groups(state: State) -> Outcome:
    """Group norm is PyTorch's; its groups have mean 0 and variance 1."""
    h = feature_maps(state["digit"], state.seed)
    ours = group_norm(h, GROUPS)
    oracle = F.group_norm(torch.from_numpy(h)[None], GROUPS)[0]
    mean, variance = statistics(ours, GROUPS)
    return every(
        GN=same_arrays(ours, oracle, 1e-9),
        largest_mean=at_most(float(np.abs(mean).max()), 1e-9),
        variances=close([float(v) for v in variance], [1.0] * GROUPS, 1e-3),
    )


def adaptive(state: State) -> Outcome:
    """(1 + s) GN(h) + b is what the lab's AdaGN computes; with the zeros that it begins with it is GN."""
    h = torch.from_numpy(feature_maps(state["digit"], state.seed))[None]
    scale, shift = hand_set(state)
    ours = adagn(group_norm(h[0].numpy(), GROUPS), scale, shift)
    emb = torch.ones(1, 1, dtype=torch.float64)
    with seeded(state.seed), torch.no_grad():
        layer = AdaGN(CHANNELS, 1).double()
        at_first = layer(h, emb)[0]
        layer.affine.bias.copy_(torch.from_numpy(np.concatenate([scale, shift])))
        oracle = layer(h, emb)[0]
    plain = F.group_norm(h, GROUPS)[0]
    return every(AdaGN=same_arrays(ours, oracle, 1e-9), at_first_it_is_GN=same_arrays(at_first, plain, 1e-12))


def trained_adagn(state: State) -> Outcome:
    """In the trained network too, for every block, with the scale and shift that are shown."""
    network, t, label = state.result(NAME).network, time(state), int(state["digit"])
    x_t, worst, size = noised(state, t), 0.0, 0.0
    for block in BLOCKS:
        given, out, norm = adagn_of(network, block, x_t, t, label)
        scale, shift = (part[0] for part in scale_shift(network, block, [t], label))
        worst = max(worst, float(np.abs(adagn(group_norm(given, *norm), scale, shift) - out).max()))
        size = max(size, float(np.abs(scale).max()))
    return every(largest_difference=at_most(worst, 1e-4), largest_scale_learned=at_least(size, 0.05))


def random_attention(seed: int) -> tuple[UNet, SelfAttention]:
    """A fresh network, and its attention with an output that is not zero."""
    network = fresh(seed)
    with seeded(seed + 1), torch.no_grad():
        nn.init.normal_(network.attention.attention.output.weight, std=0.2)
    return network, network.attention


def looks(network: UNet, state: State) -> Outcome:
    """Sixteen tokens; weights and mix as PyTorch's; rows sum to 1; shuffled pixels give the same output shuffled."""
    t, label, x_t = time(state), int(state["digit"]), noised(state, time(state))
    layer = network.attention
    tokens = bottleneck_tokens(network, x_t, t, label)
    parts = queries_keys_values(network, tokens)
    heads = [attended(parts, head) for head in range(len(parts[0]))]
    inside = watched(network, {"mix": layer.attention.attend, "all": layer}, x_t[None], t, label)
    q, k, _ = (torch.from_numpy(part) for part in parts)
    oracle = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1)
    weights = np.array([head.weights for head in heads])
    order = shuffled(16, state.seed)
    maps = torch.from_numpy(inside["all"][0]).float()
    moved = maps.flatten(2)[:, :, order].reshape(maps.shape)
    with torch.no_grad():
        straight, turned = layer(maps).flatten(2)[:, :, order], layer(moved).flatten(2)
    again = attend(*(part[0][order] for part in parts))
    return every(
        tokens=equal(len(tokens), 16),
        weights=same_arrays(weights, oracle, 1e-9),
        mix=same_arrays(np.array([head.output for head in heads]), inside["mix"][1][0], 1e-4),
        rows_sum_to_1=same_arrays(weights.sum(-1), np.ones(weights.shape[:2]), 1e-12),
        permuted_output=same_arrays(turned, straight, 1e-4),
        permuted_in_the_picture=same_arrays(again.output, heads[0].output[order], 1e-9),
    )


def fresh_looks(state: State) -> Outcome:
    """With random weights."""
    return looks(random_attention(state.seed)[0], state)


def trained_looks(state: State) -> Outcome:
    """With trained weights."""
    return looks(state.result(NAME).network, state)


def counted(state: State) -> Outcome:
    """What PyTorch's convolutions count for both ways to join."""

    def parameters(inputs: int, outputs: int) -> int:
        with seeded(0):
            return sum(p.numel() for p in nn.Conv2d(inputs, outputs, 3, padding=1).parameters())

    c = int(state["channels"])
    return every(
        concat_of_64_and_64=Outcome(conv(128, 64), 73_792, conv(128, 64) == parameters(128, 64) == 73_792),
        add_of_64=Outcome(conv(64, 64), 36_928, conv(64, 64) == parameters(64, 64) == 36_928),
        as_set=equal([conv(2 * c, c), conv(c, c)], [parameters(2 * c, c), parameters(c, c)]),
        channels=equal(list(torch.cat((torch.zeros(1, 64, 4, 4), torch.zeros(1, 64, 4, 4)), 1).shape), [1, 128, 4, 4]),
    )


def laddered(state: State) -> Outcome:
    """The ladder's shapes and parameters are those of the lab's network, which gives back the shape it was given."""
    network = fresh(state.seed)
    found = watched(network, {**blocks(network)}, np.zeros((1, 16, 16)), 500, 0)
    shapes = {part.block: [part.channels, part.size, part.size] for part in plan() if part.block}
    with torch.no_grad():
        out = network(*batch(np.zeros((1, 16, 16)), 500, 0))
    joined = {s: [p.channels for p in plan() if p.name in (a, b)] for s, a, b in SKIPS}
    return every(
        shapes=equal(shapes, {name: list(seen[1].shape[1:]) for name, seen in found.items()}),
        parameters=equal(sum(part.parameters for part in plan()), sum(p.numel() for p in network.parameters())),
        shape_restored=equal(list(out.shape), [1, 1, 16, 16]),
        skips=equal(sorted(joined), sorted(size for size, _ in skips(network))),
    )


def cutting(state: State) -> Outcome:
    """Cutting the finest skip of the trained network costs the noise's detail; it is the one that matters most."""
    denoiser, t = state.result(NAME), 300
    errors = {cut: denoiser.error(t, cut) for cut in ("none", "16x16", "8x8", "4x4")}
    x_t, noise, labels = denoiser.test_batch(64, t)
    with torch.no_grad():
        open_ = F.mse_loss(denoiser.network(*batch(x_t, t, labels))[:, 0], torch.tensor(noise))
    sharp, blunt = details(state, t, "none"), details(state, t, "16x16")
    return every(
        loss=close(errors["none"], float(open_), 1e-5),
        finest_cut_over_none=at_least(errors["16x16"] / errors["none"], 5.0),
        finest_over_the_others_cut=at_least(errors["16x16"] / max(errors["8x8"], errors["4x4"]), 2.0),
        detail_lost=at_least(abs(sharp - blunt), 0.2),
        detail_with_skips=close(sharp, 1.0, 0.2),
    )


def told(state: State) -> Outcome:
    """The strip is the lab's embedding of t; scale and shift begin at zero, so that at first t changes nothing."""
    network = fresh(state.seed)
    seen = watched(network, {"in": network.embedding.linear1}, np.zeros((len(STRIP), 16, 16)), np.array(STRIP), 0)
    at_first = _changes(network, state)
    with seeded(state.seed), torch.no_grad():
        for block in blocks(network).values():
            nn.init.normal_(block.norm2.affine.weight, std=0.2)
            nn.init.normal_(block.conv2.weight, std=0.2)
    later, same = _changes(network, state), _changes(network, state, same=True)
    return every(
        strip=same_arrays(embedding(np.array(STRIP)), seen["in"][0], 1e-3),
        at_first_all_change_by=close(max(at_first.values()), 0.0, 0.0),
        with_weights_each_changes_by_at_least=at_least(min(later.values()), 1e-3),
        same_t=close(max(same.values()), 0.0, 0.0),
    )


def trained_time(state: State) -> Outcome:
    """In the trained network another t changes the output of every block; the same t changes none."""
    network = state.result(NAME).network
    other = _changes(network, state)
    apart = int(state["other"]) != time(state)
    same = _changes(network, state, same=True)
    return every(
        least_change=at_least(min(other.values()), 1e-3 if apart else 0.0),
        blocks=equal(len(other), sum(isinstance(module, ResBlock) for module in network.modules())),
        same_t=close(max(same.values()), 0.0, 0.0),
    )


def _changes(network: UNet, state: State, same: bool = False) -> dict[str, float]:
    """How much the output of each block changes with t, by its root mean square."""
    t, label, x_t = time(state), int(state["digit"]), noised(state, time(state))[None]
    one = watched(network, {**blocks(network)}, x_t, t, label)
    two = watched(network, {**blocks(network)}, x_t, t if same else int(state["other"]), label)
    return {
        name: float(np.sqrt(((one[name][1] - two[name][1]) ** 2).mean() / (one[name][1] ** 2).mean())) for name in one
    }


def starts(state: State) -> Outcome:
    """The last convolution begins at zero: eps_hat is 0, the loss is the variance of the noise, about 1."""
    network = fresh(state.seed)
    generator = torch.Generator().manual_seed(state.seed)
    noise = torch.randn((16, 1, 16, 16), generator=generator)
    with torch.no_grad():
        answer = network(noise, torch.full((16,), time(state)))
    return every(
        shape=equal(list(answer.shape), list(noise.shape)),
        largest_answer=close(float(answer.abs().max()), 0.0, 0.0),
        loss=close(float(F.mse_loss(answer, noise)), 1.0, 0.08),
        weights_of_the_head=close(float(network.head.weight.detach().abs().max()), 0.0, 0.0),
    )


def solved(state: State) -> Outcome:
    """x0_hat is what the lab's schedule makes of x_t and eps_hat; with the true noise it is x_0."""
    t, rng = time(state), np.random.default_rng(state.seed)
    schedule = NoiseSchedule("linear")
    abar, x_t, guess = float(schedule.alpha_bar[t]), noised(state, t), rng.standard_normal((16, 16))
    oracle = schedule.estimate("eps", torch.from_numpy(guess), torch.from_numpy(x_t), t)[1]
    reach = float(np.abs(oracle.numpy()).max())
    truth = x0_hat(x_t, eps(state), abar)
    return every(
        x0_hat_relative=at_most(float(np.abs(x0_hat(x_t, guess, abar) - oracle.numpy()).max()) / reach, 1e-5),
        with_the_true_noise=at_most(float(np.abs(truth).max()), 1.0 + 1e-6),
    )


def finds(state: State) -> Outcome:
    """Trained, its error by t is PyTorch's MSE, small, and smaller the more noise there is."""
    denoiser = state.result(NAME)
    buckets = denoiser.buckets()
    oracle = []
    for t in (50, 950):
        x_t, noise, labels = denoiser.test_batch(64, t)
        with torch.no_grad():
            answer = denoiser.network(*batch(x_t, t, labels))
        oracle.append(float(F.mse_loss(answer[:, 0], torch.tensor(noise))))
    return every(
        first_and_last=close([buckets[0], buckets[-1]], oracle, 1e-5),
        mean=at_most(float(np.mean(buckets)), 0.08),
        first_over_last=at_least(buckets[0] / buckets[-1], 5.0),
        buckets=equal(len(buckets), 10),
    )


CLAIMS = (
    Claim(id="AI1", says="group norm gives each group mean 0 and variance 1", check=groups),
    Claim(id="AI1", says="AdaGN is (1 + s) GN(h) + b, and GN where s and b begin: at zero", check=adaptive),
    Claim(id="AI1", says="trained, AdaGN of every block is (1 + s) GN(h) + b", check=trained_adagn, needs=NAME),
    Claim(id="AI2", says="16 pixels are tokens; rows sum to 1; permuted pixels permute the output", check=fresh_looks),
    Claim(id="AI2", says="the same with trained weights", check=trained_looks, needs=NAME),
    Claim(id="AI3", says="64 + 64 = 128 channels: 73,792 parameters, added 36,928", check=counted),
    Claim(id="AI3", says="the ladder is the network: shapes, parameters, skips, and 16x16 restored", check=laddered),
    Claim(id="AI3", says="cutting the finest skip costs the noise's detail", check=cutting, needs=NAME),
    Claim(id="AI4", says="t reaches every block; the same t changes nothing; at first it is ignored", check=told),
    Claim(id="AI4", says="trained, another t changes every block's output", check=trained_time, needs=NAME),
    Claim(id="AI5", says="before training eps_hat is 0 and the loss about 1", check=starts),
    Claim(id="AI5", says="x0_hat = (x_t - sqrt(1 - alpha_bar) eps_hat) / sqrt(alpha_bar)", check=solved),
    Claim(id="AI5", says="trained, it finds the noise: best where there is most", check=finds, needs=NAME),
)
