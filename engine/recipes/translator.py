"""Options of `translator`, the encoder-decoder transformer."""

from dataclasses import dataclass

from ..options import OptionError, option
from .training import SCHEDULES, TrainingOptions

POSITIONS = ("sinusoidal", "none")


@dataclass(frozen=True, kw_only=True)
class TranslatorOptions(TrainingOptions):
    """The transformer of "Attention Is All You Need", small."""

    steps: int = option(1500, "optimisation steps", low=1, high=100_000_000, group="training")
    schedule: str = option("plateau", "learning rate over the steps", choices=SCHEDULES, group="training")
    width: int = option(64, "numbers that stand for a word, even", low=2, high=4096)
    layers: int = option(2, "layers of the encoder, and of the decoder", low=1, high=48)
    heads: int = option(4, "heads of each self-attention; must divide width", low=1, high=64)
    cross_heads: int = option(
        1, "heads of each attention to the source; one alone shows which word comes from which", low=1, high=64
    )
    hidden: int = option(256, "units of each feed-forward network", low=1, high=65_536)
    positions: str = option("sinusoidal", "how the order of the words is told; none: not at all", choices=POSITIONS)
    norm_first: bool = option(True, "normalise before each sub-layer; off: after it, as in the paper")
    tied: bool = option(False, "one matrix for the target's embedding and for the last layer, as in the paper")
    dropout: float = option(0.1, "share of units dropped at random while training", low=0.0, high=0.95, live=True)
    label_smoothing: float = option(
        0.0, "share of the target spread over all words", low=0.0, high=0.9, group="training", live=True
    )
    clip: float = option(1.0, "largest gradient norm, 0 for no limit", low=0.0, high=1e6, group="training", live=True)
    beam: int = option(1, "translations kept while searching for the best; 1 is greedy", low=1, high=64, live=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % 2:
            raise OptionError(f"width cannot be {self.width}; allowed: an even number, for pairs of sin and cos")
        for name in ("heads", "cross_heads"):
            if self.width % getattr(self, name):
                raise OptionError(
                    f"{name} cannot be {getattr(self, name)}; allowed: a whole number that divides width={self.width}"
                )
