"""The decoder-only transformer against PyTorch's own layers, and what its parts promise."""

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlviz.engine.models.attention import MultiHeadAttention, Rotary, ScaledDotProduct, causal_mask
from dlviz.engine.models.feedforward import FeedForward, SquaredRelu
from dlviz.engine.models.gpt import Block, Gpt
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.gpt import ACTIVATIONS, NORMS, POSITIONS, GptOptions

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {"width": 16, "heads": 2, "layers": 2, "context": 12, "dropout": 0.0}


def _gpt(**options: Any) -> Gpt:
    """A small model whose every weight is random, so that nothing is hidden behind a zero."""
    torch.manual_seed(0)
    model = Gpt(GptOptions(**SMALL | options), 9)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model.eval()


def test_attention_is_torchs_with_its_causal_mask() -> None:
    q, k, v = torch.randn(3, 2, 4, 7, 8, generator=torch.Generator().manual_seed(0))
    mask = causal_mask(7, 7, CPU)
    expected = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(ScaledDotProduct()(q, k, v, mask), expected)
    weights = ScaledDotProduct.weights(q, k, mask)
    torch.testing.assert_close(weights @ v, expected)
    assert torch.equal(weights.triu(1), torch.zeros_like(weights))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 7))


def test_heads_are_those_of_torchs_multi_head_attention() -> None:
    torch.manual_seed(0)
    ours, theirs = MultiHeadAttention(12, 3), nn.MultiheadAttention(12, 3, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat((ours.query.weight, ours.key.weight, ours.value.weight)))
        theirs.in_proj_bias.copy_(torch.cat((ours.query.bias, ours.key.bias, ours.value.bias)))
        theirs.out_proj.load_state_dict(ours.output.state_dict())
    x, memory, mask = torch.randn(2, 5, 12), torch.randn(2, 7, 12), causal_mask(5, 5, CPU)
    torch.testing.assert_close(ours(x, mask=mask), theirs(x, x, x, attn_mask=~mask)[0], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(ours(x, memory), theirs(x, memory, memory)[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_a_block_is_torchs_pre_norm_encoder_layer_with_a_causal_mask(activation: str) -> None:
    options = GptOptions(
        **SMALL, positions="none", norm="layer", qk_norm=False, activation=activation, bias=True, expansion=3
    )
    torch.manual_seed(0)
    ours = Block(options, None).eval()
    for parameter in ours.parameters():
        nn.init.normal_(parameter, std=0.4)
    theirs = nn.TransformerEncoderLayer(16, 2, 48, 0.0, activation, batch_first=True, norm_first=True).eval()
    attention = ours.attention
    with torch.no_grad():
        parts = attention.query, attention.key, attention.value
        theirs.self_attn.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.self_attn.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    theirs.self_attn.out_proj.load_state_dict(attention.output.state_dict())
    theirs.linear1.load_state_dict(ours.feedforward.up.state_dict())
    theirs.linear2.load_state_dict(ours.feedforward.down.state_dict())
    theirs.norm1.load_state_dict(ours.norm1.state_dict())
    theirs.norm2.load_state_dict(ours.norm2.state_dict())
    x, mask = torch.randn(3, 10, 16), causal_mask(10, 10, CPU)
    torch.testing.assert_close(ours(x, mask), theirs(x, src_mask=~mask), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_token_sees_a_later_one(positions: str, norm: str, activation: str) -> None:
    model = _gpt(positions=positions, norm=norm, activation=activation, bias=norm == "layer")
    tokens = torch.randint(9, (2, 12), generator=torch.Generator().manual_seed(1))
    other = tokens.clone()
    other[:, 7] = (other[:, 7] + 1) % 9
    before, after = model(tokens), model(other)
    torch.testing.assert_close(before[:, :7], after[:, :7], rtol=0, atol=1e-6)
    assert (before[:, 7:] - after[:, 7:]).abs().amax((0, 2)).min() > 1e-4  # every later one does


@pytest.mark.parametrize("positions", POSITIONS)
def test_the_cache_gives_the_logits_of_the_full_pass(positions: str) -> None:
    model = _gpt(positions=positions)
    tokens = torch.randint(9, (3, 12), generator=torch.Generator().manual_seed(1))
    caches = model.caches()
    parts = [model(part, caches) for part in tokens.split((5, 1, 1, 4, 1), 1)]
    torch.testing.assert_close(torch.cat(parts, 1), model(tokens), rtol=1e-4, atol=1e-5)
    assert [cache.length for cache in caches] == [12, 12]
    with pytest.raises(AssertionError, match="13 tokens are more than the context of 12"):
        model(tokens[:, :1], caches)


def test_rotary_products_depend_on_the_distance_alone() -> None:
    rotary, generator = Rotary(8, 50), torch.Generator().manual_seed(0)
    q, k = torch.randn(2, 1, 1, 1, 8, generator=generator)

    def product(i: int, j: int) -> float:
        return float((rotary(q, i) * rotary(k, j)).sum())

    assert product(3, 1) == pytest.approx(product(40, 38), rel=1e-4) == pytest.approx(product(2, 0), rel=1e-4)
    assert product(3, 1) != pytest.approx(product(3, 2), rel=1e-2)
    torch.testing.assert_close(rotary(q, 17).norm(), q.norm())
    assert torch.equal(rotary(q), q)  # position 0 is not turned
    turned = rotary(q, 1).flatten()  # the first pair is turned by 1 rad
    a, b = float(q[..., 0]), float(q[..., 4])
    assert turned[0] == pytest.approx(a * math.cos(1) - b * math.sin(1), abs=1e-6)
    assert turned[4] == pytest.approx(a * math.sin(1) + b * math.cos(1), abs=1e-6)


@pytest.mark.parametrize("positions", POSITIONS)
def test_only_without_positions_order_is_invisible_to_the_last_token_of_one_block(positions: str) -> None:
    model = _gpt(positions=positions, layers=1)
    one, other = model(torch.tensor([[1, 2, 3, 4]])), model(torch.tensor([[2, 3, 1, 4]]))
    same = torch.allclose(one[0, -1], other[0, -1], atol=1e-5)
    assert same == (positions == "none")


def test_an_untrained_model_holds_every_token_equally_likely_and_its_blocks_pass_on() -> None:
    torch.manual_seed(0)
    model = Gpt(GptOptions(**SMALL), 9)
    tokens = torch.randint(9, (4, 12))
    assert F.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten()).item() == pytest.approx(math.log(9))
    x = torch.randn(2, 5, 16)
    assert torch.equal(model.blocks[0](x), x)


def test_the_feed_forward_network_is_its_formula() -> None:
    torch.manual_seed(0)
    network, x = FeedForward(6, 10, "relu2", bias=True), torch.randn(2, 3, 6)
    hidden = F.linear(x, network.up.weight, network.up.bias).clamp(min=0) ** 2
    torch.testing.assert_close(network(x), F.linear(hidden, network.down.weight, network.down.bias))
    assert SquaredRelu()(torch.tensor([-2.0, 0.0, 3.0])).tolist() == [0, 0, 9]


def test_tied_weights_are_one() -> None:
    free, tied = _gpt(), _gpt(tied=True)
    assert tied.head.weight is tied.embedding.weight
    count = {m: sum(p.numel() for p in m.parameters()) for m in (free, tied)}
    assert count[free] - count[tied] == 9 * 16


def test_qk_norm_bounds_the_scores() -> None:
    model = Gpt(GptOptions(**SMALL), 9).eval()
    seen = []
    model.blocks[0].attention.attend.register_forward_pre_hook(lambda m, inputs: seen.append(inputs))  # type: ignore[union-attr]
    model(torch.tensor([[1, 2, 3]]))
    q, k = seen[0][:2]
    for x in (q, k):
        torch.testing.assert_close(x.norm(dim=-1), torch.full(x.shape[:-1], 8**0.5), rtol=1e-3, atol=0)


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"width": 16, "heads": 3}, ["heads cannot be 3", "divides width, which is 16"]),
        ({"width": 9, "heads": 3}, ["width cannot be 9 with 3 heads", "positions=rope", "even"]),
        ({"width": 9, "heads": 3, "positions": "sinusoidal"}, ["width cannot be 9", "positions=sinusoidal"]),
    ],
)
def test_what_does_not_fit_is_one_sentence(options: dict[str, Any], needed: list[str]) -> None:
    with pytest.raises(OptionError) as refused:
        Gpt(GptOptions(**SMALL | options), 9)
    assert str(refused.value).isprintable() and all(part in str(refused.value) for part in needed)
