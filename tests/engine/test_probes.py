"""Looking inside: what is shown is what the model computed, and the model does not notice."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.probes.capture import forward, leaves
from dlviz.engine.probes.features import features
from dlviz.engine.probes.layers import histogram
from dlviz.engine.probes.look import look
from dlviz.engine.probes.requests import (
    CellView,
    LayerView,
    LookCell,
    LookLayer,
    LookPredictions,
    LookSketch,
    LookStructure,
    Predictions,
    Request,
    Structure,
)
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

KINDS: dict[str, tuple[str, ...]] = {
    "mlp": (),
    "mlp batch_norm=true activation=gelu hidden=9,7": (),
    "cnn": (),
    "cnn channels=3,5 kernel=4 stride=2 padding=3 pool=average batch_norm=false activation=tanh": (),
    "cnn channels=4 pool=none head=global-max kernel=2 padding=0 activation=leaky-relu": (),
    "cnn channels=3 pool_size=3 head=global-average activation=silu": (),
    "resnet": (),
    "resnet channels=3,4 depth=6 skip=false batch_norm=false activation=sigmoid head=flatten": (),
    "resnet channels=3,4 depth=4 kernel=5 stride=3": (),
}


@pytest.fixture(scope="module", params=list(KINDS))
def trainer(request: pytest.FixtureRequest, digits: Dataset) -> Iterator[Trainer]:
    """A model of each kind after a few steps, so that running statistics and gradients are real."""
    model, *texts = request.param.split()
    trained = Trainer(Job.of(model, ("batch=16", *texts), device="cpu"), digits)
    for _ in itertools.islice(trained.steps(), 4):
        pass
    yield trained


def _look(trainer: Trainer, request: Request) -> Any:
    def load(job: Job) -> Dataset:
        raise AssertionError("nothing to load")

    return look(request, trainer, load)


def test_parameters_and_multiply_adds(trainer: Trainer, digits: Dataset) -> None:
    view: Structure = _look(trainer, LookStructure())
    assert view.parameters == sum(p.numel() for p in trainer.model.parameters())
    trainer.model.eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        trainer.model(torch.zeros(1, 1, 8, 8))
    assert view.macs == counter.get_total_flops() / 2
    assert (view.model, view.input, view.step) == (trainer.job.model, (1, 8, 8), 4)
    assert (view.train, view.val, view.test) == (1257, 180, 360) and view.classes == digits.classes


def test_shapes_and_gradient_norms_of_every_layer(trainer: Trainer) -> None:
    view: Structure = _look(trainer, LookStructure())
    shapes: dict[str, tuple[int, ...]] = {}

    def keep(name: str, module: nn.Module, inputs: object, output: torch.Tensor) -> None:
        shapes[name] = tuple(output.shape[1:])

    forward(trainer.model, (torch.zeros(2, 1, 8, 8),), keep)
    modules = leaves(trainer.model)
    assert [layer.name for layer in view.layers] == [n for n in shapes if not isinstance(modules[n], nn.Identity)]
    assert view.layers[-1].name == "head"
    for layer in view.layers:
        assert layer.shape == shapes[layer.name]
        own = [p.grad.flatten() for p in modules[layer.name].parameters() if p.grad is not None]
        if own:
            assert layer.gradient == pytest.approx(np.linalg.norm(torch.cat(own).numpy()), rel=1e-5)
        else:
            assert np.isnan(layer.gradient)
        assert layer.kind and layer.detail.isprintable()


def test_every_cell_is_the_sum_of_what_went_in(trainer: Trainer, digits: Dataset) -> None:
    for layer in _look(trainer, LookStructure()).layers:
        depth, *sides = layer.shape
        places = itertools.product({0, depth - 1}, *({0, n // 2, n - 1} for n in sides))
        for channel, *cell in places:
            row, column = cell or (0, 0)
            request = LookCell(layer.name, "val", 3, channel, row, column)
            view: CellView = _look(trainer, request)
            assert (view.channel, view.row, view.column) == (channel, row, column)
            assert view.total == pytest.approx(view.output, rel=1e-4, abs=1e-4), (layer.name, view.formula)
            if view.kernel.size:
                product = np.nansum(view.patch.astype(np.float64) * view.kernel)
                plus = 0.0 if np.isnan(view.bias) else view.bias
                assert product + plus == pytest.approx(view.output, rel=1e-4, abs=1e-4)
            if layer.kind == "convolution":
                _patch_is_a_window(trainer, view, digits)


def _patch_is_a_window(trainer: Trainer, view: CellView, digits: Dataset) -> None:
    """The patch holds the layer's input where that exists, and NaN exactly in the padding."""
    maps: list[np.ndarray[Any, Any]] = []

    def keep(name: str, module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        if name == view.layer:
            maps.append(inputs[0][0].numpy())

    forward(trainer.model, (torch.from_numpy(digits.val.x[3:4]),), keep)
    for r in range(view.patch.shape[1]):
        for c in range(view.patch.shape[2]):
            y, x = view.top + r, view.left + c
            if 0 <= y < maps[0].shape[1] and 0 <= x < maps[0].shape[2]:
                np.testing.assert_allclose(view.patch[:, r, c], maps[0][:, y, x], rtol=1e-5, atol=1e-6)
            else:
                assert np.isnan(view.patch[:, r, c]).all()


def test_indices_beyond_the_maps_are_clamped(trainer: Trainer) -> None:
    for layer in _look(trainer, LookStructure()).layers:
        far: CellView = _look(trainer, LookCell(layer.name, "val", 0, 9999, 9999, 9999))
        near: CellView = _look(trainer, LookCell(layer.name, "val", 0, -5, -5, -5))
        sides = layer.shape[1:] or (1, 1)
        assert (far.channel, far.row, far.column) == (layer.shape[0] - 1, sides[0] - 1, sides[1] - 1)
        assert (near.channel, near.row, near.column) == (0, 0, 0)


def test_a_layers_view_is_its_forward_pass(trainer: Trainer, digits: Dataset) -> None:
    outputs: dict[str, np.ndarray[Any, Any]] = {}

    def keep(name: str, module: nn.Module, inputs: object, output: torch.Tensor) -> None:
        outputs[name] = output.numpy().copy()

    index = 362  # wraps around to 2
    batch = torch.cat((*trainer.objective.inputs("test", index), *trainer.objective.inputs("val", 0, 63)))
    np.testing.assert_array_equal(batch, np.concatenate([digits.test.x[2:3], digits.val.x[:63]]))
    forward(trainer.model, (batch,), keep)
    lows = [out[0].min() for out in outputs.values()]
    highs = [out[0].max() for out in outputs.values()]
    for layer in _look(trainer, LookStructure()).layers:
        view: LayerView = _look(trainer, LookLayer(layer.name, "test", index))
        out = outputs[layer.name]
        assert view.maps.shape == layer.shape and view.index == 2 and view.examples == 64
        np.testing.assert_array_equal(view.maps, out[0])
        np.testing.assert_array_equal(view.image, digits.test.x[2])
        assert view.label == digits.classes[digits.test.y[2]]
        assert (view.low, view.high) == (out[0].min(), out[0].max())
        assert (view.global_low, view.global_high) == (min(lows), max(highs))
        assert view.zeros == pytest.approx((out == 0).mean()) and view.counts.sum() == out.size
        assert len(view.edges) == len(view.counts) + 1
        if layer.kind in ("convolution", "dense"):
            weights = trainer.model.state_dict()[f"{layer.name}.weight"]
            np.testing.assert_array_equal(view.kernels, weights.numpy())
        else:
            assert view.kernels.size == 0


def _state(trainer: Trainer) -> list[Any]:
    tensors = [*trainer.model.state_dict().values(), torch.get_rng_state()]
    grads = [p.grad for p in trainer.model.parameters()]
    hooks = [len(m._forward_hooks) for m in trainer.model.modules()]
    modes = [m.training for m in trainer.model.modules()]
    return [[t.clone() for t in tensors], [None if g is None else g.clone() for g in grads], hooks, modes]


@pytest.mark.parametrize("training", [True, False])
def test_looking_changes_nothing(trainer: Trainer, digits: Dataset, training: bool) -> None:
    trainer.model.train(training)
    next(trainer.model.children()).training = not training
    before = _state(trainer)
    first = _look(trainer, LookStructure()).layers[0].name
    looks: list[Callable[[], Any]] = [
        lambda: _look(trainer, LookStructure()),
        lambda: _look(trainer, LookLayer(first)),
        lambda: _look(trainer, LookCell(first)),
        lambda: _look(trainer, LookCell("no such layer")),
        lambda: look(LookSketch(Job.of("cnn")), trainer, lambda job: digits),
        lambda: features(trainer.model, trainer.objective.inputs("test", 0)),
    ]
    for each in looks:
        with contextlib.suppress(ValueError):
            each()
        after = _state(trainer)
        assert all(torch.equal(a, b) for a, b in zip(before[0], after[0], strict=True))
        for a, b in zip(before[1], after[1], strict=True):
            assert (a is None) == (b is None) and (a is None or torch.equal(a, b))
        assert before[2:] == after[2:]
    trainer.model.train()


def test_views_are_copies(trainer: Trainer) -> None:
    view: LayerView = _look(trainer, LookLayer("head"))
    before = [p.detach().clone() for p in trainer.model.parameters()]
    for array in (view.maps, view.kernels, view.image):
        array += 1e3
    again: LayerView = _look(trainer, LookLayer("head"))
    assert not np.allclose(view.maps, again.maps)
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.model.parameters(), strict=True))


