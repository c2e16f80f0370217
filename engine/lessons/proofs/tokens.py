"""What `tokens` claims: the tokenizers library, PyTorch's embedding and one-hot product, texts meant to break it."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import torch
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from torch.nn import functional as F

from ...data.tokenizers import PIECES
from ..kit.facts import Claim, Outcome, equal, every, same_arrays
from ..kit.fixtures import S1, S2, S3
from ..kit.state import State
from ..tokens import embeddings, encoded, rows_of, vocabulary
from ..workings import byte_pairs as pairs

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
def _library(lower: bool, merged: int) -> models.BPE:
    """The library's own encoder with our merges; a byte is the letter of its number from 0x100 on."""
    names = ["<unk>", *(chr(0x100 + byte) for byte in range(pairs.BYTES))]
    joins = []
    for left, right in pairs.merges(lower)[:merged]:
        joins.append((names[left], names[right]))
        names.append(names[left] + names[right])
    return models.BPE({name: number for number, name in enumerate(names)}, joins)


def library(text: str, lower: bool, merged: int) -> list[list[int]]:
    """The byte-pair numbers of every piece of a text, split by the lab's own expression, all by the library."""
    model = Tokenizer(_library(lower, merged))
    text = " " + (text.lower() if lower else text)
    pieces = pre_tokenizers.Split(Regex(PIECES), "isolated").pre_tokenize_str(text)
    return [model.encode("".join(chr(0x100 + byte) for byte in piece.encode())).ids for piece, _ in pieces]


def returns(state: State) -> Outcome:
    """The text that is set comes back, as long as nothing is <unk> or lower-cased."""
    numbers = encoded(state)
    back = pairs.decode(numbers, state["kind"], lower=state["lower"])
    wanted = state["text"].lower() if state["lower"] else state["text"]
    says = "decode(encode(s)) == s in lower case" if state["lower"] else ""
    return Outcome(back, wanted, back == wanted, says)


def hostile(state: State) -> Outcome:
    """Escape sequences, odd spaces, other scripts and broken text come back from every tokenizer."""
    back = {kind: sum(pairs.decode(pairs.encode(text, kind), kind) == text for text in HOSTILE) for kind in pairs.KINDS}
    return equal(back, dict.fromkeys(pairs.KINDS, len(HOSTILE)))


def stable(state: State) -> Outcome:
    """A word has the same number in every text, and the set of numbers is that of the vocabulary."""
    numbers = {kind: pairs.encode("the cat", kind) for kind in pairs.KINDS}
    for text in (S1, S2, S3, state["text"], *HOSTILE):
        for kind in pairs.KINDS:
            pairs.encode(text, kind)
    again = {kind: pairs.encode("rat the cat", kind)[-len(numbers[kind]) :] for kind in pairs.KINDS}
    return equal(numbers, again)


def as_library(state: State) -> Outcome:
    """Byte pairs of the text, and of the sentences, are those of the tokenizers library with the same merges."""
    merged, lower = state["merges"], state["lower"]
    texts = (state["text"], S1, S2, S3, pairs.CORPUS)
    ours = [pairs.encode(text, "bpe", merged=merged, lower=lower) for text in texts]
    theirs = [[number for piece in library(text, lower, merged) for number in piece] for text in texts]
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    return equal(
        {"texts alike": same, "tokens": sum(map(len, ours))}, {"texts alike": 5, "tokens": sum(map(len, theirs))}
    )


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
    return equal(chosen, best)


def example(state: State) -> Outcome:
    """The sentence of the notes: six words and a full stop; The and the differ until all is lower-cased."""
    plain, lowered = pairs.encode(S1, "word"), pairs.encode(S1, "word", lower=True)
    words = S1.replace(".", " .").split()
    return every(
        tokens=equal(len(plain), len(words)),
        different=equal(len(set(plain)), len(set(words))),
        in_lower_case=equal(len(set(lowered)), len({word.lower() for word in words})),
        The_is_the=equal([plain[0] == plain[4], lowered[0] == lowered[4]], [False, True]),
    )


def lookup(state: State) -> Outcome:
    """Rows looked up are nn.Embedding's, and exactly the product of one-hot rows and the table."""
    weight = torch.from_numpy(embeddings(vocabulary(state), state.seed))
    numbers = torch.tensor(encoded(state))
    theirs = torch.nn.Embedding(len(weight), weight.shape[1], _weight=weight)(numbers).detach()
    product = F.one_hot(numbers, len(weight)).double() @ weight
    return every(
        embedding=same_arrays(rows_of(state), theirs, 0.0), one_hot_product=same_arrays(rows_of(state), product, 0.0)
    )


CLAIMS = (
    Claim(id="Q1", says="embedding(x) == onehot(x) @ W, exactly", check=lookup),
    Claim(id="Q2", says="decode(encode(s)) == s", check=returns),
    Claim(id="Q2", says="it holds for hostile texts too, with every tokenizer", check=hostile),
    Claim(id="Q2", says="a token has the same number in every text", check=stable),
    Claim(id="Q2", says="byte pairs are those of the tokenizers library", check=as_library),
    Claim(id="Q2", says="every merge joins a most frequent pair", check=greedy),
    Claim(id="Q3", says="7 tokens; The and the differ unless lower-cased", check=example),
)
