"""What the metrics mean: in which unit they are said, and which way is better. Torch-free."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """How one metric is said.

    `better` is 1 if more is better, -1 if less is, 0 where neither is; `scale` turns the value into the `unit` of
    the table, and differences into `points` (the unit of differences).
    """

    label: str
    better: int = 0
    scale: float = 1.0
    unit: str = ""
    points: str = ""


def _share(label: str, better: int = 1) -> Metric:
    return Metric(label, better, 100.0, "%", "points")


def _nats(label: str, better: int) -> Metric:
    return Metric(label, better, 1.0, "nats", "nats")


def _bits(label: str, better: int) -> Metric:
    return Metric(label, better, 1.0, "bits", "bits")


def _time(label: str) -> Metric:
    return Metric(label, -1, 1.0, "s", "s")


METRICS = {
    "test_accuracy": _share("test accuracy"),
    "test_loss": _nats("test loss", -1),
    "test_ece": _share("calibration error", -1),
    "test_accuracy_hidden": _share("accuracy, hidden nodes"),
    "val_bits_per_char": _bits("bits per character", -1),
    "test_bits_per_char": _bits("bits per character", -1),
    "ngram5_bits_per_char": _bits("5-gram's bits", 0),
    "lzma_bits_per_char": _bits("lzma's bits", 0),
    "exact_match": _share("exact match"),
    "alignment": _share("alignment"),
    "alignment_swapped": _share("alignment, swapped"),
    "frechet": Metric("Fréchet distance", -1),
    "frechet_floor": Metric("Fréchet floor (real)"),
    "precision": _share("precision"),
    "recall": _share("recall"),
    "binarised_frechet": Metric("binarised Fréchet", -1),
    "binarised_frechet_floor": Metric("its floor"),
    "frechet_floor_binarised": Metric("Fréchet of real, binary"),
    "coverage": _share("classes covered"),
    "class_entropy": _share("balance of classes"),
    "label_accuracy": _share("label accuracy"),
    "nearest_train": Metric("nearest training"),
    "nearest_train_floor": Metric("nearest, real test"),
    "sample_seconds": _time("sampling time"),
    "ddim20_seconds_16": _time("16 by DDIM-20"),
    "samples": Metric("samples"),
    "images_counted": Metric("images counted"),
    "network_evaluations": Metric("passes a sample"),
    "modes": Metric("modes", 1),
    "modes_total": Metric("modes in the data"),
    "near_mode": _share("near a mode"),
    "test_log_likelihood": _nats("log likelihood", 1),
    "test_elbo": _nats("ELBO", 1),
    "test_kl": _nats("KL to the prior", 0),
    "test_reconstruction": _nats("reconstruction", -1),
    "test_reconstruction_error": Metric("error of pixels", -1),
    "active_dimensions": Metric("active dimensions"),
    "best_step": Metric("best step"),
    "wasserstein": Metric("Wasserstein distance", -1),
    "sliced_wasserstein": Metric("sliced Wasserstein", -1),
    "val_perplexity": Metric("perplexity", -1),
    "unigram_accuracy": _share("commonest token", 0),
    "neighbours_accuracy": _share("count of neighbours", 0),
    "neighbours_bits_per_char": _bits("neighbours' bits", 0),
}

ENDINGS = (
    ("_seconds", _time),
    ("accuracy", _share),
    ("_match", _share),
    ("bits_per_char", lambda label: _bits(label, -1)),
    ("loss", lambda label: _nats(label, -1)),
    ("elbo", lambda label: _nats(label, 1)),
    ("log_likelihood", lambda label: _nats(label, 1)),
)
"""What names of other metrics tell by their ends."""


def metric(name: str) -> Metric:
    """How the metric `name` is said; of one nobody knows only its name and value are."""
    if name in METRICS:
        return METRICS[name]
    label = name.replace("_", " ")
    if name.startswith("test_accuracy_shift"):
        return _share(f"accuracy, shifted {name.removeprefix('test_accuracy_shift')}")
    if not name.endswith("_floor"):
        for ending, kind in ENDINGS:
            if name.endswith(ending):
                return kind(label)
    return Metric(label)
