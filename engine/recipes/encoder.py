"""Options of the bidirectional transformer `encoder`."""

from dataclasses import dataclass
from typing import Any

from ..options import OptionError, option
from .language import TOKENS
from .training import RATE, ClassificationOptions

POSITIONS = ("sinusoidal", "learned", "rope", "none")


@dataclass(frozen=True, kw_only=True)
class EncoderOptions(ClassificationOptions):
    """A stack of self-attention and feed-forward layers in which every token sees every other."""

    layers: int = option(2, "self-attention layers, each with its feed-forward network", low=1, high=64)
    width: int = option(32, "numbers that stand for a token, a multiple of heads", low=2, high=4096)
    heads: int = option(2, "attention heads of each layer", low=1, high=64)
    hidden: int = option(64, "units of each feed-forward network", low=1, high=16_384)
    positions: str = option("sinusoidal", "how a token tells its place", choices=POSITIONS)
    directional: bool = option(True, "half of the heads look back, half ahead; off: each looks everywhere, as in BERT")
    norm_first: bool = option(True, "normalise before each sub-layer; off: after it, as in the paper")
    dropout: float = option(
        0.0, "share of each sub-layer's output dropped while training", low=0.0, high=0.95, live=True
    )
    steps: int = option(1200, "optimisation steps", low=1, high=100_000_000, group="training")
    lr: float = option(6e-3, RATE, low=0.0, high=100.0, group="training", live=True)
    clip: float = option(1.0, "largest gradient norm, 0 for no limit", low=0.0, high=1e6, group="training", live=True)
    tokens: str = option("char", "of text: byte pairs or characters", choices=TOKENS)
    vocabulary: int = option(512, "of text: most different tokens of bpe", low=2, high=65_536)
    context: int = option(64, "of text: tokens that are seen at once", low=2, high=8192)
    mask_share: float = option(0.15, "of text: share of the tokens to be guessed", low=0.01, high=0.9, group="training")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise OptionError(f"width cannot be {self.width} with heads={self.heads}; allowed: multiples of heads")
        if self.width % 2 and self.positions == "sinusoidal":
            raise OptionError(f"width cannot be {self.width} with positions=sinusoidal; allowed: even numbers")
        if self.width // self.heads % 2 and self.positions == "rope":
            raise OptionError(
                f"width cannot be {self.width} with heads={self.heads} and positions=rope; "
                "allowed: an even number for each head"
            )
        if self.heads % 2 and self.directional:
            raise OptionError(f"heads cannot be {self.heads} with directional=true; allowed: even numbers")


BY_DATA: dict[str, dict[str, Any]] = {
    "text": {
        "steps": 1500, "batch": 32, "optimizer": "muon", "lr": 0.01, "schedule": "plateau", "momentum": 0.95,
        "layers": 3, "width": 64, "heads": 4, "hidden": 256, "positions": "rope", "validate_every": 100,
    }
}  # fmt: skip
"""What suits a text."""
