"""Break the U-Net's parts, and its facts turn red."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import unet as proofs
from dlviz.engine.lessons.proofs.unet_wiring import standing_in
from dlviz.engine.lessons.unet import LESSON
from dlviz.engine.lessons.workings import adagn, adagn_frames, bottleneck_frames, skip_frames, unet_frames, unet_plan


def state(**values: Any) -> State:
    """The defaults, some changed."""
    return LESSON.state(values)


def frames(name: str, at: State) -> Any:
    """The frames of a scene."""
    return next(scene for scene in LESSON.scenes if scene.name == name).frames(at)


def test_a_scale_without_its_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """s GN(h) + b would begin with nothing at all; (1 - s) GN(h) - b differs only where something is set."""
    assert proofs.adaptive(state()).holds and proofs.adaptive(state(scale=0.5, shift=1.0)).holds
    for one in (0.0, -1.0):
        sign = 1.0 if not one else -1.0

        def wrong(normal: Any, scale: Any, shift: Any, one: float = one, sign: float = sign) -> Any:
            return (abs(one) + sign * scale)[:, None, None] * normal + sign * shift[:, None, None]

        with monkeypatch.context() as patch:
            patch.setattr(adagn_frames, "adagn", wrong)
            assert not proofs.adaptive(state()).holds


def test_the_wrong_group_scaled_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sliders move group 1."""
    right = adagn_frames.hand_set
    monkeypatch.setattr(adagn_frames, "hand_set", lambda state: tuple(part[::-1] for part in right(state)))
    assert not proofs.adaptive(state()).holds


def test_a_norm_of_each_channel_is_not_group_norm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics of channels instead of groups."""
    assert proofs.groups(state()).holds

    def wrong(x: Any, groups: int) -> Any:
        return (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True)

    monkeypatch.setattr(adagn_frames, "group_norm", wrong)
    assert not proofs.groups(state()).holds


def test_attention_without_its_scale_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores that are not divided by sqrt(d)."""
    assert proofs.fresh_looks(state()).holds
    right = bottleneck_frames.attend
    monkeypatch.setattr(bottleneck_frames, "attend", lambda q, k, v: right(q * np.sqrt(q.shape[-1]), k, v))
    assert not proofs.fresh_looks(state()).holds


def test_pixels_that_are_not_put_back_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The permutation where its inverse belongs, in the picture alone."""
    right = bottleneck_frames.Grid

    def wrong(**fields: Any) -> Any:
        if fields["name"] == "put back":
            order = bottleneck_frames.shuffled(16, 0)
            fields["values"] = fields["values"][order][:, order]
        return right(**fields)

    monkeypatch.setattr(bottleneck_frames, "Grid", wrong)
    assert not proofs.fresh_looks(state()).holds


def test_a_convolution_without_bias_is_counted_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """73,728 instead of 73,792."""
    assert proofs.counted(state()).holds and proofs.laddered(state()).holds
    monkeypatch.setattr(unet_frames, "conv", lambda inputs, outputs, kernel=3: outputs * inputs * kernel * kernel)
    assert not proofs.counted(state()).holds


def test_a_wrong_box_of_the_ladder_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A box left out, and one that does not halve."""
    right = unet_plan.plan()
    wide = (*right[:3], replace(right[3], size=16), *right[4:])
    for plan in ((*right[:-2], *right[-1:]), wide):
        with monkeypatch.context() as patch:
            patch.setattr(unet_frames, "plan", lambda plan=plan: plan)
            claim = next(claim for claim in LESSON.claims if claim.check is proofs.laddered)
            assert not claim.fact("unet", state()).holds


def test_crossed_wires_and_inverted_cuts_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The skip of 16x16 drawn to the decoder of 4x4, and a cut shown as its opposite."""
    sizes = ("16x16", "8x8", "4x4")
    with monkeypatch.context() as patch:
        skips = tuple((a, f"encoder {a}", f"decoder {b}") for a, b in zip(sizes, sizes[::-1], strict=True))
        patch.setattr(unet_frames, "SKIPS", skips)
        assert not proofs.laddered(state()).holds
    right = unet_frames.wires
    flip = lambda cut, names: tuple(replace(wire, cut=not wire.cut) for wire in right(cut, names))  # noqa: E731
    monkeypatch.setattr(unet_frames, "wires", flip)
    assert not proofs.laddered(state()).holds


def test_cosines_in_the_place_of_sines_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strip is the network's own embedding."""
    assert proofs.told(state()).holds
    monkeypatch.setattr(adagn_frames, "embedding", lambda t: np.roll(adagn.embedding(t), 16, 1))
    assert not proofs.told(state()).holds


def test_a_likeness_that_does_not_reach_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divided by 32 numbers instead of 16 waves."""
    right = adagn_frames.Curves

    def wrong(**fields: Any) -> Any:
        if fields["name"] == "alike":
            fields["lines"] = {name: line / 2 for name, line in fields["lines"].items()}
        return right(**fields)

    monkeypatch.setattr(adagn_frames, "Curves", wrong)
    assert not proofs.told(state()).holds


def test_x0_hat_without_its_root_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divided by alpha_bar instead of its root, or with the noise added."""
    assert proofs.solved(state()).holds
    for wrong in (
        lambda x, e, abar: (x - np.sqrt(1 - abar) * e) / abar,
        lambda x, e, abar: (x + np.sqrt(1 - abar) * e) / np.sqrt(abar),
    ):
        for place in (proofs, skip_frames):
            with monkeypatch.context() as patch:
                patch.setattr(place, "x0_hat", wrong)
                assert not proofs.solved(state()).holds


def test_captions_of_cuts_tell_which_skip_is_cut() -> None:
    """And that no network is trained anew; the same t is not said to change anything."""
    here = standing_in(state(cut="8x8", t=300, other=300))
    assert "after training: 8x8" in frames("skips", here)[0].caption
    assert "bottleneck" in frames("cuts", here)[0].caption
    assert "the same answers" in frames("reach", here)[0].caption
    for cut in skip_frames.CUTS:
        assert len(frames("skips", standing_in(state(cut=cut, t=1000)))[0].caption) <= 150


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


def test_curves_have_a_point_at_the_cursor() -> None:
    """The legend reads the curve there: the loss at t is that of every other scene."""
    here = standing_in(state(t=377))
    for name in ("times", "reach", "errors"):
        for figure in frames(name, here)[0].figures:
            assert getattr(figure, "at", None) is None or figure.at in figure.x, (name, figure.name)
    curve, bars = frames("errors", here)[0].figures[1], frames("cuts", here)[0].figures[0]
    assert curve.lines["of eps_hat"][list(curve.x).index(377)] == pytest.approx(bars.values[0])


def test_a_box_that_tells_another_count_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table beside the ladder is read in every frame."""
    right = unet_frames.Table

    def wrong(**fields: Any) -> Any:
        if fields["name"] == "box":
            fields["rows"] = [("numbers", row[1] ** 2) if row[0] == "numbers" else row for row in fields["rows"]]
        return right(**fields)

    assert proofs.laddered(state()).holds
    monkeypatch.setattr(unet_frames, "Table", wrong)
    assert not proofs.laddered(state()).holds
