"""Recurrent networks against PyTorch's own, weights copied, and what gradients do through time."""

import pytest
import torch
from torch import Tensor, nn

from dlviz.engine.models.recurrent import ElmanLayer, Lstm, LstmLayer, Rnn, State
from dlviz.engine.recipes.recurrent import LstmOptions, RnnOptions

B, T, I, U = 3, 6, 5, 4


def _elman_of_torch(mine: ElmanLayer) -> nn.RNN:
    theirs = nn.RNN(mine.W.shape[1], len(mine.b), batch_first=True)
    with torch.no_grad():
        theirs.get_parameter("weight_ih_l0").copy_(mine.W)
        theirs.get_parameter("weight_hh_l0").copy_(mine.U)
        theirs.get_parameter("bias_ih_l0").copy_(mine.b)
        theirs.get_parameter("bias_hh_l0").zero_()
    return theirs


def _lstm_of_torch(mine: LstmLayer) -> nn.LSTM:
    theirs = nn.LSTM(mine.input_size, mine.hidden_size, batch_first=True)
    theirs.load_state_dict(mine.state_dict())
    return theirs


def _scrambled(layer: nn.Module) -> nn.Module:
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.6)
    return layer


def _gradients(output: Tensor, inputs: Tensor, module: nn.Module) -> list[Tensor]:
    weight = torch.linspace(-1, 1, output.numel()).view_as(output)
    return list(torch.autograd.grad((output * weight).sum(), [inputs, *module.parameters()], retain_graph=True))


def test_an_elman_layer_is_pytorchs() -> None:
    torch.manual_seed(0)
    mine = ElmanLayer(I, U)
    _scrambled(mine)
    theirs, x = _elman_of_torch(mine), torch.randn(B, T, I, requires_grad=True)
    torch.testing.assert_close(mine(x), theirs(x)[0])
    ours, other = _gradients(mine(x), x, mine), _gradients(theirs(x)[0], x, theirs)
    for one, two in zip(ours, other[:4], strict=True):  # x, W, U, b; the second bias has no counterpart
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)


def test_an_elman_layer_has_the_same_few_weights_for_any_length() -> None:
    layer = ElmanLayer(3, 4)
    assert sum(p.numel() for p in layer.parameters()) == 3 * 4 + 4 * 4 + 4 == 32
    assert [layer(torch.zeros(1, t, 3)).shape[1] for t in (1, 5, 50)] == [1, 5, 50]


def test_an_lstm_layer_is_pytorchs_and_its_readable_form_too() -> None:
    torch.manual_seed(1)
    mine = LstmLayer(I, U)
    _scrambled(mine)
    theirs, x = _lstm_of_torch(mine), torch.randn(B, T, I, requires_grad=True)
    expected, (_, cell) = theirs(x)
    torch.testing.assert_close(mine(x), expected)
    gates = mine.unrolled(x)
    torch.testing.assert_close(gates.hidden, expected)
    torch.testing.assert_close(gates.cell[:, -1], cell[0])
    ours, other = _gradients(gates.hidden, x, mine), _gradients(expected, x, theirs)
    for one, two in zip(ours, other, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)


def test_a_new_lstm_remembers() -> None:
    layer = LstmLayer(I, U, forget_bias=1.0)
    forget = layer.unrolled(torch.zeros(1, 2, I)).forget[0, 0]
    torch.testing.assert_close(forget, torch.tensor(1.0).sigmoid().expand(U))
    assert sum(float(p.detach().sum()) for n, p in layer.named_parameters() if "bias" in n) == U


@pytest.mark.parametrize("kind", [ElmanLayer, LstmLayer])
def test_a_state_carries_on_where_the_sequence_was_cut(kind: type[nn.Module]) -> None:
    torch.manual_seed(2)
    layer, x, state = kind(I, U), torch.randn(B, T, I), State()
    parts = [layer(part, state) for part in torch.split(x, [1, 3, 2], 1)]
    torch.testing.assert_close(torch.cat(parts, 1), layer(x))
    assert torch.equal(layer(x), layer(x)), "without a state nothing is carried"


def test_the_gradient_through_time_is_the_product_of_the_jacobians() -> None:
    """d h_T / d h_0 = prod of diag(1 - h_t^2) U: what vanishes or explodes."""
    torch.manual_seed(3)
    layer, x = ElmanLayer(I, U), torch.randn(1, T, I)
    start = torch.zeros(1, U, requires_grad=True)
    hidden = layer(x, State(hidden=start))[0]
    rows = [torch.autograd.grad(hidden[-1, k], start, retain_graph=True)[0][0] for k in range(U)]
    product = torch.eye(U)
    for h in hidden.detach():
        product = torch.diag(1 - h**2) @ layer.U.detach() @ product
    torch.testing.assert_close(torch.stack(rows), product, rtol=1e-4, atol=1e-6)


def test_a_cell_that_is_never_forgotten_keeps_its_gradient() -> None:
    """The constant error carousel: with forget gates open and input gates shut, d c_T / d c_0 = 1."""
    layer = LstmLayer(I, U, forget_bias=50.0)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if "weight" in name:
                parameter.zero_()
        layer.get_parameter("bias_ih_l0")[:U] = -50.0  # input gates
    state = State(hidden=torch.zeros(1, U), cell=torch.ones(1, U, requires_grad=True))
    first = state.cell
    assert first is not None
    layer(torch.randn(1, 200, I), state)
    assert state.cell is not None
    torch.testing.assert_close(torch.autograd.grad(state.cell.sum(), first)[0], torch.ones(1, U))


@pytest.mark.parametrize(
    ("model", "options", "layer"),
    [
        (Rnn, RnnOptions(units=(7, 5), embedding=3), ElmanLayer),
        (Lstm, LstmOptions(units=(7, 5), embedding=3), LstmLayer),
    ],
)
def test_a_class_is_told_from_the_last_token_and_a_next_token_from_every_one(
    model: type[nn.Module], options: RnnOptions, layer: type[nn.Module]
) -> None:
    torch.manual_seed(4)
    classifier = model(options, (9,), 4, tokens=11).eval()
    tokens = torch.randint(11, (2, 9))
    assert classifier(tokens).shape == (2, 4)
    assert [m.weight.shape for m in classifier.modules() if isinstance(m, nn.Embedding)] == [(11, 3)]
    assert sum(isinstance(m, layer) for m in classifier.modules()) == 2
    language = model(options, 11).eval()
    logits = language(tokens)
    assert logits.shape == (2, 9, 11)
    changed = tokens.clone()
    changed[:, 5] = (changed[:, 5] + 1) % 11
    same = torch.isclose(language(changed), logits).all(-1)
    assert same[:, :5].all() and not same[:, 5].any(), "a token is told from those before it alone"
    states = language.caches()  # type: ignore[operator]
    one_by_one = [language(tokens[:, k : k + 1], states) for k in range(9)]
    torch.testing.assert_close(torch.cat(one_by_one, 1), logits)


def test_forget_bias_is_an_option_and_dropout_drops() -> None:
    torch.manual_seed(5)
    model = Lstm(LstmOptions(forget_bias=3.0, dropout=0.5), (4,), 2, tokens=5)
    assert model.layers[0].get_parameter("bias_ih_l0")[64:128].eq(3).all()
    tokens = torch.zeros(1, 4, dtype=torch.long)
    assert not torch.equal(model(tokens), model(tokens))
    model.eval()
    assert torch.equal(model(tokens), model(tokens))
