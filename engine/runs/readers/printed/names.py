"""Words that tell what a number is: a metric, a place in the training, or neither.

Nothing here is sure; who asks wants more than a word before a series is made of it.
"""

import re
from functools import lru_cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


METRICS = _set(
    "loss losses nll ce bce xent entropy kl kld elbo acc accs accuracy err error errors ppl perplexity reward rewards"
    " rew return returns ret score f1 fscore bleu rouge meteor cider wer cer ter auc auroc ap ar map iou miou giou dice"
    " psnr ssim lpips fid mse mae rmse mape mlogloss logloss precision prec recall top1 top5 acc1 acc5 r2 mrr ndcg hits"
    " bpb bpc bpd bits margin margins mfu gnorm norm cost costs objective obj accuracies likelihood logps pearson"
    " spearman corr mcc kappa eer sdr snr sisnr epe recon vf pg advantage rmsle jaccard specificity sensitivity"
    " discriminator generator learn lossd lossg dloss gloss"
)
"""A name that holds one of these words means a metric."""
LOOSE = _set(
    "return returns ret err error errors score map hits cost costs margin margins norm bits objective ap ar pg vf"
)
"""Words that mean other things as well: without a counter they are nothing."""
COMPANIONS = _set("lr gnorm norm mfu time eta wps ups ms")
"""Words that mean a metric only beside a step."""
SETTINGS = _set(
    "weight weights coef coeff coefs coefficient scale fn func function type name class threshold thresh window"
    " patience factor mode alpha beta beta1 beta2 gamma interval freq frequency every size decay smoothing scaling"
    " reduction ratio warmup max min target eps epsilon clip limit budget dim dims layers heads path dir file seed bits"
)
"""A name whose last word is one of these is more often an option."""
NEVER = _set(
    "eta remaining elapsed port pid version seed rank line ip date exit code status errno signal py col column num"
    " left total over of in at for to from after since"
)
"""Beside the plain words a count is named by: what is never drawn."""
PHASES = _set("val valid validation test testing eval evaluation evaluate dev validating validate")
TRAIN = _set("train training trn")

STEPS = {
    "global_step": 0,
    "globalstep": 0,
    "num_updates": 1,
    "num_update": 1,
    "updates": 1,
    "update": 1,
    "up": 1,
    "nupdates": 1,
    "n_updates": 6,
    "step": 2,
    "steps": 2,
    "current_steps": 2,
    "train_step": 2,
    "training_step": 2,
    "iter": 2,
    "iters": 2,
    "iteration": 2,
    "iterations": 2,
    "it": 2,
    "niter": 2,
    "training_iteration": 2,
    "iter_num": 2,
    "itr": 2,
    "total_timesteps": 3,
    "num_timesteps": 3,
    "timesteps": 3,
    "timestep": 3,
    "timestepssofar": 3,
    "totalenvinteracts": 3,
    "total_steps": 3,
    "env_steps": 3,
    "frames": 3,
    "episode": 4,
    "episodes": 4,
    "ep_num": 4,
    "batch": 5,
    "batches": 5,
    "batch_idx": 5,
    "minibatch": 5,
    "mb": 5,
    "batch_no": 5,
    "round": 5,
    "rounds": 5,
    "generation": 5,
    "gen": 5,
}
"""Names of counters, the more trusted the lower."""
EPOCHS = _set("epoch ep epoch_num epoch_no cur_epoch current_epoch epoch_idx")
BATCH = 5
"""From this rank on a counter may start anew in each epoch."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[A-Z]")
_JOINT = re.compile(r"[^A-Za-z0-9]+")
_RATE = re.compile(r"(?i)\w ?/ ?(?:s|secs?|seconds?)$|(?:^|[_ ])per[_ ](?:s|secs?|seconds?)$")
"""How many a second: `tokens/s`, `samples_per_sec`."""
_OWNER = re.compile(r"(?<=\w)'s ")
"""LightGBM's `valid_1's auc`."""


@lru_cache(4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `valLoss`, `val_loss` and `val loss` have the same."""
    whole = [part for part in _JOINT.split(name) if part]
    out: list[str] = []
    for part in whole:
        low = part.lower()
        out.extend([low] if low in METRICS or low in STEPS else [word.lower() for word in _WORD.findall(part)])
    return tuple(out)


@lru_cache(4096)
def metric(name: str) -> bool:
    """Whether the name is a metric's, whatever stands beside it."""
    found = words(name)
    if not found or not any(_stem(word) for word in found):
        return False
    last = next((word for word in reversed(found) if not word.isdigit()), "")
    return _stem(last) or last not in SETTINGS


@lru_cache(4096)
def strict(name: str) -> bool:
    """Whether it is a metric by its last word, so that it needs no sign behind it: `lm loss 2.5`."""
    found = [word for word in words(name) if not word.isdigit()]
    return (bool(found) and _stem(found[-1])) or bool(re.search(r"(?i)@\d+$|^f\d$|^r2$|^ap\d+$", name))


def _stem(word: str) -> bool:
    return word in METRICS or word.endswith("loss") or word.startswith("loss")


@lru_cache(4096)
def loose(name: str) -> bool:
    """Whether the only words of a metric in it mean other things as well, and no phase is named."""
    return not phase(name) and all(word in LOOSE for word in words(name) if _stem(word))


@lru_cache(4096)
def companion(name: str) -> bool:
    """Whether it is logged with metrics at a step: learning rates, norms, times, how many a second."""
    found = words(name)
    if not found:
        return False
    return found[-1] in COMPANIONS or found[-2:] in (("learning", "rate"), ("mem", "gb")) or bool(_RATE.search(name))


@lru_cache(4096)
def rank(name: str) -> int | None:
    """How much the name is trusted to count steps, 0 most; None where it counts none."""
    key = _JOINT.sub("_", name.strip().lower()).strip("_")
    if key in STEPS:
        return STEPS[key]
    last = key.rsplit("_", 1)[-1]
    first = key.split("_", 1)[0]
    if last in STEPS and key.count("_") <= 2 and first not in ("per", "max", "num", "log", "warmup", "save", "eval"):
        return STEPS[last]
    return None


@lru_cache(4096)
def epochal(name: str) -> bool:
    """Whether the name counts epochs."""
    key = _JOINT.sub("_", name.strip().lower()).strip("_")
    first = key.split("_", 1)[0]
    return key in EPOCHS or (
        key.rsplit("_", 1)[-1] == "epoch" and first not in ("per", "max", "num", "best", "total", "steps")
    )


@lru_cache(4096)
def phase(text: str) -> str:
    """The part of the training that a text names: `train`, or the word for what is held out; else nothing."""
    found = words(text)
    held = next((word for word in found if word in PHASES), "")
    return held or ("train" if any(word in TRAIN for word in found) else "")


def never(name: str) -> bool:
    """Whether a number so named is not drawn."""
    found = words(name)
    last = bool(found) and found[-1] in NEVER and not ("/" in name and metric(name))
    return not found or last or found[0] == "eta" or any(char in _OWNER.sub(" ", name) for char in "'\"=`")
