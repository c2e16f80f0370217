"""Options of what learns a text: how it is cut into tokens, how much is seen at once, how it is written."""

from dataclasses import dataclass

from ..options import Options, option

TOKENS = ("bpe", "char")


@dataclass(frozen=True, kw_only=True)
class LanguageOptions(Options):
    """Tokens and sampling; mixed into the options of every model that the objective `language` trains."""

    tokens: str = option("bpe", "pieces of text that are predicted: byte pairs or characters", choices=TOKENS)
    vocabulary: int = option(1024, "most different tokens of bpe", low=2, high=65_536)
    context: int = option(128, "tokens that are seen at once", low=2, high=8192)
    temperature: float = option(
        0.8, "sharpness of sampling: 0 takes the likeliest token", low=0.0, high=10.0, group="sampling", live=True
    )
    top_k: int = option(
        0, "sample among this many likeliest tokens, 0 for all", low=0, high=65_536, group="sampling", live=True
    )
    top_p: float = option(
        0.95,
        "sample among the likeliest tokens of this much probability",
        low=0.0,
        high=1.0,
        group="sampling",
        live=True,
    )
    sample: int = option(400, "characters of each sample", low=1, high=100_000, group="sampling", live=True)
