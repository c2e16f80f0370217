"""Language modelling: bits per character, windows, baselines, samples, and a training that learns."""

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlviz.engine.catalog import find
from dlviz.engine.data import corpus
from dlviz.engine.data.corpus import Corpus
from dlviz.engine.data.load import load_data
from dlviz.engine.models.gpt import Gpt
from dlviz.engine.objectives.language import Language
from dlviz.engine.objectives.ngrams import Ngram
from dlviz.engine.recipes.gpt import GptOptions

CPU = torch.device("cpu")
SENTENCES = [f"{a} {b} {c}." for a in ("One", "Two", "Ten") for b in ("cats", "dogs", "hens") for c in ("sit", "run")]
TEXT = "\n\n".join(SENTENCES * 12)
DATA = Corpus(name="animals", train=TEXT, val="\n\n".join(SENTENCES[::-1]), description="")
TINY: dict[str, Any] = {
    "layers": 1,
    "width": 16,
    "heads": 2,
    "context": 16,
    "tokens": "char",
    "steps": 60,
    "batch": 4,
    "sample": 30,
}


def _language(data: Corpus = DATA, seed: int = 0, **options: Any) -> Language:
    chosen = GptOptions(**TINY | options)
    torch.manual_seed(seed)
    return Language(Language.build(Gpt, chosen, data), data, chosen, seed, CPU)


def _train(language: Language, steps: int) -> list[dict[str, float]]:
    return [language.step(k, k / steps) for k in range(steps)]


class _Uniform(nn.Module):
    """Holds every token equally likely, whatever it reads."""

    def __init__(self, options: GptOptions, vocabulary: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(()))
        self.vocabulary = vocabulary

    def forward(self, tokens_bt: Tensor) -> Tensor:
        return self.scale * torch.ones(*tokens_bt.shape, self.vocabulary)


@pytest.mark.parametrize("tokens", ["char", "bpe"])
def test_bits_per_character_of_a_model_that_knows_nothing(tokens: str) -> None:
    options = GptOptions(tokens=tokens, vocabulary=60, context=16, batch=4)
    data = Corpus(name="t", train=TEXT * 2, val=DATA.val, description="")
    model = Language.build(_Uniform, options, data)  # type: ignore[arg-type]
    language = Language(model, data, options, 0, CPU)
    v, numbers = len(language.tokenizer), language.tokenizer.encode(data.val)
    assert (v > len(data.alphabet)) == (tokens == "bpe")
    characters = len(data.val) - len(language.tokenizer.tokens[numbers[0]])
    expected = (len(numbers) - 1) * math.log2(v) / characters
    values, metrics = language.validate(), language.test()
    assert values["bits_per_char/val"] == pytest.approx(expected, rel=1e-5)
    assert metrics["val_bits_per_char"] == pytest.approx(expected, rel=1e-5)
    assert metrics["val_perplexity"] == pytest.approx(v, rel=1e-4)
    assert values["loss/val"] == pytest.approx(math.log(v), rel=1e-5)
    step = language.step(0, 0.0)
    assert step["loss/train"] == pytest.approx(math.log(v), rel=1e-5)
    size = np.mean([len(language.tokenizer.tokens[k]) for k in language.batch(0)[:, 1:].flatten().tolist()])
    assert step["bits_per_char/train"] == pytest.approx(math.log2(v) / size, rel=1e-5)


def test_each_held_out_token_counts_once_in_windows_that_overlap() -> None:
    language = _language()
    _train(language, 5)
    numbers = torch.tensor(language.tokenizer.encode(DATA.val))
    for overlap in (0, 3, 8, 15):
        found = language._nats(overlap / 16)
        expected, counted = [], 0
        language.model.eval()
        for start in [*range(0, len(numbers) - 17, 16 - overlap), len(numbers) - 17]:
            window = numbers[start : start + 17]
            with torch.no_grad():
                losses = F.cross_entropy(language.model(window[None, :-1])[0], window[1:], reduction="none")
            new = start + 16 - counted
            expected.append(losses[16 - new :])
            counted = start + 16
        language.model.train()
        torch.testing.assert_close(found, torch.cat(expected), rtol=1e-4, atol=1e-5)
        assert len(found) == len(numbers) - 1


