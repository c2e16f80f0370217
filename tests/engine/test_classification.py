"""Classification: the stream of batches, shifts, and what is measured, against loops and scikit-learn."""

from typing import Any

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.objectives.classification import Classification, move, random_shift
from dlviz.engine.recipes.classifiers import CnnOptions, MlpOptions
from dlviz.engine.recipes.training import ClassificationOptions

CPU = torch.device("cpu")


def _moved(image: np.ndarray[Any, Any], rows: int, columns: int) -> np.ndarray[Any, Any]:
    """Moved down and right one pixel at a time; what enters is zero."""
    out = np.zeros_like(image)
    h, w = image.shape[-2:]
    for r in range(h):
        for c in range(w):
            if 0 <= r - rows < h and 0 <= c - columns < w:
                out[..., r, c] = image[..., r - rows, c - columns]
    return out


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(-7, 7), columns=st.integers(-7, 7), h=st.integers(1, 6), w=st.integers(1, 6))
def test_move_is_a_roll_with_zeros(rows: int, columns: int, h: int, w: int) -> None:
    x = torch.randn(2, 3, h, w)
    np.testing.assert_array_equal(move(x, rows, columns).numpy(), _moved(x.numpy(), rows, columns))


def test_random_shift_moves_each_image_by_its_own_shift() -> None:
    x = torch.rand(200, 2, 5, 6) + 0.1
    out = random_shift(x, 2, torch.Generator().manual_seed(3)).numpy()
    used = set()
    for image, result in zip(x.numpy(), out, strict=True):
        fits = [(r, c) for r in range(-2, 3) for c in range(-2, 3) if np.array_equal(_moved(image, r, c), result)]
        assert len(fits) == 1
        used.add(fits[0])
    assert len(used) == 25, "every shift of up to 2 pixels occurs"
    again = random_shift(x, 2, torch.Generator().manual_seed(3)).numpy()
    np.testing.assert_array_equal(out, again)


def _numbered(count: int) -> Dataset:
    """Each example is its own number."""
    from dlviz.engine.data.dataset import Split

    x = np.arange(count, dtype=np.float32)[:, None]
    split = Split(x=x, y=np.zeros(count, np.int64))
    return Dataset(name="n", train=split, val=split, test=split, classes=("a",), description="")


def _objective(
    data: Dataset, options: ClassificationOptions, model: nn.Module | None = None, seed: int = 0
) -> Classification:
    return Classification(model or nn.Linear(1, 1), data, options, seed, CPU)


def _stream(count: int, batch: int, steps: int, seed: int) -> list[int]:
    objective = _objective(_numbered(count), MlpOptions(batch=batch), seed=seed)
    batches = [objective.batch(step)[0] for step in range(steps)]
    assert all(len(b) == batch for b in batches)
    return [int(v) for b in batches for v in b.flatten()]


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 40), batch=st.integers(1, 100), seed=st.integers(0, 2**31 - 1))
def test_every_epoch_is_a_permutation_and_batches_run_across(count: int, batch: int, seed: int) -> None:
    steps = 3 * count // batch + 2
    stream = _stream(count, batch, steps, seed)
    epochs = [stream[k : k + count] for k in range(0, len(stream) - count + 1, count)]
    assert epochs and all(sorted(epoch) == list(range(count)) for epoch in epochs)
    assert stream == _stream(count, batch, steps, seed)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    stream = _stream(50, 50, 3, 0)
    assert stream[:50] != stream[50:100] != stream[100:]
    assert stream[:50] != _stream(50, 50, 1, 1)


def test_a_batch_does_not_depend_on_which_were_drawn_before(digits: Dataset) -> None:
    one, other = (_objective(digits, CnnOptions(augment=1), seed=7) for _ in range(2))
    for step in (0, 60, 3, 19, 20, 3):
        one.batch(step)
    for step in (3, 60, 20):
        for a, b in zip(one.batch(step), other.batch(step), strict=True):
            assert torch.equal(a, b)


def test_drawing_batches_leaves_torchs_random_state_alone(digits: Dataset) -> None:
    objective = _objective(digits, CnnOptions(augment=2))
    before = torch.get_rng_state()
    objective.batch(5)
    assert torch.equal(before, torch.get_rng_state())


def test_the_loss_is_smoothed_cross_entropy() -> None:
    torch.manual_seed(0)
    logits, y, s = torch.randn(32, 5, requires_grad=True), torch.randint(0, 5, (32,)), 0.3
    objective = _objective(_numbered(3), MlpOptions(label_smoothing=s))
    objective.model = nn.Identity()
    loss, accuracy = objective.loss((logits, y))
    log_p = logits.double() - logits.double().exp().sum(1, keepdim=True).log()
    expected = -((1 - s) * log_p[torch.arange(32), y] + s * log_p.mean(1)).mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    assert accuracy.item() == pytest.approx(sklearn.metrics.accuracy_score(y, logits.detach().argmax(1)))
    assert not accuracy.requires_grad and loss.requires_grad


@pytest.fixture(scope="module")
def model() -> nn.Module:
    """A net that has not learned anything, with dropout that must not act while measuring."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, 10))


def test_what_is_measured_agrees_with_scikit_learn(model: nn.Module, digits: Dataset) -> None:
    outcome = _objective(digits, MlpOptions(), model).outcome("test")
    y, p = digits.test.y, outcome.probabilities.astype(np.float64)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-5)
    p /= p.sum(1, keepdims=True)
    assert outcome.accuracy == pytest.approx(sklearn.metrics.accuracy_score(y, p.argmax(1)))
    assert outcome.loss == pytest.approx(sklearn.metrics.log_loss(y, p, labels=range(10)), rel=1e-5)
    matrix = sklearn.metrics.confusion_matrix(y, p.argmax(1), labels=range(10))
    np.testing.assert_array_equal(outcome.confusion(), matrix)


def test_metrics_of_shifted_images(model: nn.Module, digits: Dataset) -> None:
    metrics = _objective(digits, CnnOptions(test_shift=2), model).test()
    assert list(metrics) == ["test_accuracy", "test_loss", "test_ece", "test_accuracy_shift1", "test_accuracy_shift2"]
    model.eval()
    for k in (1, 2):
        shares = []
        for rows, columns in ((k, 0), (-k, 0), (0, k), (0, -k)):
            moved = torch.from_numpy(_moved(digits.test.x, rows, columns))
            shares.append((model(moved).argmax(1).numpy() == digits.test.y).mean())
        assert metrics[f"test_accuracy_shift{k}"] == pytest.approx(np.mean(shares))
    model.train()


def test_tables_have_no_shifts(blobs: Dataset) -> None:
    metrics = _objective(blobs, MlpOptions(test_shift=3), nn.Linear(4, 3)).test()
    assert list(metrics) == ["test_accuracy", "test_loss", "test_ece"]


def test_measuring_restores_the_mode(model: nn.Module, digits: Dataset) -> None:
    for training in (True, False):
        model.train(training)
        _objective(digits, MlpOptions(), model).validate()
        assert model.training is training
