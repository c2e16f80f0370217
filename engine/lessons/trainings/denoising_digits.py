"""The one U-Net that the diffusion lessons share, trained on the digits when it is asked for. Torch-free at import."""

from typing import Any

from ..kit.state import State
from ..kit.training import Progress, Training

NAME = "denoising-digits"


def _train(state: State, progress: Progress) -> Any:
    from .digit_denoiser import train_denoiser

    return train_denoiser(state.seed, progress)


DENOISING_DIGITS = Training(
    name=NAME,
    title="a U-Net learns to find the noise in digits: 500 steps",
    seconds=20.0,
    train=_train,
)
