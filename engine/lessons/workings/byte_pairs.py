"""Text to tokens and back: words, characters, byte pairs; what a vocabulary lacks is spelled in bytes. Torch-free.

As in SentencePiece a space is put before the text and every word takes the space before it along, shown as `▁`.
Byte pairs as in GPT-2 (Sennrich et al., 2016; Radford et al., 2019): merges join bytes of one piece only.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, pairwise

CORPUS = (
    "The cat sat on the mat. The cat sat on the mat because it was tired. The cat sat on the mat because it was soft. "
    "The dog sat on the mat. The dog ran to the cat and the cat ran to the tree. The cat was tired and the mat was "
    "soft. A black cat drinks water. A black dog drinks water because it was tired. The rat sat on the cat. "
    "It was the fat cat that sat on the hat. The water was cold and the dog was not tired at all."
)
KINDS = ("word", "char", "bpe")
UNKNOWN = "<unk>"
BYTES = 256
FIRST = 1 + BYTES
"""Number of the first token that is neither unknown nor a byte."""
MOST_MERGES = 48


def pieces(text: str) -> list[str]:
    """Words with the space before them, numbers, punctuation, white space: joined they are the text."""
    found: list[str] = []
    space = ""
    for kind, run in groupby(text, _sort):
        part = "".join(run)
        if kind == "space":
            space = part
            continue
        if space:
            found += [gap for gap in (space[:-1], "" if space[-1] == " " else space[-1]) if gap]
        found.append(" " + part if space.endswith(" ") else part)
        space = ""
    return found + ([space] if space else [])


def _sort(character: str) -> str:
    if character.isspace():
        return "space"
    if character.isalpha():
        return "letter"
    return "number" if unicodedata.category(character).startswith("N") else "other"


def spelled(text: str) -> list[int]:
    """Its bytes in UTF-8 as tokens."""
    return [1 + byte for byte in text.encode("utf-8", "surrogatepass")]


@lru_cache(maxsize=4)
def vocabulary(kind: str, lower: bool) -> dict[str, int]:
    """Words or characters of CORPUS in alphabetic order, and the token number of each."""
    corpus = " " + (CORPUS.lower() if lower else CORPUS)
    entries = sorted(set(pieces(corpus) if kind == "word" else corpus))
    return {entry: FIRST + at for at, entry in enumerate(entries)}


@lru_cache(maxsize=2)
def learning(lower: bool) -> tuple[tuple[tuple[tuple[int, int], int], ...], ...]:
    """Before each merge, the most frequent pairs of neighbours in CORPUS with their counts, the chosen one first."""
    words = Counter(tuple(spelled(piece)) for piece in pieces(" " + (CORPUS.lower() if lower else CORPUS)))
    stages = []
    for number in range(MOST_MERGES):
        counts = pair_counts(words)
        if not counts or max(counts.values()) < 2:
            break
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:6]
        stages.append(tuple(ranked))
        left, right = ranked[0][0]
        words = Counter({joined(word, left, right, FIRST + number): count for word, count in words.items()})
    return tuple(stages)


def merges(lower: bool) -> tuple[tuple[int, int], ...]:
    """(left token, right token) of every merge, in the order learned on CORPUS: always the most frequent pair."""
    return tuple(stage[0][0] for stage in learning(lower))


def pair_counts(words: Counter[tuple[int, ...]]) -> Counter[tuple[int, int]]:
    """How often two tokens stand side by side in words that occur as often as told."""
    counts: Counter[tuple[int, int]] = Counter()
    for word, count in words.items():
        for pair in pairwise(word):
            counts[pair] += count
    return counts


def joined(word: Sequence[int], left: int, right: int, token: int) -> tuple[int, ...]:
    """`word` with every neighbouring `left`, `right` replaced by `token`, from left to right."""
    out: list[int] = []
    for one in word:
        if out and out[-1] == left and one == right:
            out[-1] = token
        else:
            out.append(one)
    return tuple(out)


def encode(text: str, kind: str, *, merged: int = MOST_MERGES, lower: bool = False, spell: bool = True) -> list[int]:
    """Token numbers of `text`; without `spell` what the vocabulary lacks is the one unknown token."""
    text = " " + (text.lower() if lower else text)
    if kind == "bpe":
        return [token for piece in pieces(text) for token in encoded_piece(piece, merges(lower)[:merged])]
    known = vocabulary(kind, lower)
    numbers: list[int] = []
    for unit in pieces(text) if kind == "word" else text:
        numbers += [known[unit]] if unit in known else spelled(unit) if spell else [0]
    return numbers


def encoded_piece(piece: str, learned: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The bytes of a piece with all merges applied in the order learned."""
    word = tuple(spelled(piece))
    for number, (left, right) in enumerate(learned):
        if len(word) == 1:
            break
        word = joined(word, left, right, FIRST + number)
    return word


@lru_cache(maxsize=8)
def table(kind: str, lower: bool) -> tuple[bytes, ...]:
    """The bytes that each token stands for."""
    entries = [UNKNOWN.encode(), *(bytes([byte]) for byte in range(BYTES))]
    if kind != "bpe":
        return (*entries, *(entry.encode() for entry in vocabulary(kind, lower)))
    for left, right in merges(lower):
        entries.append(entries[left] + entries[right])
    return tuple(entries)


def decode(numbers: Sequence[int], kind: str, *, lower: bool = False) -> str:
    """The text that the tokens stand for; bytes that are no UTF-8 become replacement characters."""
    entries = table(kind, lower)
    raw = b"".join(entries[number] for number in numbers)
    try:
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    return text.removeprefix(" ")


def shown(number: int, kind: str, *, lower: bool = False) -> str:
    """A token as a chip shows it: `▁cat`, `<0xE2>`."""
    raw = table(kind, lower)[number]
    if 1 <= number <= BYTES and not 0x20 <= raw[0] < 0x7F:
        return f"<0x{raw[0]:02X}>"
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw.hex(" ")
    return text.replace(" ", "▁")


def size(kind: str, *, merged: int = MOST_MERGES, lower: bool = False) -> int:
    """Different tokens, with the unknown one and the 256 bytes."""
    return FIRST + (min(merged, len(merges(lower))) if kind == "bpe" else len(vocabulary(kind, lower)))
