"""What a tag says of its series: whether less or more of it is better, and which tag is meant by a part of its name."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Literal

Better = Literal["low", "high", ""]

_LOW = frozenset({
    "loss", "losses", "nll", "bce", "mse", "mae", "rmse", "mape", "err", "error", "errors", "perplexity", "ppl",
    "wer", "cer", "ter", "fid", "kid", "lpips", "bpc", "bpd", "cost", "brier", "ece", "elbo_loss", "divergence",
    "regret",
})  # fmt: skip
_HIGH = frozenset({
    "acc", "acc1", "acc5", "accuracy", "accuracies", "f1", "auc", "auroc", "auprc", "map", "map50", "miou", "iou",
    "dice", "bleu", "rouge", "rouge1", "rouge2", "rougel", "chrf", "reward", "rewards", "rew", "return",
    "returns", "precision", "recall", "score", "r2", "psnr", "ssim", "success", "mcc", "ndcg", "mrr", "top1",
    "top5", "hit", "hits", "em", "elbo",
})  # fmt: skip
_NEITHER = frozenset({
    "scale", "lr", "weight", "weights", "coef", "coefficient", "time", "std", "sd", "epsilon", "grad",
    "gradient", "gradients",
})  # fmt: skip
_HELD_OUT = frozenset({
    "val", "valid", "validation", "test", "eval", "evaluation", "dev", "heldout",
})  # fmt: skip
_GRADIENT = ({"grad", "norm"}, {"gradient", "norm"}, {"gnorm"}, {"gradnorm"}, {"grads", "norm"})


@lru_cache(maxsize=8192)
def words(tag: str) -> tuple[str, ...]:
    """The words of a tag in lower case: `evalMeanLoss` and `eval/mean_loss` have the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", tag)
    return tuple(word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word)


@lru_cache(maxsize=8192)
def better(tag: str) -> Better:
    """Whether little (`low`, a loss) or much (`high`, an accuracy) of it is good; empty where the name does not say."""
    found = words(tag)
    if _NEITHER.intersection(found) or {"learning", "rate"} <= set(found):
        return ""
    for word in found[::-1]:  # the last word says most: `reward_loss` is a loss
        if word in _LOW:
            return "low"
        if word in _HIGH:
            return "high"
    return ""


def held_out(tag: str) -> bool:
    """Whether it is measured on data that is not trained on."""
    return not _HELD_OUT.isdisjoint(words(tag))


def gradient_norm(tag: str) -> bool:
    """Whether it is the norm of a gradient."""
    found = set(words(tag))
    return any(need <= found for need in _GRADIENT)


def of_machine(tag: str) -> bool:
    """Whether it tells of the machine (memory, power, temperature) and not of the training."""
    return not {"system", "gpu", "cpu", "memory", "mem", "vram", "disk", "network"}.isdisjoint(words(tag))


def meant(name: str, tags: Collection[str]) -> list[str]:
    """The tags, or dotted keys, that `name` may mean: itself; else those ending in it behind `/` or `.`; case last."""
    if name in tags:
        return [name]
    known = tuple(tags)
    ends = [tag for tag in known if tag.endswith(("/" + name, "." + name))]
    if ends:
        return ends
    low = name.lower()
    same = [tag for tag in known if tag.lower() == low]
    return same or [tag for tag in known if tag.lower().endswith(("/" + low, "." + low))]
