"""The noisy digit that the U-Net's lesson looks at. Torch-free."""

from ..kit.fixtures import Floats
from ..kit.state import State
from .digit_pictures import noise, picture
from .noising import jump, schedule

ABAR = schedule("linear", 1000).alpha_bar
"""(1001,): of the schedule that the network was trained with."""


def noised(state: State, t: int) -> Floats:
    """(16, 16): x_t of the chosen digit with the chosen noise."""
    return jump(picture(state["digit"]), eps(state), float(ABAR[t]))


def eps(state: State) -> Floats:
    """(16, 16): the noise in it."""
    return noise(int(state["draw"]), state.seed)
