"""What `tokens` claims: the tokenizers library, PyTorch's embedding and one-hot product, texts meant to break it."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from torch.nn import functional as F

from ...data.tokenizers import PIECES, BytePairs
from ..kit.facts import Claim, Outcome, equal
from ..kit.fixtures import S1, S2, S3
from ..kit.state import State
from ..tokens import LESSON, embeddings, vocabulary
from ..workings import byte_pairs as pairs
from .shown import bars_by_label, figures, frame, named, rows_by_name

HOSTILE = (
    "\x1b]0;title\x07[/bold] a lone [",
    " two  spaces and a trailing one ",
    "tab\tnewline\nreturn\r\nnul\x00 end",
    "🐈‍⬛ e\u0301 ½ ² Ⅷ ١٢٣ 東京 עברית ",
    "\u202eright to left\u202c ▁ <unk> <0x41>",
    "_under_score__ 1,234.5 don't",
    "lone \ud800 surrogate",
    "",
)


@lru_cache(maxsize=4)
def _library(lower: bool, merged: int) -> tuple[models.BPE, int]:
    """The library's own encoder with our merges, and how many; a byte is the letter of its number from 0x100 on."""
    names = ["<unk>", *(chr(0x100 + byte) for byte in range(pairs.BYTES))]
    joins = []
    for left, right in pairs.merges(lower)[:merged]:
        joins.append((names[left], names[right]))
        names.append(names[left] + names[right])
    return models.BPE({name: number for number, name in enumerate(names)}, joins), len(joins)


def library(text: str, lower: bool, merged: int) -> list[list[int]]:
    """The byte-pair numbers of every piece of a text, split by the lab's own expression, all by the library."""
    model = Tokenizer(_library(lower, merged)[0])
    text = " " + (text.lower() if lower else text)
    pieces = pre_tokenizers.Split(Regex(PIECES), "isolated").pre_tokenize_str(text)
    return [model.encode("".join(chr(0x100 + byte) for byte in piece.encode())).ids for piece, _ in pieces]


def read(chips: Any) -> str:
    """The text that chips say to a reader: `▁` is a space, `<0xE2>` a byte."""
    raw = b""
    for chip in chips.tokens:
        byte = re.fullmatch(r"<0x([0-9A-F]{2})>", chip)
        raw += bytes([int(byte.group(1), 16)]) if byte else chip.replace("▁", " ").encode()
    return raw.decode("utf-8", "surrogatepass").removeprefix(" ")


def returns(state: State) -> Outcome:
    """The text that is set comes back, read from the chips shown and from the numbers under them."""
    at = frame(LESSON, "split", state)
    chips = named(at)["tokens"]
    back = pairs.decode([int(note) for note in chips.notes], state["kind"], lower=state["lower"])
    wanted = state["text"].lower() if state["lower"] else state["text"]
    lost = any(note == "0" for note in chips.notes)
    seen_back = lost or read(chips) == wanted
    formula = at.formulas[0].numbers == back and (at.formulas[0].symbols[-3:] == "= s") == (back == state["text"])
    says = "decode(encode(s)) == s in lower case" if state["lower"] else ""
    return Outcome(back, wanted, back == wanted and seen_back and formula, says)


def hostile(state: State) -> Outcome:
    """Escape sequences, odd spaces, other scripts and broken text come back from every tokenizer."""
    back = {kind: sum(pairs.decode(pairs.encode(text, kind), kind) == text for text in HOSTILE) for kind in pairs.KINDS}
    return equal(back, dict.fromkeys(pairs.KINDS, len(HOSTILE)))


def stable(state: State) -> Outcome:
    """Chips and numbers shown belong to each other one to one, in this text and in others."""
    clashes, known = 0, 0
    for kind in pairs.KINDS:
        number_of: dict[tuple[str, bool], str] = {}
        chip_of: dict[str, str] = {}
        for text in (S1, S2, S3, "rat the cat", state["text"]):
            chips = figures(LESSON, "split", state.with_values(text=text, kind=kind, lower=False))["tokens"]
            for chip, number in zip(chips.tokens, chips.notes, strict=True):
                # A full stop of the vocabulary and the byte that spells one look alike and are two tokens.
                token = chip, int(number) <= pairs.BYTES
                clashes += number_of.setdefault(token, number) != number or chip_of.setdefault(number, chip) != chip
        known += len(number_of)
    return Outcome({f"of {known} tokens two numbers": clashes}, 0, clashes == 0 and known > 0)


