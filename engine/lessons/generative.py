"""Generative models: a distribution of the data itself, which of them give p(x), and Bayes' rule."""

from .kit.figures import Card, Table
from .kit.lesson import Frame, Lesson, Link, Note, Opinion, Preset, Scene
from .kit.settings import Choice, Moves, Numbers, Slider, matrix
from .kit.state import State
from .workings.bayes_rule_shown import rule
from .workings.blobs_shown import versus
from .workings.density_shown import curve, lower_bound

HEAP = matrix([[-0.75, 0.25, 0.5, 0.75, 1.0, 1.25, 1.75, 2.25]])
DATA = {
    "heap": HEAP,
    "outlier": matrix([[0.25, 0.5, 0.5, 0.75, 0.75, 1.0, 1.0, -4.0]]),
    "two-heaps": matrix([[-2.5, -2.25, -2.0, -1.75, 1.75, 2.0, 2.25, 2.5]]),
}
FAMILIES = (
    ("Gaussian", "exact", "a formula", "generative"),
    ("Bayesian network", "exact", "product of its tables", "bayes-net"),
    ("autoregressive: GPT", "exact", "product over tokens", "generation"),
    ("VAE", "lower bound", "ELBO <= log p(x)", "vae"),
    ("diffusion", "lower bound", "ELBO; exact by an ODE", "forward-diffusion"),
    ("GAN", "none", "it only samples", "gan"),
)
CONTRASTED = (
    "The notes call generative models 'a set of contrastive algorithms'. Contrastive learning is something else: it "
    "learns representations by telling matching pairs from others (SimCLR, CLIP). What is meant, probably: generative "
    "models in contrast with discriminative ones, which learn p(y|x) or a boundary alone."
)


def families(state: State) -> tuple[Frame, ...]:
    """Which families say how likely an example is."""
    table = Table(
        name="families",
        title="who can tell p(x)?",
        about="All of them generate. Not all can say how likely a given example is.",
        columns=("family", "p(x)", "how", "lesson"),
        rows=FAMILIES,
        marked=(5,),
    )
    caption = "Exact, a bound, or nothing at all: a GAN samples without ever saying how likely a sample is."
    return (Frame(caption=caption, figures=(table,)),)


def correction(state: State) -> tuple[Frame, ...]:
    """The card on the word contrastive."""
    card = Card(name="contrastive", title="not contrastive, but contrasted", text=CONTRASTED, kind="note")
    table = Table(
        name="kinds",
        title="two questions",
        columns=("", "generative", "discriminative"),
        rows=[
            ("models", "p(x), or p(x, y)", "p(y | x) alone"),
            ("can sample x", "yes", "no"),
            ("examples", "VAE, GAN, diffusion", "logistic regression, CNN"),
        ],
        new_row=True,
    )
    caption = "A correction of a word, not a theorem: generative models are contrasted with discriminative ones."
    return (Frame(caption=caption, figures=(card, table)),)


