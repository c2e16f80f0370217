"""How good generated images are, with the same figures for real images that no model has seen beside them.

Shapes: n images, c channels, h rows, w columns, d features, k classes.
"""

import numpy as np
import torch
from torch import Tensor

from ..data.dataset import Dataset, Split
from .evaluator import eight_by_eight, evaluator
from .frechet import Gaussian
from .neighbours import nearest, precision_recall
from .pixels import Components

MOST = 10_000
"""Real images that samples are compared with; of larger data sets the first so many, whose order is random."""
NEIGHBOURHOODS = 2_000
"""Real images whose neighbourhoods give precision and recall."""
FITS = 0.95
"""Share of a data set's own images that the evaluator must name right to be asked about it."""
FAIR = 0.2
"""A class is covered when it gets at least this part of its fair share."""


class ImageQuality:
    """Measures samples against one data set: the reference is train and val, the floor the test split.

    Digits are measured in the features of the shipped classifier. Of other images no such classifier is at hand:
    then `pixel_frechet` and `pixel_frechet_floor`, in principal components, stand for `frechet`, and nothing is
    said about classes. The two are different measures, hence the different names.

    Args:
        data: a data set of images.
        binarised: samples are black and white. They still get the `frechet` of everybody, but beside it
            `frechet_floor_binarised`, what real test images get once they are black and white too, and
            `binarised_frechet` against a black-and-white reference, which all other figures are taken against.

    Attributes:
        floors: what real test images get, by metric.
        judged: whether the classifier of digits fits these images.
    """

    def __init__(self, data: Dataset, *, binarised: bool = False) -> None:
        grey, test = _join(data.train, data.val), _images(data.test)
        self.binarised = binarised
        self.judged = _fits(grey, data)
        self._classes = len(data.classes)
        self._components = None if self.judged else Components.fit(grey)
        self._prefix = "" if self.judged else "pixel_"
        self._grey = Gaussian.fit(self.features(grey))
        reference, test_like = (black_and_white(grey), black_and_white(test)) if binarised else (grey, test)
        features = self.features(reference)
        self._reference = Gaussian.fit(features)
        self._neighbours = features[:NEIGHBOURHOODS]
        train = _images(data.train)
        self._train = (black_and_white(train) if binarised else train).flatten(1)
        self.floors = self._floors(test, test_like)

    @torch.no_grad()
    def features(self, x_nchw: Tensor) -> Tensor:
        """(n, d), in which distances are taken."""
        if self._components is not None:
            return self._components(x_nchw)
        return self._judge(x_nchw)[0]

    @torch.no_grad()
    def measure(self, x_nchw: Tensor, labels: Tensor | None = None) -> dict[str, float]:
        """The metrics of samples in 0..1, two at least; `labels` (n,) are the classes they were asked for.

        Always: frechet (or pixel_frechet) with its floor, precision, recall, nearest_train (mean Euclidean distance
        of the pixels to the nearest training image) with its floor. Where the classifier fits: coverage (share of
        the classes that get a fifth of their fair share), class_entropy (1 if all classes are equally frequent) and,
        with labels, label_accuracy. Samples that are not finite get NaN.
        """
        x = x_nchw.detach().cpu().float()
        assert x.dim() == 4 and len(x) > 1
        if not bool(x.isfinite().all()):
            return self._beside(dict.fromkeys(self._names(labels), float("nan")))
        features = self.features(x)
        precision, recall = precision_recall(self._neighbours, features)
        metrics = {f"{self._prefix}frechet": self._grey.frechet(Gaussian.fit(features))}
        if self.binarised:
            metrics[f"binarised_{self._prefix}frechet"] = self._reference.frechet(Gaussian.fit(features))
        metrics |= {"precision": precision, "recall": recall, "nearest_train": nearest(x.flatten(1), self._train)}
        if self.judged:
            predicted = self._judge(x)[1]
            metrics |= _classes(predicted, self._classes)
            if labels is not None:
                metrics["label_accuracy"] = float((predicted == labels.cpu()).float().mean())
        return self._beside(metrics)

    def _judge(self, x_nchw: Tensor) -> tuple[Tensor, Tensor]:
        small = eight_by_eight(x_nchw)
        assert small is not None
        return evaluator().judge(small)

    def _floors(self, test: Tensor, test_like: Tensor) -> dict[str, float]:
        floors = {f"{self._prefix}frechet_floor": self._grey.frechet(Gaussian.fit(self.features(test)))}
        if self.binarised:
            likewise = Gaussian.fit(self.features(test_like))
            floors[f"{self._prefix}frechet_floor_binarised"] = self._grey.frechet(likewise)
            floors[f"binarised_{self._prefix}frechet_floor"] = self._reference.frechet(likewise)
        return floors | {"nearest_train_floor": nearest(test_like.flatten(1), self._train)}

    def _beside(self, metrics: dict[str, float]) -> dict[str, float]:
        """The metrics, each followed by its floors."""
        together: dict[str, float] = {}
        for name, value in metrics.items():
            floors = {floor: least for floor, least in self.floors.items() if floor.startswith(f"{name}_floor")}
            together |= {name: value} | floors
        return together

    def _names(self, labels: Tensor | None) -> list[str]:
        names = [f"{self._prefix}frechet", "precision", "recall", "nearest_train"]
        names += [f"binarised_{self._prefix}frechet"] if self.binarised else []
        names += ["coverage", "class_entropy"] if self.judged else []
        return names + (["label_accuracy"] if self.judged and labels is not None else [])


def black_and_white(x_nchw: Tensor) -> Tensor:
    """1 where a pixel is .5 or more, else 0."""
    return (x_nchw >= 0.5).to(x_nchw.dtype)


def _images(split: Split) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(split.x[:MOST]))


def _join(train: Split, val: Split) -> Tensor:
    return torch.cat([_images(train), _images(val)])[:MOST]


def _fits(grey: Tensor, data: Dataset) -> bool:
    small = eight_by_eight(grey[:NEIGHBOURHOODS])
    if small is None or len(data.classes) != evaluator().head.out_features:
        return False
    labels = np.concatenate([data.train.y[:MOST], data.val.y[:MOST]])[: len(small)]
    return bool((evaluator().judge(small)[1].numpy() == labels).mean() >= FITS)


def _classes(predicted: Tensor, k: int) -> dict[str, float]:
    share = torch.bincount(predicted, minlength=k).double() / len(predicted)
    entropy = float(torch.special.entr(share).sum() / np.log(k))
    return {"coverage": float((share * k >= FAIR).double().mean()), "class_entropy": entropy}