def test_predictions_agree_with_scikit_learn(trainer: Trainer, digits: Dataset) -> None:
    view: Predictions = _look(trainer, LookPredictions("test", index=-1, worst=5))
    with torch.no_grad():
        trainer.model.eval()
        p = trainer.model(torch.from_numpy(digits.test.x)).softmax(1).numpy()
    y = digits.test.y
    np.testing.assert_array_equal(view.confusion, sklearn.metrics.confusion_matrix(y, p.argmax(1), labels=range(10)))
    assert view.accuracy == pytest.approx(sklearn.metrics.accuracy_score(y, p.argmax(1)))
    assert view.index == 359 and view.label == y[359] and view.count == 360
    np.testing.assert_allclose(view.probabilities, p[359], rtol=1e-5)
    wrong = sorted((i for i in range(360) if p[i].argmax() != y[i]), key=lambda i: p[i, y[i]])
    assert view.mistakes == len(wrong) and [y[i] for i in view.worst] == list(view.worst_labels)
    np.testing.assert_allclose([p[i, y[i]] for i in view.worst], [p[i, y[i]] for i in wrong[:5]], rtol=1e-4)
    assert view.worst_images.shape == (len(view.worst), 1, 8, 8)
    assert all(a != b for a, b in zip(view.worst_labels, view.worst_predicted, strict=True))


