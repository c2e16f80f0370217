"""The rows of docs/results.md: which job, how many seeds, what is told of it, and what was aimed at."""

from dataclasses import dataclass

CLASSES = ("test_accuracy", "test_ece")
IMAGES = ("frechet", "frechet_floor", "label_accuracy", "precision", "recall", "nearest_train", "nearest_train_floor")
POINTS = ("modes", "near_mode")
TEXT = ("val_bits_per_char", "ngram5_bits_per_char", "lzma_bits_per_char")
WORDS = ("exact_match", "alignment", "alignment_swapped")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    model: str
    data: str = ""
    options: tuple[str, ...] = ()
    shows: tuple[str, ...]
    aim: str = ""
    seeds: int = 3

    @property
    def command(self) -> str:
        """What trains it, for the first seed."""
        data = f" --data {self.data}" if self.data else ""
        return f"dlviz train {self.model}{data}" + "".join(f" --set {text}" for text in self.options)


ROWS = (
    Row(name="mlp", model="mlp", shows=CLASSES),
    Row(name="cnn", model="cnn", shows=CLASSES),
    Row(name="resnet", model="resnet", shows=CLASSES),
    Row(name="gpt", model="gpt", shows=TEXT, aim="≤ 1.60"),
    Row(name="lstm on text", model="lstm", data="topics", shows=TEXT),
    Row(name="rnn on text", model="rnn", data="topics", shows=TEXT),
    Row(name="translator", model="translator", shows=WORDS, aim="≥ 0.99, 0.93, 0.97"),
    Row(
        name="translator without positions",
        model="translator",
        options=("positions=none",),
        shows=WORDS,
        aim="clearly worse",
    ),
    Row(name="encoder, recall at 32", model="encoder", shows=CLASSES, aim="≥ 0.99"),
    Row(name="encoder, recall at 96", model="encoder", data="recall:distance=96", shows=CLASSES),
    Row(name="encoder on text", model="encoder", data="topics", shows=("masked_accuracy", "masked_bits_per_char")),
    Row(name="lstm, recall", model="lstm", shows=CLASSES),
    Row(name="lstm, recall at 32", model="lstm", data="recall:distance=32", shows=CLASSES),
    Row(name="rnn, recall", model="rnn", shows=CLASSES),
    Row(name="rnn, recall at 32", model="rnn", data="recall:distance=32", shows=CLASSES),
    Row(name="gan, ring", model="gan", shows=POINTS, aim="8 modes, ≥ 0.88", seeds=5),
    Row(name="gan, ring, collapse", model="gan", options=("preset=collapse",), shows=POINTS, aim="≤ 4 modes", seeds=5),
    Row(name="gan, grid", model="gan", data="grid", shows=POINTS, aim="22 modes"),
    Row(name="gan, digits", model="gan", data="digits", shows=(*IMAGES, "sample_seconds"), aim="Fréchet ≤ 0.10"),
    Row(name="vae", model="vae", shows=(*IMAGES, "test_elbo", "sample_seconds"), aim="Fréchet ≤ 0.45"),
    Row(name="vae, latent 2", model="vae", options=("latent=2",), shows=(*IMAGES, "test_elbo")),
    Row(name="vae, unconditional", model="vae", options=("conditional=false",), shows=(*IMAGES, "test_elbo")),
    Row(name="diffusion, digits", model="diffusion", shows=(*IMAGES, "sample_seconds"), aim="Fréchet ≤ 0.08"),
    Row(name="diffusion, digits16", model="diffusion", data="digits16", shows=(*IMAGES, "sample_seconds")),
    Row(name="diffusion, ring", model="diffusion", data="ring", shows=POINTS, aim="8 modes, ≥ 0.97"),
    Row(name="diffusion, grid", model="diffusion", data="grid", shows=POINTS, aim="25 modes, ≥ 0.97"),
    Row(
        name="bayesnet",
        model="bayesnet",
        shows=("test_log_likelihood", "test_accuracy", *IMAGES),
        aim="≥ -17.4 nats, ≥ 0.93",
    ),
    Row(name="gcn, karate club", model="gcn", shows=CLASSES, aim="≥ 0.94"),
    Row(name="gcn, block model", model="gcn", data="sbm", shows=CLASSES),
    *(
        Row(name=f"{m}, {n} independent", model=m, data=f"gaussians:n={n}", shows=CLASSES, seeds=5)
        for n in (80, 320, 4000)
        for m in ("naive-bayes", "logistic")
    ),
    *(
        Row(name=f"{m}, 320 correlated", model=m, data="gaussians:n=320,correlation=0.5", shows=CLASSES, seeds=5)
        for m in ("naive-bayes", "logistic")
    ),
    *(Row(name=f"{m}, digits", model=m, shows=CLASSES) for m in ("naive-bayes", "logistic")),
)