def test_windows_cover_the_training_text_within_an_epoch_and_follow_from_the_seed() -> None:
    language, same, other = _language(), _language(), _language(seed=1)
    numbers = language.tokenizer.encode(DATA.train)
    text, rows = language.tokenizer.decode, []
    for k in range((len(numbers) - 1) // 16 // 4):
        batch = language.batch(k)
        assert batch.shape == (4, 17) and all(text(row) in DATA.train for row in batch.tolist())
        assert torch.equal(batch, same.batch(k))
        rows += language._shuffle.batch(k, 4).tolist()
    assert len(set(rows)) == len(rows) > 0.95 * len(numbers) / 16 - 4
    assert not torch.equal(language.batch(0), other.batch(0))


def test_a_model_learns_and_beats_knowing_nothing_and_only_counting_letters() -> None:
    language = _language()
    first = language.validate()["bits_per_char/val"]
    values = _train(language, 60)
    assert first == pytest.approx(math.log2(len(DATA.alphabet)), rel=1e-3)
    assert set(values[0]) == {"loss/train", "bits_per_char/train", "grad_norm", "lr"}
    after = language.validate()["bits_per_char/val"]
    assert after < 1.9 < Ngram(DATA.train, 1, DATA.alphabet).bits_per_char(DATA.val)
    assert _language().validate()["bits_per_char/ngram5"] == Ngram(TEXT, 5, DATA.alphabet).bits_per_char(DATA.val)


def test_measuring_and_writing_leave_the_training_as_it_was() -> None:
    outcomes = []
    for watched in (False, True):
        language, values = _language(), []
        for k in range(3):
            if watched:
                language.validate()
                list(language.records())
                list(language.final_records())
                language.test()
            values.append(language.step(k, k / 4))
        outcomes.append(values)
        assert language.model.training and torch.is_grad_enabled()
    assert outcomes[0] == outcomes[1]


def test_a_checkpoint_continues_where_it_was() -> None:
    language = _language()
    for k in range(3):
        language.step(k, k / 6)
    state, generator = copy.deepcopy(language.state_dict()), torch.get_rng_state()
    onward = [language.step(k, k / 6) for k in range(3, 6)]
    again = _language()
    again.load_state_dict(state)
    torch.set_rng_state(generator)
    assert [again.step(k, k / 6) for k in range(3, 6)] == onward


def test_the_sample_continues_held_out_text_and_follows_from_the_seed() -> None:
    language = _language(temperature=1.0)
    _train(language, 10)
    sample, passage = language.final_records()
    prompt, text = str(sample.arrays["prompt"]), str(sample.arrays["text"])
    assert sample.kind == "text" and sample.tag == "sample"
    assert prompt in DATA.val and DATA.val[DATA.val.index(prompt) - 2 :].startswith("\n\n")
    assert len(text) == 30 and str(next(iter(language.final_records())).arrays["text"]) == text
    assert passage.kind == "tokens" and passage.tag == "passage"
    tokens, loss = passage.arrays["tokens"].tolist(), passage.arrays["loss"]
    assert "".join(tokens) == DATA.val[1:17] and loss.shape == (16,) and (loss >= 0).all()
    np.testing.assert_allclose(loss, language._nats(0)[:16].numpy(), rtol=1e-4, atol=1e-5)


def test_at_temperature_0_the_text_is_the_likeliest_of_the_full_pass() -> None:
    language = _language(temperature=0.0)
    _train(language, 20)
    numbers = language.tokenizer.encode("Two ")
    written = language.tokenizer.encode(language.write("Two ", 10))
    language.model.eval()
    for token in written:
        assert int(language.model(torch.tensor([numbers]))[0, -1].argmax()) == token
        numbers.append(token)


def test_inputs_are_windows_of_the_part_asked_for() -> None:
    language = _language()
    (tokens,) = language.inputs("val", 1, 2)
    assert [language.tokenizer.decode(row) for row in tokens.tolist()] == [DATA.val[16:32], DATA.val[32:48]]
    many = (len(DATA.val) - 1) // 16
    assert torch.equal(language.inputs("test", many)[0], language.inputs("val", 0)[0])
    specimen = Language.specimen(language.options, DATA)
    assert language.model(*specimen).shape == (1, 16, len(DATA.alphabet))


@pytest.mark.parametrize("tokens", ["char", "bpe"])
def test_a_short_text_shrinks_the_context_and_says_so(tokens: str, tmp_path: Path) -> None:
    (tmp_path / "short.md").write_text("# Title\n\nA short text about little.\n\n" * 8)
    data, said = corpus.load(tmp_path / "short.md", 0), []
    options = GptOptions(tokens=tokens, context=128, layers=1, width=16, heads=2)
    torch.manual_seed(0)
    model = Language.build(Gpt, options, data)
    language = Language(model, data, options, 0, CPU, lambda what, share: said.append(what))
    assert 1 <= language.context < 128 and f"a context of {language.context} tokens instead of 128" in said[0]
    assert language.step(0, 0.0)["loss/train"] > 0
    assert math.isfinite(language.test()["val_bits_per_char"]) and len(list(language.final_records())) == 2


def test_long_work_says_how_far_it_is_and_can_be_ended() -> None:
    language, said = _language(), []
    language.tell = lambda what, share: said.append((what, share))
    language.test()
    list(language.final_records())
    assert {"reading the held-out text", "counting 5-grams"} <= {what for what, _ in said}
    assert all(0 <= share <= 1 for _, share in said)

    def end(what: str, share: float) -> None:
        raise KeyboardInterrupt

    language.tell = end
    with pytest.raises(KeyboardInterrupt):
        language.test()
    assert language.model.training and torch.is_grad_enabled()


def test_the_catalogue_has_it() -> None:
    entry, options = find("gpt"), GptOptions()
    assert entry.objectives["text"] == "language:Language" and entry.data == "topics" and entry.options is GptOptions
    assert options.optimizer == "muon" and options.tokens == "bpe"


KNOWN = [6.93147, 6.9157, 6.90363, 6.86143, 6.83155, 6.68145]


def test_the_first_losses_are_those_known() -> None:
    data = load_data("topics", 0, kinds=("text",))
    assert isinstance(data, Corpus)
    language = _language(data, tokens="bpe", optimizer="adamw", schedule="constant", dropout=0.1)
    assert [values["loss/train"] for values in _train(language, 6)] == pytest.approx(KNOWN, rel=1e-3)
