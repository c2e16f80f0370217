"""Texts: the embedded one, the user's own, and how they are cut into tokens."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.data import corpus, topics
from dlviz.engine.data.base import DataError
from dlviz.engine.data.corpus import Corpus
from dlviz.engine.data.load import load_data
from dlviz.engine.data.tokenizers import BytePairs, Tokenizer, tokenizer

PARAGRAPHS = "\n\n".join(f"Paragraph {k} says that {k} times {k} is {k * k}.\nIt has two lines." for k in range(120))


def _held_out(path: Path, text: str, seed: int = 0) -> Corpus:
    path.write_text(text, encoding="utf-8", newline="")
    return corpus.load(path, seed)


def test_the_embedded_text_is_what_it_was() -> None:
    data = topics.load(0)
    digest = hashlib.sha256((data.train + "\f" + data.val).encode()).hexdigest()
    assert digest.startswith("4bea64bf2d2cb282")
    assert data == topics.load(1) == load_data("topics", 5, kinds=("text",))
    assert data.kind == "text" and data.sizes == (339_761, 31_815, 31_815) and len(data.alphabet) == 94
    assert dict(data.parts()) == {"train": data.train, "val": data.val}


def test_whole_topics_are_held_out_and_no_paragraph_comes_twice() -> None:
    data, every = topics.load(0), topics.read()
    held = {name: text for name, text in every.items() if text in data.val}
    assert set(held) == set(topics.HELD_OUT) and not any(text in data.train for text in held.values())
    paragraphs = [" ".join(p.split()) for text in every.values() for p in text.split("\n\n")]
    assert len(paragraphs) == len(set(paragraphs)) > 1500
    assert len(data.train) + len(data.val) == sum(map(len, every.values())) + 2 * (len(every) - 2)


def test_a_text_of_the_user_is_split_by_the_seed_where_paragraphs_end(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    data, same, other = (_held_out(path, PARAGRAPHS, seed) for seed in (0, 0, 1))
    assert data == same and data.val != other.val
    assert sorted(data.train + data.val) == sorted(PARAGRAPHS)
    assert 0.04 < len(data.val) / len(PARAGRAPHS) < 0.14
    pieces = set(PARAGRAPHS.split("\n\n"))
    assert set(data.val.rstrip("\n").split("\n\n")) <= pieces  # no paragraph is cut
    assert data.name == "book.txt" and "book.txt" in data.description and "held out" in data.description


@pytest.mark.parametrize("name", ["code.py", "README.md", "notes", "table.csv", "a.TXT"])
def test_any_ending_will_do(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(PARAGRAPHS)
    data = load_data(str(tmp_path / name), 0, kinds=("text",))
    assert isinstance(data, Corpus) and data.name == name


@settings(max_examples=60)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=200, max_size=3000))
def test_every_text_loads_or_is_refused_in_a_sentence(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    try:
        data = _held_out(path, text)
    except DataError as refused:
        assert str(refused).isprintable() and "any.txt" in str(refused)
        return
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    assert sorted(data.train + data.val) == sorted(plain) and data.train and data.val
    for kind in ("char", "bpe"):
        tokens = tokenizer(data, kind, 300)
        for part in (data.train, data.val):
            assert tokens.decode(tokens.encode(part)) == part


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,  # nothing to cut at
        "word " * 800,
        "\n".join(f"line {k}" for k in range(400)),
        "a" * 150 + "\n\n" + "b" * 150,
        "end" * 10 + "\n\n" * 300 + "end" * 60,
        "あいうえお、かきくけこ。" * 40,
    ],
)
def test_texts_without_paragraphs_are_cut_all_the_same(text: str, tmp_path: Path) -> None:
    data = _held_out(tmp_path / "t.txt", text)
    assert 0.02 < len(data.val) / len(text) < 0.6


@pytest.mark.parametrize(
    ("content", "needed"),
    [
        (b"", "empty"),
        (b"\n \n\t\n", "empty"),
        (b"too short", "9 characters"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not text in UTF-8"),
        (b"abc\0" * 200, "zero bytes"),
        ("naïve ".encode("latin-1") * 100, "byte 3 "),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(content: bytes, needed: str, tmp_path: Path) -> None:
    path = tmp_path / "bad\x1b[31m.bin"
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        corpus.load(path, 0)
    assert needed in str(refused.value) and "bad" in str(refused.value) and str(refused.value).isprintable()


def test_a_file_that_is_not_there_or_not_a_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(DataError, match="cannot read"):
            corpus.load(path, 0)


def test_of_a_long_text_the_beginning_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "MOST", 3000)
    monkeypatch.setattr(corpus, "MOST_HELD_OUT", 100)
    data = _held_out(tmp_path / "long.txt", PARAGRAPHS)
    assert len(data.train) + len(data.val) == 3000 and "the first 3,000 characters" in data.description
    assert 30 < len(data.val) <= 200


def test_byte_pairs_start_with_the_commonest_neighbours() -> None:
    alphabet = " abcd"
    tokens = BytePairs(alphabet, "abab abab cd abab cd", 8)
    assert tokens.tokens[:6] == (*alphabet, "ab") and tokens.tokens[6] in ("abab", " abab")
    assert tokens.decode(tokens.encode("dcba abab")) == "dcba abab" and len(tokens) == 8


def test_words_numbers_and_space_stay_apart() -> None:
    text = "x1 = foo(bar)\n\n    y22 = foo(bar)\n" * 50
    tokens = BytePairs("".join(sorted(set(text))), text, 400)
    for token in tokens.tokens:
        bare = token.removeprefix(" ")
        assert bare.isalpha() or bare.isdigit() or token.isspace() or not any(c.isalnum() or c.isspace() for c in bare)


def test_byte_pairs_are_learned_from_the_training_part_alone() -> None:
    one, other = (
        Corpus(name="t", train=PARAGRAPHS, val=val, description="") for val in ("It has two.", "zzqzzq zzqzzq zzqzzq")
    )
    plain, odd = tokenizer(one, "bpe", 90), tokenizer(other, "bpe", 90)
    assert set(odd.tokens) - set(plain.tokens) <= {"z", "q"}
    assert odd.decode(odd.encode(other.val)) == other.val


def test_a_short_text_has_fewer_tokens() -> None:
    data = Corpus(name="t", train=PARAGRAPHS[:1000], val=PARAGRAPHS[1000:1100], description="")
    assert len(tokenizer(data, "bpe", 512)) == len(tokenizer(data, "char", 512)) == len(data.alphabet)


def test_tokens_are_the_same_every_time() -> None:
    data = topics.load(0)
    tokens = BytePairs(data.alphabet, data.train, 512)
    assert len(tokens) == 512 and tokens.tokens[:94] == tuple(data.alphabet)
    assert hashlib.sha256(repr(tokens.tokens).encode()).hexdigest().startswith("01b4dfffff4c0353")
    assert tokens.tokens == BytePairs(data.alphabet, data.train, 512).tokens


@given(st.text("ab \n1.é", max_size=50))
def test_every_text_comes_back_from_its_tokens(text: str) -> None:
    alphabet = "".join(sorted("ab \n1.é"))
    for tokens in (Tokenizer(alphabet), BytePairs(alphabet, "aab aab 11. éé\n\n aab " * 9, 30)):
        assert tokens.decode(tokens.encode(text)) == text