LESSON = Lesson(
    name="generative",
    chapter="generative",
    title="Generative models",
    summary="A generative model has a distribution of the data: it can be sampled, and some can say how likely x is.",
    settings=(
        Numbers(
            name="data",
            default=HEAP,
            help="8 numbers from -4 to 4",
            key="a",
            named=DATA,
            rows=(1, 1),
            columns=(8, 8),
            low=-4,
            high=4,
            step=0.25,
        ),
        Slider(name="mu", default=0.0, low=-4.0, high=4.0, step=0.25, help="μ of your density", key="m"),
        Slider(name="sigma", default=1.5, low=0.25, high=4.0, step=0.25, help="σ of your density", key="s"),
        Slider(name="x", default=0.5, low=-4.0, high=4.0, step=0.25, help="the x that is asked for", key="x"),
        Slider(name="m", default=0.2, low=-1.0, high=2.5, step=0.1, help="mean of q", key="m"),
        Slider(name="s", default=0.7, low=0.1, high=1.5, step=0.05, help="standard deviation of q", key="s"),
        Slider(name="prior", default=0.5, low=0.05, high=0.95, step=0.05, help="p(y = 1)", key="n"),
        Slider(name="apart", default=1.0, low=0.25, high=3.0, step=0.25, help="the classes lie at ±", key="d"),
        Slider(name="width", default=1.0, low=0.5, high=2.0, step=0.25, help="σ of both classes", key="i"),
        Slider(name="correlation", default=0.4, low=-0.8, high=0.8, step=0.2, help="of the blobs", key="c"),
        Slider(name="between", default=2.4, low=0.4, high=4.0, step=0.4, help="distance of the blobs", key="e"),
        Choice(
            name="model", default="generative", choices=("generative", "discriminative"), help="what g asks", key="o"
        ),
        Moves(name="samples", default="", moves={"g": "sample 20 points"}, most=20, help="samples drawn"),
    ),
    scenes=(
        Scene(
            name="density",
            title="How likely is x?",
            ids=("AC1",),
            frames=curve,
            settings=("data", "mu", "sigma", "x"),
        ),
        Scene(name="families", title="Which family gives p(x)?", ids=("AC1",), frames=families, settings=()),
        Scene(name="bound", title="A bound instead", ids=("AC1",), frames=lower_bound, settings=("m", "s")),
        Scene(
            name="bayes",
            title="Bayes' rule",
            ids=("AC3",),
            frames=rule,
            settings=("prior", "x", "apart", "width"),
        ),
        Scene(
            name="versus",
            title="Generative or discriminative",
            ids=("AC5",),
            frames=versus,
            settings=("samples", "model", "correlation", "between"),
        ),
        Scene(name="contrast", title="A word corrected", ids=("AC2",), frames=correction, settings=()),
    ),
    presets=(
        Preset(
            name="exact-posterior",
            values={"m": 0.8, "s": 0.45},
            why="q is the posterior but for rounding, and the bound is log p(x).",
            scene="bound",
        ),
        Preset(
            name="rare-class",
            values={"prior": 0.05, "x": 1.0},
            why="A strong likelihood for class 1 loses against a small prior.",
            scene="bayes",
        ),
        Preset(
            name="two-heaps",
            values={"data": DATA["two-heaps"]},
            why="One Gaussian cannot be two heaps: maximum likelihood puts its top where there are no data.",
            good=False,
            scene="density",
            frame=2,
        ),
        Preset(
            name="nothing-to-sample",
            values={"model": "discriminative", "samples": "ggg"},
            why="A discriminative model has no p(x), so the sample key finds nothing to draw.",
            good=False,
            scene="versus",
        ),
    ),
    notes=(
        Note(
            id="AC1",
            said="A generative model includes the distribution of the data itself and how likely a given example will "
            "be.",
            right="It models the distribution, but not every family can evaluate it: GANs give no likelihood, VAEs a "
            "lower bound, diffusion models a bound or an ODE's likelihood; Gaussians, Bayesian networks and "
            "autoregressive models give it exactly.",
        ),
        Note(
            id="AC2",
            said="A set of contrastive algorithms",
            right="Contrastive learning is something else; generative models are contrasted with discriminative ones.",
        ),
        Note(
            id="AC3",
            said="Based on Bayes' Rule",
            right="A generative classifier uses Bayes' rule to get p(y|x). Not all generative models rest on it: a GAN "
            "and an autoregressive model never invert anything.",
        ),
    ),
    links=(
        Link(id="AC4c", lesson="forward-diffusion", about="Diffusion models"),
        Link(id="AC4d", lesson="gan", about="Generative adversarial networks"),
    ),
    opinions=(Opinion(id="AC2", text=CONTRASTED),),
    probe={
        "data": matrix([[-3.0, -1.25, -1.0, 0.25, 0.5, 2.0, 2.5, 3.75]]),
        "mu": 1.25,
        "sigma": 0.75,
        "x": -0.75,
        "m": 1.3,
        "s": 0.35,
        "prior": 0.2,
        "apart": 0.75,
        "width": 1.5,
        "correlation": -0.4,
        "between": 0.4,
        "samples": "gg",
    },
    source="Bishop, Pattern Recognition and Machine Learning, ch. 4; Ng & Jordan (2001); Kingma & Welling (2013)",
)
