"""Variational autoencoders: a plane of latent numbers, its two-term bound, and a sample that gradients pass."""

from typing import Any

from .kit.lesson import Lesson, Preset, Scene
from .kit.settings import Slider
from .kit.state import State
from .kit.training import Progress, Training
from .workings.vae_bound import bound
from .workings.vae_frames import divergences, parts, reparametrisation
from .workings.vae_latent import latent, terms


def _train(state: State, progress: Progress) -> Any:
    from .trainings.latent_digits import train

    return train(state, progress)


LATENT_DIGITS = Training(
    name="latent-digits",
    title="a VAE of handwritten digits with two latent numbers",
    seconds=10,
    train=_train,
    uses=("beta",),
)

LESSON = Lesson(
    name="vae",
    chapter="generative",
    title="Variational autoencoders",
    summary="Images as small Gaussians in a plane: every place of it can be decoded, and one bound trains it all.",
    settings=(
        Slider(name="beta", default=1.0, stops=(0.25, 1.0, 4.0, 16.0), help="weight of the KL term", key="w"),
        Slider(name="z1", default=0.0, low=-3.0, high=3.0, step=0.2, help="first latent number of the cursor"),
        Slider(name="z2", default=0.0, low=-3.0, high=3.0, step=0.2, help="second latent number of the cursor"),
        Slider(name="image", default=3, low=0, high=99, step=1, help="which test image", key="i"),
        Slider(name="mu", default=1.0, low=-3.0, high=3.0, step=0.1, help="mean of q", key="u"),
        Slider(name="sigma", default=0.5, low=0.1, high=2.0, step=0.1, help="deviation of q", key="s"),
        Slider(name="eps", default=0.6, low=-2.5, high=2.5, step=0.1, help="the noise of one sample", key="e"),
        Slider(name="mean", default=0.4, low=-1.0, high=2.5, step=0.1, help="mean of q in the small model", key="m"),
        Slider(
            name="variance",
            default=0.4,
            low=0.05,
            high=1.5,
            step=0.05,
            help="variance of q in the small model",
            key="v",
        ),
    ),
    scenes=(
        Scene(name="parts", title="What it is made of", ids=("AC4b",), frames=parts, settings=()),
        Scene(
            name="plane",
            title="The latent plane",
            ids=("AC4b",),
            frames=latent,
            needs="latent-digits",
            settings=("z1", "z2", "image", "beta"),
        ),
        Scene(
            name="terms",
            title="Reconstruction against KL",
            ids=("AC4b",),
            frames=terms,
            needs="latent-digits",
            settings=("image", "beta"),
        ),
        Scene(name="kl", title="The KL term", ids=("AC4b",), frames=divergences, settings=("mu", "sigma")),
        Scene(
            name="sample",
            title="A sample that gradients pass",
            ids=("AC4b",),
            frames=reparametrisation,
            settings=("mu", "sigma", "eps"),
        ),
        Scene(
            name="bound",
            title="The bound, where all is known",
            ids=("AC4b",),
            frames=bound,
            settings=("mean", "variance"),
        ),
    ),
    presets=(
        Preset(
            name="exact",
            values={"mean": 0.8, "variance": 0.2},
            why="q is the exact posterior: the bound touches log p(1) = -1.43051.",
            scene="bound",
        ),
        Preset(
            name="overconfident",
            values={"mean": 0.8, "variance": 0.05},
            why="The right mean, but far too sure: the bound drops by KL(q ‖ p(z|x)).",
            good=False,
            scene="bound",
            frame=3,
        ),
        Preset(
            name="posterior-collapse",
            values={"beta": 16.0},
            why="KL is so dear that the encoder says nothing: every image decodes to the average digit.",
            good=False,
            scene="terms",
        ),
        Preset(
            name="sharp",
            values={"beta": 0.25},
            why="KL is cheap: images come back sharper, but codes spread far beyond N(0, I), which samples come from.",
            scene="plane",
        ),
    ),
    trainings=(LATENT_DIGITS,),
    probe={"mu": -1.3, "sigma": 0.7, "eps": 1.234567, "mean": 1.5, "variance": 0.35, "image": 7},
    source="Kingma & Welling, 2013, arXiv 1312.6114; beta: Higgins et al., 2017; collapse: Bowman et al., 2016, "
    "arXiv 1511.06349.",
)
