"""The encoder-decoder transformer: against PyTorch's own, what its masks hide, and what it cannot be."""

import pytest
import torch
from torch import Tensor, nn

from dlviz.engine.data.pairs import BEGIN, PAD
from dlviz.engine.models.attention import Cache, MultiHeadAttention
from dlviz.engine.models.transformer import DecoderLayer, EncoderLayer
from dlviz.engine.models.translator import Translator
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.translator import TranslatorOptions

M = 16
SOURCE = torch.tensor([[4, 5, 6, 7, 8], [9, 10, 11, PAD, PAD], [5, 4, PAD, PAD, PAD]])
TARGET = torch.tensor([[BEGIN, 4, 5, 6], [BEGIN, 7, 8, PAD], [BEGIN, 6, 4, 5]])


def _model(**rest: object) -> Translator:
    torch.manual_seed(2)
    options = TranslatorOptions(width=M, heads=4, cross_heads=4, hidden=24, **rest)  # type: ignore[arg-type]
    model = Translator(options, 12, 9, 16)
    for parameter in model.parameters():  # norms and biases too, so that each is told apart
        nn.init.normal_(parameter, std=0.3)
    return model.eval()


def _sinusoids(length: int) -> Tensor:
    """Section 3.5 of the paper, number by number."""
    table = torch.zeros(length, M, dtype=torch.float64)
    for position in range(length):
        for i in range(M // 2):
            angle = torch.tensor(position / 10_000 ** (2 * i / M), dtype=torch.float64)
            table[position, 2 * i], table[position, 2 * i + 1] = angle.sin(), angle.cos()
    return table.float()


def _copy_attention(mine: MultiHeadAttention, theirs: nn.MultiheadAttention) -> None:
    theirs.in_proj_weight.copy_(torch.cat([m.weight for m in (mine.query, mine.key, mine.value)]))
    theirs.in_proj_bias.copy_(torch.cat([m.bias for m in (mine.query, mine.key, mine.value)]))
    theirs.out_proj.load_state_dict(mine.output.state_dict())


def _copy(pairs: list[tuple[nn.Module, nn.Module]]) -> None:
    for mine, theirs in pairs:
        theirs.load_state_dict(mine.state_dict())


def _copy_feed_forward(mine: nn.Module, theirs: nn.Module) -> None:
    up, down = (m for m in mine.modules() if isinstance(m, nn.Linear))
    _copy([(up, theirs.linear1), (down, theirs.linear2)])  # type: ignore[list-item]


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@torch.no_grad()
@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("positions", ["sinusoidal", "none"])
def test_it_is_torchs_transformer(norm_first: bool, positions: str) -> None:
    model = _model(layers=2, norm_first=norm_first, positions=positions)
    oracle = nn.Transformer(M, 4, 2, 2, 24, dropout=0.0, batch_first=True, norm_first=norm_first).eval()
    if not norm_first:  # torch ends both stacks with one more norm, the paper does not
        oracle.encoder.norm = oracle.decoder.norm = None
    else:
        _copy([(model.encoder_norm, oracle.encoder.norm), (model.decoder_norm, oracle.decoder.norm)])
    for mine, theirs in zip(model.encoder, oracle.encoder.layers, strict=True):
        assert isinstance(mine, EncoderLayer) and isinstance(theirs, nn.TransformerEncoderLayer)
        _copy_attention(mine.attention, theirs.self_attn)
        _copy_feed_forward(mine.feed_forward, theirs)
        _copy([(mine.attention_residual.norm, theirs.norm1), (mine.feed_forward_residual.norm, theirs.norm2)])
    for mine, theirs in zip(model.decoder, oracle.decoder.layers, strict=True):
        assert isinstance(mine, DecoderLayer) and isinstance(theirs, nn.TransformerDecoderLayer)
        _copy_attention(mine.attention, theirs.self_attn)
        _copy_attention(mine.cross_attention, theirs.multihead_attn)
        _copy_feed_forward(mine.feed_forward, theirs)
        _copy([(mine.attention_residual.norm, theirs.norm1), (mine.cross_residual.norm, theirs.norm2)])
        _copy([(mine.feed_forward_residual.norm, theirs.norm3)])
    x, y = (e.embedding.weight[w] * M**0.5 for e, w in ((model.source, SOURCE), (model.target, TARGET)))
    if positions == "sinusoidal":
        x, y = x + _sinusoids(5), y + _sinusoids(4)
    hidden = SOURCE == PAD
    future = torch.ones(4, 4, dtype=torch.bool).triu(1)
    oracle.encoder.use_nested_tensor = False
    out = oracle(x, y, tgt_mask=future, src_key_padding_mask=hidden, memory_key_padding_mask=hidden)
    expected = out @ model.head.weight.T + model.head.bias
    torch.testing.assert_close(model(SOURCE, TARGET), expected, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_padding_changes_nothing() -> None:
    model = _model()
    together = model(SOURCE, TARGET)
    assert torch.isfinite(together).all()
    for k, source in enumerate(SOURCE):
        alone = model(source[source != PAD][None], TARGET[k : k + 1])[0]
        torch.testing.assert_close(alone, together[k], rtol=1e-4, atol=1e-5)
    more = model(torch.nn.functional.pad(SOURCE, (0, 3), value=PAD), TARGET)
    torch.testing.assert_close(more, together, rtol=1e-4, atol=1e-5)
    with torch.no_grad():
        model.source.embedding.weight[PAD] += 100.0
    torch.testing.assert_close(model(SOURCE, TARGET), together, rtol=1e-4, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("changed", [1, 2, 3])
def test_a_word_does_not_see_those_after_it(changed: int) -> None:
    model = _model()
    other = TARGET.clone()
    other[:, changed] = 3
    before, after = model(SOURCE, TARGET), model(SOURCE, other)
    assert torch.equal(before[:, :changed], after[:, :changed])
    assert (before[:, changed:] - after[:, changed:]).abs().amax(-1).min() > 1e-4


@torch.no_grad()
def test_every_source_word_is_seen_by_every_target_word() -> None:
    model = _model(layers=1)
    before = model(SOURCE[:1], TARGET[:1])
    for k in range(5):
        other = SOURCE[:1].clone()
        other[0, k] = 3
        assert (model(other, TARGET[:1]) - before).abs().amax(-1).min() > 1e-4


@torch.no_grad()
def test_without_positions_the_source_is_a_bag_of_words() -> None:
    turned = SOURCE[:1, [3, 0, 4, 1, 2]]
    bag, ordered = _model(positions="none"), _model()
    torch.testing.assert_close(bag(turned, TARGET[:1]), bag(SOURCE[:1], TARGET[:1]), rtol=1e-4, atol=1e-4)
    assert (ordered(turned, TARGET[:1]) - ordered(SOURCE[:1], TARGET[:1])).abs().max() > 1e-2


@torch.no_grad()
@pytest.mark.parametrize("parts", [(1, 1, 1, 1), (2, 1, 1), (3, 1)])
def test_with_a_cache_the_words_may_come_bit_by_bit(parts: tuple[int, ...]) -> None:
    model = _model()
    memory, mask = model.encode(SOURCE)
    caches = [Cache() for _ in model.decoder]
    logits = torch.cat([model.decode(part, memory, mask, caches) for part in torch.split(TARGET, list(parts), 1)], 1)
    torch.testing.assert_close(logits, model(SOURCE, TARGET), rtol=1e-4, atol=1e-5)


def test_a_tied_head_is_the_embedding() -> None:
    tied, free = _model(tied=True), _model()
    assert tied.head.weight is tied.target.embedding.weight
    assert "head.bias" not in dict(tied.named_parameters())
    count = [sum(p.numel() for p in m.parameters()) for m in (free, tied)]
    assert count[0] - count[1] == 9 * M + 9
    tied(SOURCE, TARGET).sum().backward()
    assert tied.head.weight.grad is not None


def test_dropout_is_in_every_sub_layer_and_on_both_embeddings() -> None:
    model = _model(layers=2, dropout=0.25)
    found = [m for m in model.modules() if isinstance(m, nn.Dropout)]
    assert len(found) == 2 + 2 * 2 + 2 * 3 and all(m.p == 0.25 for m in found)


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("width=15", "width cannot be 15"),
        ("heads=5", "heads cannot be 5"),
        ("cross_heads=3", "divides width=64"),
        ("positions=learned", "sinusoidal, none"),
    ],
)
def test_what_cannot_be_is_one_sentence(text: str, needed: str) -> None:
    with pytest.raises(OptionError, match=needed) as refused:
        TranslatorOptions.parse([text])
    assert str(refused.value).isprintable()
