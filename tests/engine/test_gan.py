"""Generator and discriminator: their shapes, the projection, spectral normalisation."""

from typing import Any

import pytest
import torch
from torch import nn

from dlviz.engine.models.gan import Adversaries, ImageDiscriminator, normalise, sizes
from dlviz.engine.recipes.gan import GanOptions

SMALL: dict[str, Any] = {"channels": 4, "hidden": (6, 5), "z": 3}
SHAPES = [(1, 8, 8), (1, 14, 14), (1, 16, 16), (3, 28, 28), (3, 32, 32), (1, 9, 5), (2, 31, 1), (1, 1, 1)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("classes", [0, 3])
def test_images_of_any_size(shape: tuple[int, ...], classes: int) -> None:
    model = Adversaries(GanOptions(**SMALL), shape, classes)
    z, labels = torch.randn(5, 3), torch.tensor([0, 1, 2, 0, 1]) if classes else None
    images = model.generator(z, labels)
    assert images.shape == (5, *shape) and images.abs().max() <= 1
    answers = model(z, labels)
    assert answers.shape == (5,)
    assert torch.equal(answers, model.discriminator(images, labels)), "forward is D(G(z))"


def test_maps_grow_from_at_most_seven_pixels() -> None:
    assert sizes(8, 8) == [(8, 8), (4, 4)]
    assert sizes(14, 14) == [(14, 14), (7, 7)]
    assert sizes(16, 16) == [(16, 16), (8, 8), (4, 4)]
    assert sizes(7, 5) == [(7, 5)]
    assert sizes(31, 1) == [(31, 1), (15, 1), (7, 1)]


def test_points_and_the_features_of_their_discriminator() -> None:
    model = Adversaries(GanOptions(**SMALL, frequencies=(1, 4)), (2,))
    assert [name for name, _ in model.generator.named_children()] == ["linear1", "act1", "linear2", "act2", "head"]
    assert model.generator(torch.randn(7, 3)).shape == (7, 2)
    assert model.get_parameter("discriminator.linear1.weight").shape == (6, 2 * (1 + 2 * 2))
    assert model(torch.randn(7, 3)).shape == (7,)
    plain = Adversaries(GanOptions(**SMALL), (2,))
    assert plain.get_parameter("discriminator.linear1.weight").shape == (6, 2)


def test_the_projection_is_one_linear_function_a_class() -> None:
    torch.manual_seed(0)
    model = ImageDiscriminator(GanOptions(**SMALL), (1, 8, 8), 3)
    x, labels = torch.randn(6, 1, 8, 8), torch.tensor([2, 0, 1, 1, 2, 0])
    assert model.embedding is not None
    features = model.maps(x)
    a_class = nn.Linear(features.shape[1], 3)
    with torch.no_grad():
        a_class.weight.copy_(model.head.weight + model.embedding.weight)
        a_class.bias.copy_(model.head.bias.expand(3))
    torch.testing.assert_close(model(x, labels), a_class(features)[torch.arange(6), labels])


def test_one_vector_of_a_class_changes_nothing_of_another() -> None:
    model = Adversaries(GanOptions(**SMALL), (1, 8, 8), 3)
    z, labels = torch.randn(4, 3), torch.tensor([0, 1, 1, 2])
    before = model(z, labels)
    with torch.no_grad():
        model.get_parameter("generator.embedding.weight")[1] += 1
        model.get_parameter("discriminator.embedding.weight")[1] += 1
    changed = before != model(z, labels)
    assert changed.tolist() == [False, True, True, False]


@pytest.mark.parametrize(("shape", "classes"), [((2,), 0), ((1, 8, 8), 3)])
def test_spectral_norm_makes_every_largest_singular_value_one(shape: tuple[int, ...], classes: int) -> None:
    torch.manual_seed(0)
    model = Adversaries(GanOptions(**SMALL, spectral_norm=True), shape, classes)
    inputs = torch.randn(2, 3), torch.tensor([0, 1]) if classes else None
    for _ in range(100):  # each pass in training is one more power iteration
        model.train()(*inputs)
    model.eval()
    layers = [m for m in model.discriminator.modules() if isinstance(m, nn.Linear | nn.Conv2d | nn.Embedding)]
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.02)
    free = [m for m in model.generator.modules() if isinstance(m, nn.Linear)]
    assert all(torch.linalg.matrix_norm(m.weight, 2).item() != pytest.approx(1, abs=0.02) for m in free)


def test_normalise_is_torchs_parametrisation() -> None:
    torch.manual_seed(0)
    mine = nn.Sequential(nn.Linear(5, 4))
    theirs: nn.Module = nn.Linear(5, 4)
    theirs.load_state_dict(mine[0].state_dict())
    torch.manual_seed(1)
    normalise(mine)
    torch.manual_seed(1)
    theirs = nn.utils.parametrizations.spectral_norm(theirs)
    x = torch.randn(3, 5)
    assert torch.equal(mine(x), theirs(x))
