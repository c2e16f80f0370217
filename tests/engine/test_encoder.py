"""The bidirectional transformer: who sees whom, what order means to it, and what does not fit."""

import pytest
import torch

from dlviz.engine.data import recall
from dlviz.engine.data.recall import RecallOptions
from dlviz.engine.models.encoder import Encoder, directions
from dlviz.engine.objectives.classification import Classification
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.encoder import EncoderOptions

VOCABULARY, LENGTH = 13, 9


def _model(every: bool, **options: object) -> Encoder:
    torch.manual_seed(0)
    return Encoder(EncoderOptions(**options), (LENGTH,), 4, tokens=VOCABULARY, every=every).eval()  # type: ignore[arg-type]


def _tokens(rows: int = 2) -> torch.Tensor:
    return torch.randint(VOCABULARY, (rows, LENGTH), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "rope", "none"])
@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("directional", [True, False])
def test_every_token_sees_every_other(positions: str, norm_first: bool, directional: bool) -> None:
    model = _model(True, positions=positions, norm_first=norm_first, directional=directional)
    tokens = _tokens(1)
    before = model(tokens)
    assert before.shape == (1, LENGTH, 4)
    for place in range(LENGTH):
        changed = tokens.clone()
        changed[0, place] = (changed[0, place] + 1) % VOCABULARY
        assert (model(changed) - before).abs().amax(2).gt(1e-6).all()
    last = _model(False, positions=positions, norm_first=norm_first, directional=directional)
    torch.testing.assert_close(last(tokens), before[:, -1])


def test_half_of_the_heads_look_back_and_half_ahead() -> None:
    mask = directions(4, 4, torch.device("cpu"))
    expected = [[[s <= t if head % 2 == 0 else s >= t for s in range(4)] for t in range(4)] for head in range(4)]
    assert mask.tolist() == expected
    assert mask[:2].any(0).all()


def test_without_positions_or_directions_order_means_nothing() -> None:
    tokens, shuffled = _tokens(1), _tokens(1)[:, [3, 1, 0, 7, 2, 5, 6, 4, 8]]  # the last stays the last
    blind = _model(False, positions="none", directional=False)
    torch.testing.assert_close(blind(tokens), blind(shuffled))
    everywhere = [_model(False, positions=p, directional=False) for p in ("sinusoidal", "learned", "rope")]
    for seeing in (_model(False, positions="none"), *everywhere):
        assert (seeing(tokens) - seeing(shuffled)).abs().max() > 1e-4


def test_the_default_has_the_parameters_that_one_counts_by_hand() -> None:
    model = Encoder(EncoderOptions(), (42,), 8, tokens=21)
    attention, norms, feed_forward = 4 * (32 * 32 + 32), 2 * 2 * 32, 32 * 64 + 64 + 64 * 32 + 32
    total = 21 * 32 + 2 * (attention + norms + feed_forward) + 2 * 32 + 32 * 8 + 8
    assert sum(p.numel() for p in model.parameters()) == total == 18_088


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"width": 30, "heads": 4}, "width cannot be 30 with heads=4"),
        ({"width": 9, "heads": 3}, "width cannot be 9 with positions=sinusoidal"),
        ({"width": 6, "heads": 2, "positions": "rope"}, "width cannot be 6 with heads=2 and positions=rope"),
        ({"heads": 1}, "heads cannot be 1 with directional=true"),
    ],
)
def test_what_does_not_fit_is_one_sentence(options: dict[str, int], needed: str) -> None:
    with pytest.raises(OptionError, match=needed):
        EncoderOptions(**options)  # type: ignore[arg-type]


def test_the_one_value_among_noise_is_found_within_a_few_steps() -> None:
    options = EncoderOptions(steps=40, lr=0.015)
    data = recall.load(RecallOptions(distance=2, pairs=1, train=4000), 0)
    torch.manual_seed(0)
    model = Classification.build(Encoder, options, data)
    objective = Classification(model, data, options, 0, torch.device("cpu"))
    for number in range(options.steps):
        objective.step(number, number / options.steps)
    metrics = objective.test()
    assert set(metrics) == {"test_accuracy", "test_loss", "test_ece"}
    assert metrics["test_accuracy"] > 0.95
