"""Writing text: the cache gives what the full pass gives, and temperature, top-k and top-p keep what they should."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.engine.models.gpt import Gpt
from dlviz.engine.recipes.gpt import GptOptions
from dlviz.engine.sampling.text import Writer, chances

CPU = torch.device("cpu")
LOGITS = st.lists(st.floats(-8, 8, width=32), min_size=2, max_size=12).map(torch.tensor)


def _gpt(**options: object) -> Gpt:
    torch.manual_seed(0)
    model = Gpt(GptOptions(width=16, heads=2, layers=2, context=8, dropout=0.3, **options), 11)  # type: ignore[arg-type]
    for parameter in model.parameters():  # the untrained one ignores its input
        nn.init.normal_(parameter, std=0.3)
    return model


@given(LOGITS, st.floats(0.1, 5))
def test_a_temperature_divides_the_logits(logits: Tensor, temperature: float) -> None:
    torch.testing.assert_close(chances(logits, temperature), (logits / temperature).softmax(0), rtol=1e-4, atol=1e-6)


@given(LOGITS)
def test_temperature_0_takes_the_likeliest(logits: Tensor) -> None:
    p = chances(logits, 0)
    assert p.sum() == 1 and p.count_nonzero() == 1 and logits[p.argmax()] == logits.max()


@given(LOGITS, st.integers(1, 15))
def test_top_k_keeps_k_and_their_proportions(logits: Tensor, k: int) -> None:
    p, full = chances(logits, top_k=k), logits.softmax(0)
    kept = p > 0
    assert kept.sum() == min(k, len(logits)) and p.sum() == pytest.approx(1)
    assert full[kept].min() >= full[~kept].max() if (~kept).any() else True
    torch.testing.assert_close(p[kept], full[kept] / full[kept].sum(), rtol=1e-4, atol=1e-6)


@given(LOGITS, st.floats(0.01, 0.999))
def test_top_p_keeps_the_fewest_that_have_so_much(logits: Tensor, top_p: float) -> None:
    p, full = chances(logits, top_p=top_p), logits.double().softmax(0)
    kept = p > 0
    assert full[kept].sum() >= top_p - 1e-9
    assert kept.sum() == 1 or full[kept].sum() - full[kept].min() < top_p + 1e-9
    torch.testing.assert_close(p[kept].double(), full[kept] / full[kept].sum(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("positions", ["rope", "learned", "sinusoidal", "none"])
def test_what_is_written_with_the_cache_is_what_the_full_pass_says(positions: str) -> None:
    model = _gpt(positions=positions)
    writer = Writer(model, [1, 2, 3], 8, CPU)
    model.eval()
    for length in range(3, 9):  # while all fits into the context
        assert len(writer.tokens) == length
        with torch.no_grad():
            expected = model(torch.tensor([writer.tokens]))[0, -1]
        written = writer.write(temperature=0)
        torch.testing.assert_close(written.probabilities, expected.softmax(0), rtol=1e-4, atol=1e-6)
        assert written.token == int(expected.argmax()) == int(written.chances.argmax()) == writer.tokens[-1]
    for _ in range(12):  # beyond, the newer half is read again
        seen = writer.tokens[-4 - (len(writer.tokens) - 9) % 5 :]
        with torch.no_grad():
            expected = model(torch.tensor([seen]))[0, -1]
        torch.testing.assert_close(writer.write().probabilities, expected.softmax(0), rtol=1e-4, atol=1e-6)


def test_every_token_is_read_once() -> None:
    model, read = _gpt(), []
    model.register_forward_pre_hook(lambda module, inputs: read.append(inputs[0].shape[1]))
    writer = Writer(model, [1, 2, 3], 8, CPU)
    for _ in range(6):
        writer.write()
    assert read == [3, 1, 1, 1, 1, 1]


class _Plain(nn.Module):
    """A model without caches: the next token is the one after the last, and it notes how much it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int] = []

    def forward(self, tokens_bt: Tensor) -> Tensor:
        assert not self.training and not torch.is_grad_enabled()
        self.read.append(tokens_bt.shape[1])
        return 9.0 * nn.functional.one_hot((tokens_bt + 1) % 5, 5).float()


def test_a_model_without_caches_reads_its_context() -> None:
    model = _Plain()
    writer = Writer(model, [3], 4, CPU)
    assert [writer.write(temperature=0).token for _ in range(7)] == [4, 0, 1, 2, 3, 4, 0]
    assert model.read == [1, 2, 3, 4, 4, 4, 4] and model.training


def test_a_seed_repeats_and_torchs_own_generator_is_left_alone() -> None:
    def write(seed: int) -> list[int]:
        writer = Writer(_gpt(), [1], 8, CPU)
        generator = torch.Generator().manual_seed(seed)
        before = torch.get_rng_state()
        tokens = [writer.write(1.5, generator=generator).token for _ in range(20)]
        assert torch.equal(before, torch.get_rng_state())
        return tokens

    assert write(1) == write(1) != write(2)


@settings(max_examples=5)
@given(st.integers(0, 5))
def test_tokens_are_drawn_as_often_as_their_chances_say(seed: int) -> None:
    model = _Plain()
    writer = Writer(model, [0], 2, CPU)
    generator = torch.Generator().manual_seed(seed)
    hits = 0
    for _ in range(300):
        last = writer.tokens[-1]
        hits += writer.write(temperature=9.0, generator=generator).token == (last + 1) % 5
    p = torch.e / (torch.e + 4)  # logits 1, 0, 0, 0, 0
    assert abs(hits - 300 * p) < 5 * (300 * p * (1 - p)) ** 0.5
