"""Text cut into tokens: characters, or byte pairs learned from the training part. Torch-free.

Byte-pair encoding (Sennrich et al., 2016, arXiv 1508.07909) starts from single characters and joins, again and again,
the two neighbours that occur most often. Words, numbers, punctuation and white space stay apart, a space goes with
the word after it, as in GPT-2.
"""

from collections.abc import Sequence
from functools import lru_cache

from .corpus import Corpus

PIECES = r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CHARACTERS_PER_TOKEN = 50
"""A token that is learned must stand for at least this many characters of training text: fewer teach nothing."""


class Tokenizer:
    """Texts to numbers and back: `tokens[number]` is the text that a number stands for."""

    def __init__(self, alphabet: str) -> None:
        """One token a character of `alphabet`."""
        self.tokens: tuple[str, ...] = tuple(alphabet)
        self._numbers = {token: number for number, token in enumerate(alphabet)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        """The numbers of `text`, whose characters must be in the alphabet."""
        return [self._numbers[character] for character in text]

    def decode(self, numbers: Sequence[int]) -> str:
        """The text that `numbers` stand for."""
        return "".join(self.tokens[number] for number in numbers)


class BytePairs(Tokenizer):
    """Characters and the merges of neighbours that occur most often in `text`, `size` tokens in all at most."""

    def __init__(self, alphabet: str, text: str, size: int) -> None:
        from tokenizers import Regex, models, pre_tokenizers, trainers
        from tokenizers import Tokenizer as Model

        super().__init__(alphabet)
        model = Model(models.BPE())
        model.pre_tokenizer = pre_tokenizers.Split(Regex(PIECES), "isolated")
        trainer = trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, show_progress=False, initial_alphabet=list(alphabet)
        )
        model.train_from_iterator([text], trainer)
        self._model = model
        self.tokens = tuple(str(model.id_to_token(number)) for number in range(model.get_vocab_size()))

    def encode(self, text: str) -> list[int]:
        """The numbers of `text`, whose characters must be in the alphabet."""
        numbers: list[int] = self._model.encode(text).ids
        return numbers


@lru_cache(maxsize=4)
def _learned(kind: str, alphabet: str, text: str, size: int) -> Tokenizer:
    return BytePairs(alphabet, text, size) if kind == "bpe" else Tokenizer(alphabet)


def tokenizer(data: Corpus, kind: str, size: int) -> Tokenizer:
    """The tokenizer `kind` (bpe or char) of `data`; bpe learns from the training part alone, up to `size` tokens.

    The alphabet is that of both parts, so that every text of theirs has its tokens. A short text has fewer tokens.
    """
    alphabet = data.alphabet
    size = max(len(alphabet), min(size, len(data.train) // CHARACTERS_PER_TOKEN))
    return _learned(kind, alphabet, data.train, size)
