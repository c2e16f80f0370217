import pytest

from dlviz.tui.panes.curves.groups import groups
from dlviz.tui.panes.curves.view import View


@pytest.mark.parametrize(
    "tag,group,label,held_out",
    [
        ("loss/train", "loss", "train", False),
        ("train/loss", "loss", "train", False),
        ("val_loss", "loss", "val", True),
        ("loss", "loss", "loss", False),
        ("eval/accuracy", "accuracy", "eval", True),
        ("Acc/Train", "accuracy", "Train", False),
        ("lr", "learning rate", "learning rate", False),
        ("optim/learning_rate", "learning rate", "optim", False),
        ("grad_norm", "gradient norm", "gradient norm", False),
        ("train/bits_per_char", "bits per character", "train", False),
        ("ngram5_bits_per_char", "bits per character", "ngram5", False),
        ("test_accuracy", "accuracy", "test", True),
        ("test_ece", "calibration error (ECE)", "test", True),
        ("piece", "piece", "piece", False),
        ("system/gpu/0", "system", "gpu 0", False),
        ("train", "train", "train", False),
        ("", "", "", False),
    ],
)
def test_tags_of_every_convention_find_their_chart(tag: str, group: str, label: str, held_out: bool) -> None:
    ((name, (member,)),) = groups([tag]).items()
    assert (name, member.label, member.held_out) == (group, label, held_out)


def test_the_usual_charts_come_first_and_training_before_held_out_data() -> None:
    found = groups(["zeta", "lr", "loss/val", "loss/train", "accuracy/val"])
    assert list(found) == ["loss", "accuracy", "learning rate", "zeta"]
    assert [member.label for member in found["loss"]] == ["train", "val"]
    assert not found["learning rate"][0].noisy and not found["loss"][1].noisy and found["loss"][0].noisy


def test_equal_labels_become_whole_tags() -> None:
    assert [m.label for m in groups(["loss/train", "train/loss"])["loss"]] == ["loss/train", "train/loss"]


def test_a_window_stays_within_the_data() -> None:
    view = View()

    def window() -> tuple[float, float] | None:
        return view.window

    view.pan(-1, 0, 100)
    assert window() is None
    view.zoom(0.5, 0, 0, 100, 1)
    assert window() == (0, 50)
    view.pan(9, 0, 100)
    assert window() == (50, 100)
    assert view.range(0, 120) == (70, 120), "it follows at the right edge"
    view.reveal(10, 0, 120)
    assert window() == (10, 60)
    assert view.range(0, 150) == (10, 60), "elsewhere it stays"
    view.zoom(100, 10, 0, 120, 1)
    assert window() is None
    view.zoom(1e-30, 10, 0, 120, 4)
    low, high = window() or (0, 0)
    assert high - low == pytest.approx(4)
