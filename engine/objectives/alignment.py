"""Which source word a translator looks at for each target word, and how often that is the word it comes from.

Shapes: b sentences, h heads, t queries, s keys.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ..models.attention import ScaledDotProduct
from ..models.translator import Translator

CROSS, ALL = "cross-attention of layer {}", "cross-attention, mean of all layers"


def attentions(model: Translator) -> dict[str, nn.Module]:
    """Every cross-attention by its layer, and the own attentions of the last layers by the tag of their records."""
    last = len(model.decoder) - 1
    cross = {CROSS.format(k + 1): model.get_submodule(f"decoder.{k}.cross_attention.attend") for k in range(last + 1)}
    return cross | {
        "encoder_attention": model.get_submodule(f"encoder.{last}.attention.attend"),
        "decoder_attention": model.get_submodule(f"decoder.{last}.attention.attend"),
    }


def views(heard: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The ways to look at the cross-attentions heard: each layer, and where there are several, their mean."""
    layers = {name: weights for name, weights in heard.items() if name.startswith(CROSS.format(""))}
    return layers | ({ALL: torch.stack(list(layers.values())).mean(0)} if len(layers) > 1 else {})


@contextmanager
def listening(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, Tensor]]:
    """Within, the attention weights (b, h, t, s) of the last pass through each ScaledDotProduct, by its name."""
    heard: dict[str, Tensor] = {}

    def listen(name: str, module: ScaledDotProduct) -> torch.utils.hooks.RemovableHandle:
        def hook(_: nn.Module, args: tuple[Tensor, Tensor, Tensor, Tensor | None], __: Tensor) -> None:
            q_bhtd, k_bhsd, _v, mask = args
            heard[name] = ScaledDotProduct.weights(q_bhtd, k_bhsd, mask).detach()

        return module.register_forward_hook(hook)

    handles = [listen(name, module) for name, module in modules.items() if isinstance(module, ScaledDotProduct)]
    try:
        yield heard
    finally:
        for handle in handles:
            handle.remove()


def aligned(weights_bhts: Tensor, gold_bts: Tensor) -> Tensor:
    """(b, t), True where the source word with the most weight, heads averaged, is one that gold names."""
    chosen = weights_bhts.mean(1).argmax(-1, keepdim=True)
    return gold_bts.gather(-1, chosen)[..., 0]


def alignment(hits_bt: Tensor, gold_bts: Tensor, swapped_bt: Tensor) -> dict[str, float]:
    """Shares of the target words that are aligned: of all that come from some source word, and of the swapped ones."""
    known = gold_bts.any(-1)
    shares = {"alignment": known, "alignment_swapped": known & swapped_bt}
    return {name: float(hits_bt[words].double().mean()) for name, words in shares.items() if bool(words.any())}
