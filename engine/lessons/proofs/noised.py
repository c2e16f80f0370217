"""The forward process by PyTorch and the lab's own schedules and data: the oracle of the facts about noising."""

from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch

from ...data import digits16
from ...sampling.noise import NoiseSchedule
from ..forward_diffusion import LESSON
from ..kit.state import State
from ..workings.digit_pictures import noise, picture
from .shown import figures

shown = partial(figures, LESSON)


def reference(name: str, steps: int, rescale: bool = True) -> torch.Tensor:
    """(T + 1,): alpha_bar by PyTorch, of the schedules that the lab trains with."""
    if name == "cosine" or steps == 1000:
        return NoiseSchedule(name, steps).alpha_bar
    beta = torch.linspace(1e-4, 0.02, steps, dtype=torch.float64) * (1000 / steps if rescale else 1)
    return torch.cat((torch.ones(1, dtype=torch.float64), torch.exp(torch.log1p(-beta).cumsum(0))))


def alpha_bar(state: State) -> torch.Tensor:
    """(T + 1,) of the settings."""
    return reference(state["schedule"], int(state["T"]), state["rescale"])


def mix(x0: Any, eps: Any, share: torch.Tensor) -> Any:
    """sqrt(share) x0 + sqrt(1 - share) eps by PyTorch."""
    image, noise = torch.as_tensor(np.asarray(x0, dtype=float)), torch.as_tensor(np.asarray(eps, dtype=float))
    return torch.addcmul(image * share.sqrt(), noise, (1 - share).sqrt().expand(noise.shape)).numpy()


def given(state: State) -> tuple[Any, Any]:
    """x_0 and eps (16, 16) of the settings: what is mixed is checked, not what it is mixed of."""
    return picture(state["digit"]), noise(int(state["draw"]), state.seed)


@lru_cache(1)
def written() -> tuple[Any, Any]:
    """Images (n, 16, 16) in -1..1 of the lab's test split, and their labels."""
    data = digits16.load(0)
    return data.test.x[:, 0].astype(float) * 2 - 1, data.test.y