def as_library(state: State) -> Outcome:
    """Byte pairs shown, of this text and of the sentences, are those of the tokenizers library."""
    merged, lower = state["merges"], state["lower"]
    ours, theirs = [], []
    for text in (state["text"], S1, S2, S3):
        chips = figures(LESSON, "split", state.with_values(text=text, kind="bpe"))["tokens"]
        ours.append([int(note) for note in chips.notes])
        theirs.append([number for piece in library(text, lower, merged) for number in piece])
    return Outcome(sum(map(len, ours)), sum(map(len, theirs)), ours == theirs)


def as_the_lab(state: State) -> Outcome:
    """Byte pairs shown of plain sentences are the tokens that the lab's own tokenizer learns from the same text."""
    merged, lower = state["merges"], state["lower"]
    corpus = " " + (pairs.CORPUS.lower() if lower else pairs.CORPUS)
    letters = "".join(sorted({chr(code) for code in range(0x20, 0x7F)} | set(corpus)))
    lab = BytePairs(letters, corpus, len(letters) + merged)
    plain = [text for text in (state["text"], S1, S2, S3) if text.isascii() and text.isprintable()]
    ours, theirs = [], []
    for text in plain:
        chips = figures(LESSON, "split", state.with_values(text=text, kind="bpe"))["tokens"]
        ours.append([chip.replace("▁", " ") for chip in chips.tokens])
        theirs.append([lab.tokens[number] for number in lab.encode(" " + (text.lower() if lower else text))])
    return Outcome(sum(map(len, ours)), sum(map(len, theirs)), ours == theirs)


def counted(state: State) -> Outcome:
    """The counts in the table and bars: characters, tokens, bytes, unknown ones, and the vocabularies."""
    text, lower = state["text"], state["lower"]
    corpus = " " + (pairs.CORPUS.lower() if lower else pairs.CORPUS)
    words = {piece for piece, _ in pre_tokenizers.Split(Regex(PIECES), "isolated").pre_tokenize_str(corpus)}
    learned = {"word": len(words), "char": len(set(corpus)), "bpe": _library(lower, state["merges"])[1]}
    shown, compared = figures(LESSON, "split", state), figures(LESSON, "split", state, 1)
    numbers = [int(note) for note in shown["tokens"].notes]
    rows = {name: row[0] for name, row in rows_by_name(shown["counts"]).items()}
    expected = {
        "characters, with ▁ before the text": len(text) + 1,
        "tokens": len(numbers),
        "of them single bytes": len([number for number in numbers if number in range(1, 257)]),
        "of them unknown": len([number for number in numbers if not number]),
        "vocabulary": 1 + 256 + learned[state["kind"]],
    }
    bars, notes = bars_by_label(compared["length"]), dict(zip(pairs.KINDS, compared["length"].notes, strict=True))
    lengths = {kind: len(compared[kind].tokens) for kind in pairs.KINDS}
    right = {kind: int(bars[kind]) for kind in pairs.KINDS} == lengths
    right &= notes == {kind: f"vocabulary {257 + size}" for kind, size in learned.items()}
    right &= bars[state["kind"]] == len(numbers) and lengths["bpe"] == len(flat(library(text, lower, state["merges"])))
    ranges = [int(end) for name in rows_by_name(shown["numbers"]) for end in re.findall(r"\d+", name)]
    right &= ranges == [0, 1, 256, 257]
    return Outcome([*rows.values()], [*expected.values()], rows == expected and right)


def merges_shown(state: State) -> Outcome:
    """Tokens and counts of every frame of the merges, by the library; and those left out change nothing."""
    lower, text, wrong, shown = state["lower"], state["text"], 0, 0
    cut: list[int] = []
    left_out = 0
    for at in next(scene for scene in LESSON.scenes if scene.name == "merges").frames(state):
        chips, table = named(at)["tokens"], named(at)["pairs"]
        k = int(str(chips.title).split()[1])
        numbers = [int(note) for note in chips.notes]
        for skipped in range(shown + 1, k):
            left_out += flat(library(text, lower, skipped)) != cut
        cut, shown = numbers, k
        counts: Counter[tuple[str, str]] = Counter()
        names = {number: pairs.shown(number, "bpe", lower=lower) for number in range(pairs.size("bpe", lower=lower))}
        for piece in library(pairs.CORPUS, lower, max(0, k - 1)):
            counts.update((names[a], names[b]) for a, b in pairwise(piece))
        best = sorted(counts.values(), reverse=True)
        wrong += numbers != flat(library(text, lower, k))
        wrong += [row[2] for row in table.rows] != best[: len(table.rows)]
        wrong += any(counts[row[0], row[1]] != row[2] for row in table.rows)
        newest = [number == pairs.BYTES + k for number in numbers]
        tinted = [bool(weight) for weight in chips.weights] if chips.weights is not None else [False] * len(numbers)
        wrong += table.marked != (0,) or tinted != newest
    return Outcome({"wrong": wrong + left_out}, {"wrong": 0}, wrong + left_out == 0)


