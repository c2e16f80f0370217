"""The networks: shapes from options, the formula of a residual block, and what does not fit."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.engine.models.cnn import Cnn, output_size
from dlviz.engine.models.layers import ACTIVATIONS, Add
from dlviz.engine.models.mlp import Mlp
from dlviz.engine.models.resnet import Block, Resnet
from dlviz.engine.options import OptionError
from dlviz.engine.recipes import training
from dlviz.engine.recipes.classifiers import CnnOptions, MlpOptions, ResnetOptions

IMAGE = (1, 8, 8)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 20), kernel=st.integers(1, 6), stride=st.integers(1, 5), padding=st.integers(0, 4))
def test_output_size_is_torchs(n: int, kernel: int, stride: int, padding: int) -> None:
    size = output_size(n, kernel, stride, padding)
    if n + 2 * padding < kernel:
        assert size < 1
    else:
        out = F.conv2d(torch.zeros(1, 1, n, n), torch.zeros(1, 1, kernel, kernel), stride=stride, padding=padding)
        assert size == out.shape[-1]


def _names(model: nn.Module) -> list[str]:
    return [name for name, _ in model.named_children()]


def test_the_layers_of_an_mlp() -> None:
    model = Mlp(MlpOptions(hidden=(7, 5), batch_norm=True, activation="gelu"), (3, 2, 2), 4)
    assert _names(model) == [
        "flatten", "linear1", "norm1", "act1", "dropout1", "linear2", "norm2", "act2", "dropout2", "head",
    ]  # fmt: skip
    assert model(torch.zeros(6, 3, 2, 2)).shape == (6, 4)
    assert isinstance(model.act1, nn.GELU)
    bare = Mlp(MlpOptions(hidden=(7,)), (12,), 4)
    assert _names(bare) == ["flatten", "linear1", "act1", "dropout1", "head"]
    assert bare(torch.zeros(2, 12)).shape == (2, 4)


@pytest.mark.parametrize("pool", ["max", "average", "none"])
@pytest.mark.parametrize("head", ["flatten", "global-max", "global-average"])
def test_the_layers_of_a_cnn(pool: str, head: str) -> None:
    options = CnnOptions(channels=(3, 5), kernel=3, stride=1, padding=1, pool=pool, pool_size=2, head=head)
    model = Cnn(options, (2, 9, 8), 4)
    assert model(torch.zeros(3, 2, 9, 8)).shape == (3, 4)
    assert [p for p in _names(model) if p.startswith("pool")] == ([] if pool == "none" else ["pool1", "pool2"])
    cells = (9 // 4) * (8 // 4) if pool != "none" else 72
    weights = dict(model.named_parameters())
    assert weights["head.weight"].shape == (4, 5 * cells if head == "flatten" else 5)
    assert ("conv1.bias" in weights) != options.batch_norm


@settings(max_examples=80, deadline=None)
@given(
    channels=st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    pool=st.sampled_from(["max", "average", "none"]),
    pool_size=st.integers(1, 3),
    head=st.sampled_from(["flatten", "global-max", "global-average"]),
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
)
def test_a_cnn_fits_or_says_that_it_shrinks_to_nothing(rows: int, columns: int, **chosen: object) -> None:
    options = CnnOptions(**chosen)  # type: ignore[arg-type]
    try:
        model = Cnn(options, (1, rows, columns), 3)
    except OptionError as refused:
        assert "shrink to nothing" in str(refused) and str(refused).isprintable()
        x = torch.zeros(2, 1, rows, columns)
        with pytest.raises(RuntimeError):  # torch agrees
            for k, width in enumerate(options.channels):
                inputs = 1 if not k else options.channels[k - 1]
                x = nn.Conv2d(inputs, width, options.kernel, options.stride, options.padding)(x)
                if options.pool != "none":
                    x = F.max_pool2d(x, options.pool_size)
    else:
        assert model.eval()(torch.zeros(2, 1, rows, columns)).shape == (2, 3)


@settings(max_examples=40, deadline=None)
@given(
    channels=st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple),
    blocks=st.integers(3, 6),
    kernel=st.sampled_from([1, 3, 5]),
    stride=st.integers(1, 4),
    skip=st.booleans(),
    batch_norm=st.booleans(),
    side=st.integers(1, 9),
)
def test_every_resnet_has_its_depth_and_fits(
    channels: tuple[int, ...], blocks: int, kernel: int, stride: int, skip: bool, batch_norm: bool, side: int
) -> None:
    options = ResnetOptions(
        channels=channels, depth=2 * blocks, kernel=kernel, stride=stride, skip=skip, batch_norm=batch_norm,
        head="flatten",
    )  # fmt: skip
    model = Resnet(options, (1, side, side), 3).eval()
    assert model(torch.zeros(2, 1, side, side)).shape == (2, 3)
    found = [m for m in model.modules() if isinstance(m, Block)]
    assert sum(isinstance(m, nn.Conv2d) for b in found for m in (b.conv1, b.conv2)) == options.depth
    assert {b.conv2.out_channels for b in found} == set(channels)
    assert any(isinstance(m, Add) for m in model.modules()) == skip
    assert any("shortcut" in name for name, _ in model.named_modules()) == skip


def _zero_branch(block: Block) -> None:
    last = block.norm2 if isinstance(block.norm2, nn.BatchNorm2d) else block.conv2
    for parameter in last.parameters():
        nn.init.zeros_(parameter)


@pytest.mark.parametrize("batch_norm", [True, False])
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_a_block_whose_branch_is_zero_passes_its_input_on(batch_norm: bool, activation: str) -> None:
    torch.manual_seed(0)
    options = ResnetOptions(batch_norm=batch_norm, activation=activation)
    x = torch.randn(2, 4, 5, 5)
    block = Block(4, 4, 1, options)
    _zero_branch(block)
    assert torch.equal(block(x), ACTIVATIONS[activation]()(x))
    narrower = Block(4, 6, 2, options)
    _zero_branch(narrower)
    assert torch.equal(narrower(x), ACTIVATIONS[activation]()(narrower.shortcut(x)))
    alone = Block(4, 4, 1, ResnetOptions(batch_norm=batch_norm, activation=activation, skip=False))
    _zero_branch(alone)
    assert torch.equal(alone(x), ACTIVATIONS[activation]()(torch.zeros(2, 4, 5, 5)))


def test_a_block_is_its_formula() -> None:
    torch.manual_seed(0)
    block, x = Block(3, 5, 2, ResnetOptions(kernel=3)), torch.randn(4, 3, 7, 6)

    def norm(y: Tensor) -> Tensor:
        mean, var = y.mean((0, 2, 3), keepdim=True), y.var((0, 2, 3), keepdim=True, unbiased=False)
        return (y - mean) / (var + 1e-5).sqrt()

    inner = norm(F.conv2d(x, block.conv1.weight, stride=2, padding=1)).clamp(min=0)
    branch = norm(F.conv2d(inner, block.conv2.weight, padding=1))
    shortcut = F.conv2d(x, block.get_parameter("shortcut.weight"), stride=2)
    torch.testing.assert_close(block(x), (branch + shortcut).clamp(min=0), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "needed"),
    [
        (lambda: Cnn(CnnOptions(), (5,), 2), ["cnn needs images", "5 features", "use mlp"]),
        (lambda: Resnet(ResnetOptions(), (5,), 2), ["resnet needs images", "5 features", "use mlp"]),
        (lambda: Cnn(CnnOptions(channels=(1, 1, 1, 1)), IMAGE, 2), ["8x8", "convolution 4", "pool=none"]),
        (lambda: Cnn(CnnOptions(kernel=15, padding=0), IMAGE, 2), ["shrink to nothing at convolution 1"]),
        (lambda: Resnet(ResnetOptions(kernel=4), IMAGE, 2), ["kernel cannot be 4", "odd"]),
        (lambda: Resnet(ResnetOptions(depth=7), IMAGE, 2), ["depth cannot be 7", "even number from 4"]),
        (lambda: Resnet(ResnetOptions(depth=2), IMAGE, 2), ["depth cannot be 2", "2 stages"]),
    ],
)
def test_what_does_not_fit_is_one_sentence(make: Callable[[], nn.Module], needed: list[str]) -> None:
    with pytest.raises(OptionError) as refused:
        make()
    assert str(refused.value).isprintable()
    assert all(part in str(refused.value) for part in needed)


def test_every_activation_that_can_be_chosen_is_there() -> None:
    assert tuple(ACTIVATIONS) == training.ACTIVATIONS
