"""Learning to translate: what is measured, what is left as it was, and what is kept."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dlviz.engine.data import french, pairs_file
from dlviz.engine.data.french import FrenchOptions
from dlviz.engine.data.pairs import BEGIN, END, PAD, UNKNOWN, Pairs
from dlviz.engine.models.translator import Translator
from dlviz.engine.objectives.alignment import aligned, alignment, attentions, listening, views
from dlviz.engine.objectives.batches import Shuffle
from dlviz.engine.objectives.buckets import POOL, Buckets
from dlviz.engine.objectives.translation import Translation, next_word_loss, same, shifted
from dlviz.engine.objectives.translation_records import WORDS
from dlviz.engine.recipes.translator import TranslatorOptions

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data() -> Pairs:
    return french.load(0, FrenchOptions(sentences=300, test=40))


def _objective(data: Pairs, seed: int = 0, **rest: Any) -> Translation:
    torch.manual_seed(seed)
    small: dict[str, Any] = {"width": 16, "heads": 2, "hidden": 32, "layers": 1, "batch": 16, "dropout": 0.0}
    options = TranslatorOptions(**small | rest)
    return Translation(Translation.build(Translator, options, data), data, options, seed, CPU)


def _train(objective: Translation, steps: int) -> list[dict[str, float]]:
    return [objective.step(k, k / steps) for k in range(steps)]


def test_it_learns_and_repeats(data: Pairs) -> None:
    first, second = (_train(_objective(data, dropout=0.1, schedule="constant", lr=0.01), 30) for _ in range(2))
    assert first == second
    assert set(first[0]) == {"loss/train", "accuracy/train", "grad_norm", "lr"}
    assert abs(first[0]["loss/train"] - math.log(len(data.target_words))) < 1.0  # about a guess among all words
    assert np.mean([values["loss/train"] for values in first[-10:]]) < 0.88 * first[0]["loss/train"]


def test_a_resumed_training_is_the_same(data: Pairs) -> None:
    whole, half = _objective(data), _objective(data)
    _train(whole, 12)
    for k in range(6):
        half.step(k, k / 12)
    resumed = _objective(data, seed=0)
    resumed.load_state_dict(half.state_dict())
    for k in range(6, 12):
        resumed.step(k, k / 12)
    for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_loss_is_that_of_the_words_alone() -> None:
    torch.manual_seed(0)
    logits, target = torch.randn(2, 3, 7), torch.tensor([[4, 5, END], [6, END, PAD]])
    log_p = logits.log_softmax(-1)
    words = [(0, 0, 4), (0, 1, 5), (0, 2, END), (1, 0, 6), (1, 1, END)]
    expected = -sum(log_p[where] for where in words) / 5
    torch.testing.assert_close(next_word_loss(logits, target), expected)
    spread = -sum(0.8 * log_p[where] + 0.2 * log_p[where[:2]].mean() for where in words) / 5
    torch.testing.assert_close(next_word_loss(logits, target, 0.2), spread)
    assert shifted(target).tolist() == [[BEGIN, 4, 5], [BEGIN, 6, END]]


def test_an_exact_match_has_every_word_and_no_more() -> None:
    target = torch.tensor([[4, 5, END, PAD]] * 6 + [[4, UNKNOWN, END, PAD]])
    answers = torch.tensor(
        [
            [4, 5, END, PAD, PAD],
            [4, 5, 5, END, PAD],
            [4, END, PAD, PAD, PAD],
            [4, 6, END, PAD, PAD],
            [4, 5, 6, 4, 5],
            [END, PAD, PAD, PAD, PAD],
            [4, UNKNOWN, END, PAD, PAD],
        ]
    )
    assert same(answers, target).tolist() == [True, False, False, False, False, False, False]
    assert same(answers[:, :3], target).tolist()[0] and not same(answers[:, :2], target).any()


def test_validation_tells_what_a_plain_loop_tells(data: Pairs) -> None:
    objective = _objective(data)
    _train(objective, 10)
    values = objective.validate()
    objective.model.eval()
    losses: list[float] = []
    right: list[bool] = []
    with torch.no_grad():
        for source, target in zip(data.val.source, data.val.target, strict=True):
            words = [w for w in target.tolist() if w != PAD]
            read = torch.tensor([[BEGIN, *words[:-1]]])
            logits = objective.model(torch.tensor([[w for w in source.tolist() if w != PAD]]), read)[0]
            losses += F.cross_entropy(logits, torch.tensor(words), reduction="none").tolist()
            right += (logits.argmax(-1) == torch.tensor(words)).tolist()
    assert values["loss/val"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert values["accuracy/val"] == pytest.approx(np.mean(right))
    assert values["exact_match/val"] == 0.0


def test_measuring_leaves_everything_as_it_was(data: Pairs) -> None:
    objective = _objective(data, dropout=0.3)
    objective.model.train()
    before = torch.get_rng_state()
    weights = [p.clone() for p in objective.model.parameters()]
    objective.validate()
    metrics = objective.test()
    list(objective.records()), list(objective.final_records())
    assert torch.equal(before, torch.get_rng_state()) and objective.model.training
    assert all(torch.equal(a, b) for a, b in zip(weights, objective.model.parameters(), strict=True))
    assert set(metrics) == {"exact_match", "alignment", "alignment_swapped", "token_accuracy", "test_loss"}
    assert not any(m._forward_hooks for m in objective.model.modules())


class Oracle(Translator):
    """Knows the translations of validation and test by heart."""

    def learn(self, data: Pairs) -> None:
        self.book = {
            tuple(source): target
            for split in (data.val, data.test)
            for source, target in zip(split.source.tolist(), split.target.tolist(), strict=True)
        }

    def encode(self, source_bs: Tensor) -> tuple[Tensor, Tensor]:
        memory, mask = super().encode(source_bs)
        self.targets = torch.tensor([self.book[tuple(s)] for s in source_bs.tolist()])
        return memory, mask

    def decode(self, target_bt: Tensor, memory: Tensor, mask: Tensor, caches: object = None) -> Tensor:
        logits = super().decode(target_bt, memory, mask, caches)  # type: ignore[arg-type]
        if caches is None:
            return logits + 100 * F.one_hot(self.targets, logits.shape[-1])
        now = caches[0].key.shape[2] - 1  # type: ignore[index]
        words = self.targets[:, min(now, self.targets.shape[1] - 1)]
        return logits + 100 * F.one_hot(words, logits.shape[-1])[:, None]


def test_who_knows_it_all_by_heart_gets_full_marks(data: Pairs) -> None:
    options = TranslatorOptions(width=16, heads=2, hidden=32, layers=1)
    model = Oracle(options, len(data.source_words), len(data.target_words), 40)
    model.learn(data)
    told: list[float] = []
    objective = Translation(model, data, options, 0, CPU, lambda what, share: told.append(share))
    metrics = objective.test()
    assert metrics["exact_match"] == metrics["token_accuracy"] == 1.0 and metrics["test_loss"] < 0.01
    assert metrics["alignment"] < 0.9 and told and all(0 <= share <= 1 for share in told)
    lost = tuple(data.test.source[3].tolist())
    model.book[lost] = [END] * len(model.book[lost])
    assert objective.test()["exact_match"] == pytest.approx(1 - 1 / len(data.test))


def test_a_told_interruption_ends_the_test_and_restores_the_mode(data: Pairs) -> None:
    objective = _objective(data)
    objective.model.train()

    def stop(what: str, share: float) -> None:
        raise KeyboardInterrupt

    objective.tell = stop
    with pytest.raises(KeyboardInterrupt):
        objective.test()
    assert objective.model.training


def test_alignment_counts_words_that_have_a_source() -> None:
    gold = torch.zeros(1, 4, 3, dtype=torch.bool)
    gold[0, 0, 0] = gold[0, 1, 2] = gold[0, 2, 1] = gold[0, 2, 2] = True  # the last word, END, has none
    weights = torch.zeros(1, 2, 4, 3)
    weights[0, :, 0, 0] = 1.0
    weights[0, 0, 1, 0], weights[0, 1, 1, 2] = 0.9, 1.0  # the heads disagree, and the second is surer
    weights[0, :, 2, 0] = 1.0  # wrong
    weights[0, :, 3, 1] = 1.0
    hits = aligned(weights, gold)
    assert hits.tolist() == [[True, True, False, False]]
    swapped = torch.tensor([[False, True, True, False]])
    assert alignment(hits, gold, swapped) == pytest.approx({"alignment": 2 / 3, "alignment_swapped": 1 / 2})
    assert alignment(hits, gold, torch.zeros_like(swapped)) == pytest.approx({"alignment": 2 / 3})


def test_the_weights_heard_are_those_that_were_used(data: Pairs) -> None:
    objective = _objective(data, layers=2, cross_heads=2)
    layers = attentions(objective.model)
    passed: dict[str, tuple[Tensor, Tensor]] = {}

    def keep(name: str):  # type: ignore[no-untyped-def]
        return lambda module, args, output: passed.update({name: (args[2], output)})

    handles = [layer.register_forward_hook(keep(name)) for name, layer in layers.items()]
    with torch.no_grad(), listening(layers) as heard:
        objective.model(*objective.inputs("val", 0, 5))
    for handle in handles:
        handle.remove()
    for name, (values, output) in passed.items():
        torch.testing.assert_close(heard[name].sum(-1), torch.ones_like(heard[name][..., 0]))
        torch.testing.assert_close(heard[name] @ values, output, rtol=1e-4, atol=1e-5)
    assert (heard["decoder_attention"].triu(1) == 0).all()
    first, second, both = views(heard).values()
    torch.testing.assert_close(both, (first + second) / 2)
    assert first.shape == (5, 2, data.val.target.shape[1], data.val.source.shape[1]) and not torch.equal(first, second)
    assert len(views({name: weights for name, weights in heard.items() if "layer 2" not in name})) == 1


def test_records_show_the_famous_sentence(data: Pairs) -> None:
    objective = _objective(data, cross_heads=2)
    records = {record.tag: record for record in objective.final_records()}
    cross = records[WORDS]
    assert max(records) == WORDS, "it is printed last"
    assert cross.kind == "attention" and cross.arrays["weights"].shape == (2, 5, 7)
    assert cross.arrays["rows"].tolist() == ["a", "black", "cat", "drinks", "water"]
    assert cross.arrays["columns"].tolist() == ["un", "chat", "noir", "boit", "de", "l'", "eau"]
    np.testing.assert_allclose(cross.arrays["weights"].sum(-1), 1, rtol=1e-5)
    layers = {tag: record.arrays for tag, record in records.items() if tag.startswith("attention/")}
    assert all(each["brief"] for each in layers.values()) and "brief" not in cross.arrays
    assert layers["attention/encoder.0.attention"]["weights"].shape == (2, 7, 7)
    begun = ["<begin>", "a", "black", "cat", "drinks", "water"]
    assert layers["attention/decoder.0.attention"]["rows"].tolist() == begun
    last = layers["attention/decoder.0.cross_attention"]
    assert last["rows"].tolist() == [*begun[1:], "<end>"]
    np.testing.assert_array_equal(last["weights"][:, :5], cross.arrays["weights"])
    shown = records["translations"]
    assert shown.kind == "translations" and shown.arrays["source"][0] == "un chat noir boit de l'eau"
    assert shown.arrays["target"][0] == "a black cat drinks water"
    lengths = {len(shown.arrays[name]) for name in ("source", "target", "answer", "probability")}
    assert lengths == {7} and ((shown.arrays["probability"] >= 0) & (shown.arrays["probability"] <= 1)).all()


def test_batches_are_an_epochs_permutation_with_like_lengths() -> None:
    lengths = torch.randint(2, 30, (POOL * 8 * 3,), generator=torch.Generator().manual_seed(0))
    batches = [Buckets(lengths, 1).batch(k, 8) for k in range(POOL * 3)]
    assert sorted(torch.cat(batches).tolist()) == list(range(len(lengths)))
    plain = Shuffle(len(lengths), 1, CPU)

    def padded(indices: list[Tensor]) -> int:
        return sum(int(lengths[i].max()) * len(i) for i in indices)

    assert padded(batches) < 0.8 * padded([plain.batch(k, 8) for k in range(POOL * 3)])
    stream = Buckets(lengths, 1)
    assert all(torch.equal(stream.batch(k, 8), batches[k]) for k in (25, 3, 14, 3))
    assert not torch.equal(torch.cat(batches), torch.cat([Buckets(lengths, 2).batch(k, 8) for k in range(POOL * 3)]))
    longest = [int(lengths[i].max()) for i in batches[:POOL]]
    assert longest != sorted(longest)


@pytest.mark.parametrize("beam", [1, 3])
def test_a_users_file_is_learned_by_heart(tmp_path: Path, beam: int) -> None:
    nouns = [("chat", "cat"), ("chien", "dog"), ("lait", "milk"), ("pain", "bread"), ("thé", "tea"), ("eau", "water")]
    verbs = [("voit", "sees"), ("veut", "wants"), ("aime", "likes"), ("prend", "takes")]
    lines = [f"{a} {v} {b}\t{x} {w} {y}" for a, x in nouns for v, w in verbs for b, y in nouns]
    path = tmp_path / "mine.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    data = pairs_file.load(path, 0)
    objective = _objective(data, width=32, beam=beam, lr=0.01, steps=60)
    _train(objective, 60)
    metrics = objective.test()
    assert set(metrics) == {"exact_match", "token_accuracy", "test_loss"} and metrics["exact_match"] > 0.5
    (text, probability), (_, other) = objective.translate(["Chat voit pain", ""])
    assert text == "cat sees bread" and 0.3 < probability <= 1 and 0 < other <= 1
    assert {r.tag for r in objective.records()} >= {WORDS, "translations"}
