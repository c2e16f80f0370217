"""The networks that remove noise: shapes, what the timestep and the label do, attention, and skips that can be cut."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.engine.models.attention import ScaledDotProduct
from dlviz.engine.models.denoiser import FourierFeatures, PointDenoiser, TimeEmbedding
from dlviz.engine.models.unet import AdaGN, ResBlock, SelfAttention, Skip, UNet, Upsample, norm
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.diffusion import DiffusionOptions

IMAGE = (1, 8, 8)


def _awake(model: nn.Module) -> nn.Module:
    """The same layers, none of them zero."""
    torch.manual_seed(1)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    return model


def _small(**chosen: object) -> DiffusionOptions:
    return DiffusionOptions(**{"channels": 8, "blocks": 1, "dropout": 0.0, **chosen})  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(
    channels=st.integers(4, 12),
    multipliers=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    blocks=st.integers(1, 2),
    inputs=st.integers(1, 3),
    classes=st.sampled_from([0, 10]),
    skips=st.booleans(),
)
def test_what_comes_out_has_the_shape_of_what_goes_in(
    channels: int, multipliers: tuple[int, ...], blocks: int, inputs: int, classes: int, skips: bool
) -> None:
    options = DiffusionOptions(
        channels=channels, multipliers=multipliers, blocks=blocks, heads=1, skips=skips, dropout=0.0
    )
    model = UNet(options, (inputs, 8, 12), classes)
    x, t = torch.randn(3, inputs, 8, 12), torch.tensor([1, 500, 1000])
    labels = torch.tensor([0, 5, 10]) if classes else None
    assert torch.equal(model(x, t, labels), torch.zeros_like(x)), "it begins by predicting nothing"
    assert _awake(model)(x, t, labels).shape == x.shape
    assert sum(isinstance(m, Skip) for m in model.modules()) == len(multipliers) * blocks
    found = [m for m in model.modules() if isinstance(m, ResBlock)]
    assert len(found) == 2 * len(multipliers) * blocks + 2


def test_the_defaults_halve_8x8_once_and_16x16_twice() -> None:
    sizes: dict[int, set[int]] = {8: set(), 16: set()}
    for side, multipliers in ((8, (1, 2)), (16, (1, 2, 4))):
        model = UNet(DiffusionOptions(multipliers=multipliers, blocks=1), (1, side, side), 10)
        for block in (m for m in model.modules() if isinstance(m, ResBlock)):
            block.register_forward_hook(lambda m, i, out, side=side: sizes[side].add(out.shape[-1]))  # type: ignore[misc]
        model(torch.zeros(1, 1, side, side), torch.ones(1, dtype=torch.long))
    assert sizes == {8: {8, 4}, 16: {16, 8, 4}}


def test_time_and_class_change_every_example_for_itself() -> None:
    model = _awake(UNet(_small(), IMAGE, 10))
    x = torch.randn(1, *IMAGE).repeat(4, 1, 1, 1)
    out = model(x, torch.tensor([10, 900, 10, 10]), torch.tensor([3, 3, 4, 3]))
    assert torch.allclose(out[0], out[3], atol=1e-5)
    assert not torch.allclose(out[0], out[1], atol=1e-2) and not torch.allclose(out[0], out[2], atol=1e-2)


def test_every_residual_block_hears_the_timestep() -> None:
    model, seen = _awake(UNet(_small(), IMAGE, 0)), []
    for module in model.modules():
        if isinstance(module, AdaGN):
            module.affine.register_forward_hook(lambda m, i, out: seen.append(out))
    model(torch.randn(2, *IMAGE), torch.tensor([1, 1000]))
    assert len(seen) == 6 and all(not torch.allclose(out[0], out[1], atol=1e-3) for out in seen)


def test_no_label_is_the_label_after_the_last() -> None:
    model = _awake(UNet(_small(), IMAGE, 10))
    x, t = torch.randn(2, *IMAGE), torch.tensor([5, 500])
    assert model.no_label == 10
    assert torch.equal(model(x, t), model(x, t, torch.tensor([10, 10])))
    assert not torch.allclose(model(x, t), model(x, t, torch.tensor([1, 1])), atol=1e-2)
    free = UNet(_small(), IMAGE, 0)
    assert free.embedding.label is None and _awake(free)(x, t).shape == x.shape


def test_adaptive_group_norm_is_its_formula() -> None:
    """(1 + scale) GN(x) + shift; before training GN alone (Dhariwal & Nichol)."""
    layer, x, emb = AdaGN(16, 5), torch.randn(3, 16, 4, 4), torch.randn(3, 5)
    groups = x.view(3, 2, 8, 4, 4)
    mean, var = groups.mean((2, 3, 4), keepdim=True), groups.var((2, 3, 4), keepdim=True, unbiased=False)
    plain = ((groups - mean) / (var + 1e-5).sqrt()).view_as(x)
    torch.testing.assert_close(layer(x, emb), plain, rtol=1e-4, atol=1e-5)
    _awake(layer)
    gain, bias = layer.norm.weight[:, None, None], layer.norm.bias[:, None, None]
    affine = F.linear(emb, layer.affine.weight, layer.affine.bias)[:, :, None, None]
    expected = (1 + affine[:, :16]) * (plain * gain + bias) + affine[:, 16:]
    torch.testing.assert_close(layer(x, emb), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("channels", "groups"), [(16, 2), (12, 2), (7, 1), (4, 1), (11, 11)])
def test_groups_divide_the_channels(channels: int, groups: int) -> None:
    assert norm(channels).num_groups == groups


def test_a_residual_block_begins_as_its_shortcut() -> None:
    x, emb = torch.randn(2, 8, 4, 4), torch.randn(2, 5)
    same, wider = ResBlock(8, 8, 5), ResBlock(8, 16, 5)
    assert torch.equal(same(x, emb), x)
    assert isinstance(wider.shortcut, nn.Conv2d) and torch.equal(wider(x, emb), wider.shortcut(x))


def test_self_attention_is_that_of_torch() -> None:
    """Every pixel a token, through F.scaled_dot_product_attention; and a probe sees queries, keys and values."""
    layer, x, seen = SelfAttention(12, 3), torch.randn(2, 12, 4, 4), []
    assert torch.equal(layer(x), x), "it begins as nothing"
    _awake(layer)
    attend = layer.attention.attend
    assert isinstance(attend, ScaledDotProduct)
    attend.register_forward_hook(lambda m, inputs, out: seen.append(inputs))
    tokens = layer.norm(x).reshape(2, 12, 16).permute(0, 2, 1)
    parts = (layer.attention.query, layer.attention.key, layer.attention.value)
    q, k, v = (part(tokens).reshape(2, 16, 3, 4).permute(0, 2, 1, 3) for part in parts)
    mixed = F.scaled_dot_product_attention(q, k, v).permute(0, 2, 1, 3).reshape(2, 16, 12)
    expected = x + layer.attention.output(mixed).permute(0, 2, 1).reshape(2, 12, 4, 4)
    torch.testing.assert_close(layer(x), expected, rtol=1e-4, atol=1e-5)
    assert [part.shape for part in seen[0][:3]] == [(2, 3, 16, 4)] * 3
    torch.testing.assert_close(attend.weights(*seen[0][:2]).sum(-1), torch.ones(2, 3, 16))


def test_attention_does_not_care_where_a_pixel_is() -> None:
    layer, x = _awake(SelfAttention(8, 2)), torch.randn(1, 8, 4, 4)
    order = torch.randperm(16)

    def moved(maps: Tensor) -> Tensor:
        return maps.flatten(2)[:, :, order].view_as(maps)

    torch.testing.assert_close(layer(moved(x)), moved(layer(x)), rtol=1e-4, atol=1e-5)


def test_a_skip_joins_maps_until_it_is_cut() -> None:
    skip, a, b = Skip(True), torch.randn(2, 3, 4, 4), torch.randn(2, 5, 4, 4)
    assert torch.equal(skip(a, b), torch.cat((a, b), 1))
    skip.open = False
    assert torch.equal(skip(a, b)[:, :3], a) and not skip(a, b)[:, 3:].any()


def test_cut_skips_keep_the_parameters_and_change_the_answer() -> None:
    whole, cut = (_awake(UNet(_small(skips=skips), IMAGE, 10)) for skips in (True, False))
    x, t = torch.randn(2, *IMAGE), torch.tensor([5, 500])
    assert {k: v.shape for k, v in whole.state_dict().items()} == {k: v.shape for k, v in cut.state_dict().items()}
    before = whole(x, t)
    assert not torch.allclose(before, cut(x, t), atol=1e-2)
    for module in whole.modules():
        if isinstance(module, Skip):
            module.open = False
    torch.testing.assert_close(whole(x, t), cut(x, t))


def test_upsampling_repeats_each_pixel() -> None:
    layer = Upsample(2)
    nn.init.dirac_(layer.conv.weight)
    nn.init.zeros_(layer.conv.bias)  # type: ignore[arg-type]
    x = torch.randn(1, 2, 3, 4)
    torch.testing.assert_close(layer(x), x.repeat_interleave(2, 2).repeat_interleave(2, 3))


def test_the_timestep_as_sines_and_cosines() -> None:
    """Before its MLP the embedding is that of "Attention is all you need", one position a timestep."""
    layer = TimeEmbedding(6)
    for linear in (layer.linear1, layer.linear2):
        nn.init.eye_(linear.weight)
        nn.init.zeros_(linear.bias)
    angles = [7 / 10_000 ** (2 * k / 6) for k in range(3)]
    phases = torch.tensor([math.sin(a) for a in angles] + [math.cos(a) for a in angles])
    torch.testing.assert_close(layer(torch.tensor([7]))[0], F.silu(F.silu(phases)))


def test_fourier_features_are_sines_and_cosines_of_each_coordinate() -> None:
    x = torch.randn(5, 2)
    made = FourierFeatures((1, 4))(x).numpy()
    phase = np.stack([f * x.numpy()[:, d] for d in range(2) for f in (1, 4)], 1)
    np.testing.assert_allclose(made, np.concatenate([x.numpy(), np.sin(phase), np.cos(phase)], 1), atol=1e-5)
    assert torch.equal(FourierFeatures((0,))(x), x)


def test_the_denoiser_of_points_hears_the_timestep() -> None:
    model = PointDenoiser(DiffusionOptions(hidden=(16, 8)))
    x, t = torch.randn(1, 2).repeat(3, 1), torch.tensor([1, 1000, 1])
    assert torch.equal(model(x, t), torch.zeros(3, 2)), "it begins by predicting nothing"
    out = _awake(model)(x, t)
    assert torch.allclose(out[0], out[2], atol=1e-5) and not torch.allclose(out[0], out[1], atol=1e-3)
    assert not torch.allclose(model(x + 1, t), out, atol=1e-3)


def test_what_does_not_fit_is_one_sentence() -> None:
    with pytest.raises(OptionError, match=r"3 levels, but images of 6x8 pixels cannot be halved 2 times"):
        UNet(DiffusionOptions(multipliers=(1, 2, 2)), (1, 6, 8), 10)
    with pytest.raises(OptionError, match=r"heads cannot be 3; allowed: a divisor of the bottleneck's 32 maps"):
        UNet(DiffusionOptions(heads=3), IMAGE, 10)
