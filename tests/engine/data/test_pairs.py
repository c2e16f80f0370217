"""Pairs of sentences: words from text and back, links that cross, and the user's own files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.data import pairs_file
from dlviz.engine.data.base import DataError
from dlviz.engine.data.fingerprint import fingerprint
from dlviz.engine.data.load import load_data
from dlviz.engine.data.pairs import (
    END,
    PAD,
    SPECIAL,
    UNKNOWN,
    Pairs,
    PairSplit,
    crossings,
    decode,
    detokenize,
    encode,
    tokenize,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Un chat noir boit de l'eau.", ["un", "chat", "noir", "boit", "de", "l'", "eau", "."]),
        ("L’homme n’a qu'un  œuf !", ["l’", "homme", "n’", "a", "qu'", "un", "œuf", "!"]),
        ("I don't know, it's Bob's", ["i", "don't", "know", ",", "it's", "bob's"]),
        ("aujourd'hui lorsqu'elle", ["aujourd'hui", "lorsqu'", "elle"]),
        ("e\u0301te\u0301", ["été"]),
        ("日本 3.5", ["日本", "3", ".", "5"]),
        ("  ", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


def test_a_text_from_words() -> None:
    assert detokenize(tokenize("un chat, noir, boit de l'eau.")) == "un chat, noir, boit de l'eau."
    assert detokenize([]) == "" and detokenize(["l'", "eau"]) == "l'eau"


@given(st.text(max_size=60))
def test_words_are_found_again_in_their_text(text: str) -> None:
    words = tokenize(text)
    assert all(word and not any(c.isspace() for c in word) for word in words)
    assert "".join(words) == "".join(detokenize(words).split())


def test_encoding_and_back() -> None:
    words = (*SPECIAL, "a", "b")
    codes = encode([["a", "b", "a"], ["z"], []], words, end=True)
    assert codes.tolist() == [[4, 5, 4, END], [UNKNOWN, END, PAD, PAD], [END, PAD, PAD, PAD]]
    assert [decode(row, words) for row in codes] == [["a", "b", "a"], ["<unk>"], []]
    assert encode([["a"], ["b", "z"]], words, end=False).tolist() == [[4, PAD], [5, UNKNOWN]]


@settings(max_examples=60, deadline=None)
@given(t=st.integers(1, 5), s=st.integers(1, 5), seed=st.integers(0, 10_000), share=st.sampled_from([0.1, 0.3, 0.6]))
def test_crossings_by_their_definition(t: int, s: int, seed: int, share: float) -> None:
    gold = np.random.default_rng(seed).random((3, t, s)) < share
    for links, found in zip(gold, crossings(gold), strict=True):
        sources = [np.flatnonzero(row) for row in links]
        for i, a in enumerate(sources):
            before = [b for b in sources[:i] if len(b) and len(a) and b.min() > a.max()]
            after = [b for b in sources[i + 1 :] if len(b) and len(a) and b.max() < a.min()]
            assert found[i] == bool(before or after)


def _write(folder: Path, lines: list[str], name: str = "mine.tsv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _lines(count: int = 60) -> list[str]:
    return [f"je vois {k} chats\tI see {k} cats" for k in range(count)]


def _sentences(split: PairSplit, words: tuple[str, ...]) -> list[str]:
    return [detokenize(decode(row, words)) for row in split.source]


def test_a_file_is_split_by_the_seed_and_loses_nothing(tmp_path: Path) -> None:
    path = _write(tmp_path, _lines())
    data = load_data(str(path), 0, kinds=("pairs",))
    assert isinstance(data, Pairs) and data.name == "mine.tsv" and data.sizes == (48, 6, 6)
    assert data.train.gold is None and data.test.swapped is None
    trained = set(_sentences(data.train, data.source_words))
    assert len(trained) == 48
    # what was not trained on are numbers that nobody knows
    assert set(_sentences(data.test, data.source_words)) == {"je vois <unk> chats"}
    assert detokenize(decode(data.specimen.source[0], data.source_words)) == "je vois <unk> chats"
    assert np.array_equal(data.specimen.target[0, :5], data.val.target[0, :5])
    again, other = (pairs_file.load(path, seed) for seed in (0, 1))
    assert fingerprint(again) == fingerprint(data) != fingerprint(other)


def test_translations_of_one_source_stay_together(tmp_path: Path) -> None:
    lines = [f"mot{k}\tword{k} {variant}" for k in range(40) for variant in ("a", "b", "c")]
    data = pairs_file.load(_write(tmp_path, [*lines, *lines[:50]]), 2)
    assert sum(data.sizes) == 120 and data.sizes == (96, 12, 12)
    assert set(_sentences(data.val, data.source_words)) == {"<unk>"}  # none of its words was trained on


def test_line_ends_empty_lines_and_further_columns_do_not_matter(tmp_path: Path) -> None:
    plain = pairs_file.load(_write(tmp_path, _lines()), 0)
    odd = tmp_path / "odd.txt"
    text = "\ufeff" + "\r\n\r\n".join(line + "\tby someone" for line in _lines()) + "\r\n"
    odd.write_bytes(text.encode())
    assert fingerprint(load_data(str(odd), 0, kinds=("pairs",))) == fingerprint(plain)


def test_rare_words_are_unknown_where_there_are_plenty(tmp_path: Path) -> None:
    few = pairs_file.load(_write(tmp_path, _lines()), 0)
    assert np.mean(few.train.source == UNKNOWN) == 0
    many = pairs_file.load(_write(tmp_path, _lines(3000)), 0)
    assert set(many.source_words[len(SPECIAL) :]) == {"je", "vois", "chats"}
    assert (many.train.source == UNKNOWN).sum() == 2400


@pytest.mark.parametrize(
    ("lines", "needed"),
    [
        ([*_lines(), "no tab here", "x\ty", "\tcats"], ["line 61 has no tab", "line 63 has no source"]),
        ([*_lines(), "chats\t "], ["line 61 has no target", "a tab"]),
        ([*_lines(), "mot " * 101 + "\tword"], ["line 61 has 101 words, more than 100"]),
        ([*_lines(), *["bad"] * 9], ["line 65 has no tab; and 4 more lines"]),
        (_lines(19), ["19 different source sentences", "at least 20"]),
        ([], ["0 different"]),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, lines: list[str], needed: list[str]) -> None:
    with pytest.raises(DataError) as refused:
        pairs_file.load(_write(tmp_path, lines), 0)
    assert "mine.tsv" in str(refused.value) and str(refused.value).isprintable()
    assert all(part in str(refused.value) for part in needed), str(refused.value)


def test_what_is_no_text_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "raw.tsv").write_bytes(b"\xff\xfe\x00a\tb\n" * 30)
    with pytest.raises(DataError, match="no UTF-8 text"):
        pairs_file.load(tmp_path / "raw.tsv", 0)
    with pytest.raises(DataError, match="cannot read"):
        pairs_file.load(tmp_path / "missing.tsv", 0)


def test_foreign_text_is_harmless(tmp_path: Path) -> None:
    lines = [*_lines(), *[f"\x1b]0;x\x07 [/x] chat{k}\t\x1b[31mcat\u202e{k}" for k in range(10)]]
    data = pairs_file.load(_write(tmp_path, lines), 0)
    assert all(word.isprintable() for word in (*data.source_words, *data.target_words))
