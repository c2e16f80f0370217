"""Break the U-Net's parts, and its facts turn red."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import unet as proofs
from dlviz.engine.lessons.unet import LESSON
from dlviz.engine.lessons.workings import adagn, bottleneck_frames, skip_frames, unet_plan


def state(**values: Any) -> State:
    """The defaults, some changed."""
    return LESSON.state(values)


def frames(name: str, at: State) -> Any:
    """The frames of a scene."""
    return next(scene for scene in LESSON.scenes if scene.name == name).frames(at)


def test_a_scale_without_its_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """s GN(h) + b would begin with nothing at all."""
    set_by_hand = state(scale=0.5, shift=1.0)
    assert proofs.adaptive(state()).holds and proofs.adaptive(set_by_hand).holds

    def wrong(normalised: Any, scale: Any, shift: Any) -> Any:
        return scale[:, None, None] * normalised + shift[:, None, None]

    monkeypatch.setattr(proofs, "adagn", wrong)
    assert not proofs.adaptive(state()).holds
    assert not proofs.adaptive(set_by_hand).holds


def test_a_norm_of_each_channel_is_not_group_norm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics of channels instead of groups."""
    assert proofs.groups(state()).holds

    def wrong(x: Any, groups: int) -> Any:
        return (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True)

    monkeypatch.setattr(proofs, "group_norm", wrong)
    assert not proofs.groups(state()).holds


def test_attention_without_its_scale_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores that are not divided by sqrt(d)."""
    assert proofs.fresh_looks(state()).holds
    right = bottleneck_frames.attend
    monkeypatch.setattr(bottleneck_frames, "attend", lambda q, k, v: right(q * np.sqrt(q.shape[-1]), k, v))
    assert not proofs.fresh_looks(state()).holds


def test_a_convolution_without_bias_is_counted_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """73,728 instead of 73,792."""
    assert proofs.counted(state()).holds and proofs.laddered(state()).holds
    monkeypatch.setattr(proofs, "conv", lambda inputs, outputs, kernel=3: outputs * inputs * kernel * kernel)
    assert not proofs.counted(state()).holds


def test_a_ladder_with_a_wrong_width_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is compared with the network, box by box."""
    right = unet_plan.plan()
    monkeypatch.setattr(proofs, "plan", lambda: (*right[:-2], *right[-1:]))
    assert not proofs.laddered(state()).holds


def test_cosines_in_the_place_of_sines_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strip is the network's own embedding."""
    assert proofs.told(state()).holds
    monkeypatch.setattr(proofs, "embedding", lambda t: np.roll(adagn.embedding(t), 16, 1))
    assert not proofs.told(state()).holds


def test_x0_hat_without_its_root_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divided by alpha_bar instead of its root."""
    assert proofs.solved(state()).holds
    monkeypatch.setattr(proofs, "x0_hat", lambda x, e, abar: (x - np.sqrt(1 - abar) * e) / abar)
    assert not proofs.solved(state()).holds


@pytest.mark.parametrize("t", [10, 500, 1000])
def test_facts_hold_at_every_time(t: int) -> None:
    """The untrained facts that follow t."""
    for check in (proofs.fresh_looks, proofs.told, proofs.starts, proofs.solved):
        assert check(state(t=t)).holds, check.__name__


@pytest.mark.parametrize("cut", skip_frames.CUTS)
def test_the_ladder_shows_which_skip_is_cut(cut: str) -> None:
    """One wire for each size, those that are cut marked."""
    shown = frames("ladder", state(cut=cut))[0].figures[0]
    cuts = [wire.label.removeprefix("skip ") for wire in shown.wires if wire.cut]
    assert cuts == ([] if cut == "none" else ["16x16", "8x8", "4x4"] if cut == "all" else [cut])
    for wire in shown.wires:
        assert shown.boxes[wire.source].depth == shown.boxes[wire.target].depth


def test_hand_set_scale_and_shift_reach_group_one_only() -> None:
    """The second group keeps mean 0 and variance 1."""
    table = frames("normalising", state(scale=1.0, shift=0.5))[2].figures[1]
    assert table.rows[0][1:] == pytest.approx((0.5, 4.0), abs=1e-3)
    assert table.rows[1][1:] == pytest.approx((0.0, 1.0), abs=1e-3)


def test_cutting_a_skip_leaves_the_network_as_it_is() -> None:
    """Facts ask the whole network while a frame asks one that is cut."""
    from dlviz.engine.lessons.trainings.digit_denoiser import fresh, severed, skips

    network = fresh()
    assert [size for size, skip in skips(severed(network, "8x8")) if not skip.open] == ["8x8"]
    assert not any(skip.open for _, skip in skips(severed(network, "all")))
    assert all(skip.open for _, skip in skips(network))


def test_what_another_thread_asks_is_not_heard() -> None:
    """Hooks hear the question of their own thread alone."""
    import threading

    from dlviz.engine.lessons.trainings.denoiser_inside import batch, watched
    from dlviz.engine.lessons.trainings.digit_denoiser import fresh

    network = fresh()
    heard = []

    def meanwhile(*_: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            other = threading.Thread(target=network, args=batch(np.ones((3, 16, 16)), 10, 0))
            other.start()
            other.join()
            heard.append(other)

    network.head.register_forward_hook(meanwhile)
    seen = watched(network, {"stem": network.stem}, np.zeros((1, 16, 16)), 500, 0)
    assert heard and seen["stem"][1].shape == (1, 8, 16, 16)


def test_what_was_trained_outlives_the_process_that_trained_it() -> None:
    """Between processes the weights travel in the message, not as handles of shared memory."""
    from multiprocessing.reduction import ForkingPickler

    from dlviz.engine.lessons.trainings.digit_denoiser import DigitDenoiser, fresh

    images = np.zeros((2, 1, 16, 16), dtype=np.float32)
    sent = DigitDenoiser(network=fresh(), images=images, labels=np.zeros(2, dtype=int), means=images[:, 0])
    message = bytes(ForkingPickler.dumps(sent))
    numbers = sum(parameter.numel() for parameter in sent.network.parameters())
    assert len(message) > 4 * numbers
    received = ForkingPickler.loads(message)
    assert np.array_equal(received.eps_hat(images[:, 0], 500, 3), sent.eps_hat(images[:, 0], 500, 3))
    assert received.error(500, count=2) == sent.error(500, count=2)