def flat(pieces: list[list[int]]) -> list[int]:
    """The numbers of all pieces in a row."""
    return [number for piece in pieces for number in piece]


def greedy(state: State) -> Outcome:
    """Each of the first merges joins a pair that no other beats, counted anew on the library's tokens."""
    lower, first = state["lower"], 24
    best, chosen = [], []
    for k in range(first):
        counts: Counter[tuple[int, int]] = Counter()
        for numbers in library(pairs.CORPUS, lower, k):
            counts.update(pairwise(numbers))
        best.append(max(counts.values()))
        chosen.append(counts[pairs.merges(lower)[k]])
    same = sum(a == b for a, b in zip(chosen, best, strict=True))
    return equal({"of 24 merges": same}, {"of 24 merges": first})


def example(state: State) -> Outcome:
    """The sentence of the notes as shown: six words and a full stop; The and the differ until all is lower-cased."""
    chips = [
        figures(LESSON, "split", state.with_values(text=S1, kind="word", lower=lower))["tokens"].notes
        for lower in (False, True)
    ]
    words = S1.replace(".", " .").split()
    lowered = {word.lower() for word in words}
    alike = [notes[0] == notes[4] for notes in chips] == [False, True]
    ours, theirs = [len(chips[0]), *(len(set(n)) for n in chips)], [len(words), len(set(words)), len(lowered)]
    return Outcome(ours, theirs, ours == theirs and alike)


def lookup(state: State) -> Outcome:
    """The vector shown is nn.Embedding's, and the one-hot row shown picks it out of the rows shown."""
    weight = torch.from_numpy(embeddings(vocabulary(state), state.seed))
    first, second = (figures(LESSON, "embedding", state, k) for k in range(2))
    chips = first["tokens"]
    number = torch.tensor([int(chips.notes[chips.focus])])
    theirs = torch.nn.Embedding(len(weight), weight.shape[1], _weight=weight)(number).detach()
    product = F.one_hot(number, len(weight)).double() @ weight
    rows = torch.tensor([int(label.split()[0]) for label in first["table"].row_labels])
    hot = torch.tensor(second["one-hot"].values)
    same = [
        torch.equal(torch.tensor(first["vector"].values), theirs),
        torch.equal(torch.tensor(second["vector"].values), product),
        torch.equal(torch.tensor(first["table"].values), weight[rows]),
        torch.equal(hot @ torch.tensor(second["table"].values), theirs),
        torch.equal(hot[0], (rows == number).double()),
        [int(label) for label in second["one-hot"].column_labels] == rows.tolist(),
        float(hot.sum()) == 1,
    ]
    return Outcome({"of 7 agree": sum(same)}, {"of 7 agree": 7}, all(same))


CLAIMS = (
    Claim(id="Q1", says="embedding(x) == onehot(x) @ E, exactly", check=lookup),
    Claim(id="Q2", says="decode(encode(s)) == s", check=returns),
    Claim(id="Q2", says="it holds for hostile texts too, with every tokenizer", check=hostile),
    Claim(id="Q2", says="a token has the same number in every text", check=stable),
    Claim(id="Q2", says="byte pairs are those of the tokenizers library", check=as_library),
    Claim(id="Q2", says="byte pairs are those that the lab's tokenizer learns", check=as_the_lab),
    Claim(id="Q2", says="counts of tokens, bytes and vocabularies as shown", check=counted),
    Claim(id="Q2", says="merges and pair counts shown are the library's", check=merges_shown),
    Claim(id="Q2", says="every merge joins a most frequent pair", check=greedy),
    Claim(id="Q3", says="7 tokens; The is not the: 7 different, lower-cased 6", check=example),
)
