"""The layers of the transformer against PyTorch's own, weights copied."""

from math import cos, sin

import pytest
import torch
from torch import Tensor, nn

from dlviz.engine.models.attention import Cache, MultiHeadAttention, causal_mask
from dlviz.engine.models.transformer import DecoderLayer, EncoderLayer, Residual, SinusoidalPositions

B, T, S, WIDTH, HEADS, HIDDEN = 3, 5, 7, 12, 3, 20
NORMS = pytest.mark.parametrize("norm_first", [True, False])


def _scramble(module: nn.Module) -> None:
    """Every weight, gain and bias drawn anew, so that nothing agrees by being 0 or 1."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.3)


def _copy(pairs: list[tuple[nn.Module, nn.Module]]) -> None:
    for theirs, mine in pairs:
        theirs.load_state_dict(mine.state_dict())


def _copy_attention(theirs: nn.MultiheadAttention, mine: MultiHeadAttention) -> None:
    three = (mine.query, mine.key, mine.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([m.weight for m in three]))
        theirs.in_proj_bias.copy_(torch.cat([m.bias for m in three]))
    theirs.out_proj.load_state_dict(mine.output.state_dict())


def _agree(mine: Tensor, theirs: Tensor, inputs: list[Tensor]) -> None:
    """Equal outputs, and equal gradients of a loss that weighs every output differently."""
    torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)
    weight = torch.linspace(-1, 1, mine.numel()).view_as(mine)
    ours = torch.autograd.grad((mine * weight).sum(), inputs)
    for one, other in zip(ours, torch.autograd.grad((theirs * weight).sum(), inputs), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@NORMS
@pytest.mark.parametrize("masked", [True, False])
def test_an_encoder_layer_is_pytorchs(norm_first: bool, masked: bool) -> None:
    torch.manual_seed(0)
    mine = EncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, norm_first)
    _scramble(mine)
    theirs = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True, norm_first=norm_first)
    _copy_attention(theirs.self_attn, mine.attention)
    _copy(
        [
            (theirs.linear1, mine.feed_forward.up),
            (theirs.linear2, mine.feed_forward.down),
            (theirs.norm1, mine.attention_residual.norm),
            (theirs.norm2, mine.feed_forward_residual.norm),
        ]
    )
    assert sum(p.numel() for p in mine.parameters()) == sum(p.numel() for p in theirs.parameters())
    x = torch.randn(B, T, WIDTH, requires_grad=True)
    if not masked:
        return _agree(mine(x), theirs(x), [x])
    padding = torch.arange(T) >= torch.tensor([T, T - 2, T - 1])[:, None]  # (b, t): True where there is no token
    allowed = causal_mask(T, T, x.device) & ~padding[:, None, None, :]
    _agree(mine(x, allowed), theirs(x, src_mask=~causal_mask(T, T, x.device), src_key_padding_mask=padding), [x])


@NORMS
def test_a_decoder_layer_is_pytorchs(norm_first: bool) -> None:
    torch.manual_seed(1)
    mine = DecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, norm_first)
    _scramble(mine)
    theirs = nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True, norm_first=norm_first)
    _copy_attention(theirs.self_attn, mine.attention)
    _copy_attention(theirs.multihead_attn, mine.cross_attention)
    _copy(
        [
            (theirs.linear1, mine.feed_forward.up),
            (theirs.linear2, mine.feed_forward.down),
            (theirs.norm1, mine.attention_residual.norm),
            (theirs.norm2, mine.cross_residual.norm),
            (theirs.norm3, mine.feed_forward_residual.norm),
        ]
    )
    x, memory = torch.randn(B, T, WIDTH, requires_grad=True), torch.randn(B, S, WIDTH, requires_grad=True)
    causal = causal_mask(T, T, x.device)
    padding = torch.arange(S) >= torch.tensor([S, S - 3, S - 1])[:, None]
    expected = theirs(x, memory, tgt_mask=~causal, memory_key_padding_mask=padding)
    _agree(mine(x, memory, causal, ~padding[:, None, None, :]), expected, [x, memory])


def test_cross_attention_may_have_heads_of_its_own() -> None:
    layer = DecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, cross_heads=1)
    assert (layer.attention.heads, layer.cross_attention.heads) == (HEADS, 1)
    assert layer(torch.zeros(B, T, WIDTH), torch.zeros(B, S, WIDTH)).shape == (B, T, WIDTH)


@NORMS
def test_a_decoder_layer_token_by_token_is_the_full_pass(norm_first: bool) -> None:
    torch.manual_seed(2)
    layer, cache = DecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, norm_first), Cache()
    x, memory = torch.randn(B, T, WIDTH), torch.randn(B, S, WIDTH)
    one_by_one = [layer(x[:, k : k + 1], memory, cache=cache) for k in range(T)]
    torch.testing.assert_close(torch.cat(one_by_one, 1), layer(x, memory, causal_mask(T, T, x.device)))


@NORMS
def test_dropout_takes_from_the_branch_alone(norm_first: bool) -> None:
    frame, x = Residual(WIDTH, 1.0, norm_first), torch.randn(B, T, WIDTH)
    expected = x if norm_first else nn.functional.layer_norm(x, (WIDTH,))
    torch.testing.assert_close(frame.after(torch.randn(B, T, WIDTH), x), expected)


def test_sinusoidal_positions_are_the_papers_formula() -> None:
    positions = SinusoidalPositions(6, 50)
    added = positions(torch.zeros(1, 50, 6))[0]
    for p in (0, 1, 7, 49):
        for i in range(3):
            angle = p / 10_000 ** (2 * i / 6)
            assert added[p, 2 * i].item() == pytest.approx(sin(angle), abs=1e-5)
            assert added[p, 2 * i + 1].item() == pytest.approx(cos(angle), abs=1e-5)
    x = torch.randn(2, 4, 6)
    assert torch.equal(positions(x, 3), x + added[3:7])
    assert not positions.state_dict()
    with pytest.raises(AssertionError, match="51 tokens"):
        positions(torch.zeros(1, 2, 6), 49)


def test_a_shift_of_position_is_a_rotation_of_the_code() -> None:
    """Section 3.5: PE(p + k) is a linear function of PE(p), the same for every p."""
    table = SinusoidalPositions(8, 60)(torch.zeros(1, 60, 8))[0].double()
    shift = torch.linalg.lstsq(table[:40], table[5:45]).solution
    torch.testing.assert_close(table[15:55] @ shift, table[20:60], rtol=1e-4, atol=1e-4)
