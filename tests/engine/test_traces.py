"""What is recorded along one sequence: attention weights and hidden states, true to the model."""

import numpy as np
import torch

from dlviz.engine.models.attention import ScaledDotProduct
from dlviz.engine.models.encoder import Encoder
from dlviz.engine.models.recurrent import Lstm, Rnn
from dlviz.engine.probes.traces import traces
from dlviz.engine.recipes.encoder import EncoderOptions
from dlviz.engine.recipes.recurrent import LstmOptions, RnnOptions

NAMES = ("A", "B", "\x1b]0;x\x07", "[/x]", "·")


def _tokens() -> torch.Tensor:
    return torch.randint(5, (3, 7), generator=torch.Generator().manual_seed(0))


def test_attention_weights_are_those_that_mix_the_values() -> None:
    torch.manual_seed(0)
    model = Encoder(EncoderOptions(width=8, heads=2, layers=3), (7,), 4, tokens=5).train()
    mixed: list[torch.Tensor] = []
    values: list[torch.Tensor] = []

    def seen(module: torch.nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        values.append(given[2][0])
        mixed.append(output[0])

    attends = [m for m in model.modules() if isinstance(m, ScaledDotProduct)]
    handles = [attend.register_forward_hook(seen) for attend in attends]
    records = list(traces(model, (_tokens(),), NAMES))
    for handle in handles:
        handle.remove()
    assert [r.tag for r in records] == [f"attention/layers.{k}.attention" for k in range(3)]
    for record, v, out in zip(records, values, mixed, strict=True):
        weights = record.arrays["weights"]
        assert record.kind == "attention" and weights.shape == (2, 7, 7) and weights.dtype == np.float32
        torch.testing.assert_close(torch.from_numpy(weights) @ v, out, rtol=1e-5, atol=1e-5)
        back, ahead = weights
        assert not np.triu(back, 1).any() and not np.tril(ahead, -1).any()
        assert record.arrays["rows"].tolist() == record.arrays["columns"].tolist()
        assert len(record.arrays["rows"]) == 7
    assert model.training and not attends[0]._forward_hooks


def test_hidden_states_are_what_the_head_reads() -> None:
    torch.manual_seed(1)
    for model in (
        Rnn(RnnOptions(units=(6, 4)), (7,), 3, tokens=5),
        Lstm(LstmOptions(units=(6, 4)), (7,), 3, tokens=5),
    ):
        records = list(traces(model, (_tokens(),), NAMES))
        assert [(r.tag, r.kind) for r in records] == [("hidden/layers.0", "hidden"), ("hidden/layers.1", "hidden")]
        assert [r.arrays["hidden"].shape for r in records] == [(7, 6), (7, 4)]
        last = torch.from_numpy(records[-1].arrays["hidden"]).float()[-1]
        torch.testing.assert_close(model.head(last), model.eval()(_tokens())[0], rtol=1e-2, atol=1e-2)
    gates = records[0].arrays
    assert set(gates) == {"input", "forget", "candidate", "output", "cell", "hidden", "tokens"}
    assert all(((gates[g] > 0) & (gates[g] < 1)).all() for g in ("input", "forget", "output"))


def test_names_of_tokens_cannot_speak_to_the_terminal() -> None:
    model = Rnn(RnnOptions(units=(2,)), (5,), 3, tokens=5)
    record = next(traces(model, (torch.arange(5)[None],), NAMES))
    read = record.arrays["tokens"].tolist()
    assert read[0] == "A" and all("\x1b" not in name and "\x07" not in name for name in read)