def test_a_sketch_is_what_would_be_trained(digits: Dataset) -> None:
    for model in ("mlp", "cnn", "resnet"):
        job = Job.of(model)
        sketch = look(LookSketch(job), None, lambda job: digits)
        assert isinstance(sketch, Structure) and sketch.parameters == job.entry.parameters
        assert all(np.isnan(layer.gradient) for layer in sketch.layers)


def test_what_cannot_be_looked_at_is_one_sentence(digits: Dataset) -> None:
    trainer = Trainer(Job.of("mlp", device="cpu"), digits)
    for request in (LookLayer("conv9"), LookCell("conv9")):
        with pytest.raises(ValueError, match="no layer 'conv9'"):
            _look(trainer, request)
    with pytest.raises(ValueError, match="no model is loaded"):
        look(LookStructure(), None, lambda job: digits)


def test_features_are_the_outputs_of_the_first_test_image(digits: Dataset) -> None:
    trainer = Trainer(Job.of("cnn", device="cpu"), digits)
    record = features(trainer.model, trainer.objective.inputs("test", 0))
    assert list(record.arrays)[:3] == ["input", "conv1", "norm1"] and record.kind == "feature maps"
    view: LayerView = _look(trainer, LookLayer("conv2"))
    np.testing.assert_array_equal(record.arrays["conv2"], view.maps.astype(np.float16))


def test_histograms_of_strange_numbers() -> None:
    assert [a.tolist() for a in histogram(np.full(5, np.nan))] == [[0], [0.0, 1.0]]
    counts, edges = histogram(np.full(7, 3.5, np.float32))
    assert counts.tolist() == [7] and edges.tolist() == [3.5, 3.5]
    counts, edges = histogram(np.array([np.inf, 1.0, 2.0, np.nan, -np.inf]))
    assert counts.sum() == 2 and (edges[0], edges[-1]) == (1.0, 2.0)
    counts, _ = histogram(np.array([1.0, 1.0 + 1e-13]))
    assert counts.sum() == 2
    counts, edges = histogram(np.array([-3e38, 3e38], np.float32))
    assert counts.sum() == 2 and np.isfinite(edges).all()


def test_a_drawing_is_seen_as_the_image_that_it_is(trainer: Trainer, digits: Dataset) -> None:
    drawn = tuple(np.linspace(0, 1, digits.test.x[0].size).tolist())
    last = list(leaves(trainer.model))[-1]
    view = look(LookLayer(last, drawn=drawn), trainer, lambda job: digits)
    trainer.model.eval()
    with torch.no_grad():
        expected = trainer.model(torch.tensor(drawn).reshape(1, *digits.shape))[0].numpy()
    assert isinstance(view, LayerView) and view.label == ""
    np.testing.assert_allclose(view.maps.ravel(), expected.ravel(), atol=1e-6)
    np.testing.assert_allclose(view.image.ravel(), drawn, atol=1e-6)
    with pytest.raises(ValueError, match="a drawing of 3 numbers"):
        look(LookLayer(last, drawn=(0.0, 1.0, 0.5)), trainer, lambda job: digits)
