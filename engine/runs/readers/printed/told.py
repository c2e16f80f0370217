"""What one line tells: named numbers, and the counters that say where in the training it stands."""

import re

from . import bars
from .fields import Field, Told
from .stamps import head
from .walk import Walk

_COCO = re.compile(
    r"\s*Average (?:Precision|Recall)\s+\((?P<kind>AP|AR)\)\s+@\[\s*IoU=(?P<iou>[\d.:]+)\s*\|\s*area=\s*(?P<area>\w+)"
    r"\s*\|\s*maxDets=\s*(?P<dets>\d+)\s*\]\s*=\s*(?P<value>-?[\d.]+)\s*$"
)
_STEMS = tuple(
    word
    for word in re.split(
        r" ",
        "loss epo step iter acc err lr train val test eval ppl perp rew return score grad batch update nll mse "
        "mae rmse bleu f1 auc map iou mfu episode psnr ssim fid elbo kl cost prec recall dice bpb bpc wer cer ep. "
        "up. it/s s/it entropy learn time top1 top5 bits rouge norm r2 metric round ",
    )
    if word
)
_FIRST = re.compile(r"\s*(?:\[\s*\d+\s*[\]/]|\d+\s*[:/])")


def promising(line: str) -> bool:
    """Whether a line is worth reading: it has a word of training in it, or begins with a counter."""
    low = line.lower()
    return any(stem in low for stem in _STEMS) or _FIRST.match(line) is not None


def read(line: str) -> Told | None:
    """What a line tells, or None where it tells no counter and no metric."""
    at, stamp = head(line)
    if "maxDets" in line and (found := _COCO.match(line, at)):
        tag = f"{found['kind']}@[IoU={found['iou']} area={found['area']} maxDets={found['dets']}]"
        return Told(line, stamp, phase="eval", fields=[Field(tag, found.span("value"))], start=found.start("value"))
    told = Told(line, stamp, bar=bars.find(line, at), start=at)
    Walk(told, at).go()
    return told if told.fields or told.step or told.epoch else None
