"""Queries of runs by config: the language, its errors, its completion."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.analysis.query import QueryError, candidates, complete, query, select

from .making import run_of

RUNS = [
    run_of(
        f"sweep/{model}-{k}",
        {"optimizer": {"lr": lr}, "model": model, "seed": k, "amp": k % 2 == 0, **({"warmup": 10} if k > 2 else {})},
        val__loss=[1.0, final],
    )
    for k, (lr, model, final) in enumerate(
        [
            (1e-3, "llama-7b", 0.5),
            (1e-2, "llama-13b", 0.25),
            (3e-4, "gpt 2", 0.3),
            (1e-3, "gpt 2", np.nan),
            (1, "mlp", 0.1),
        ]
    )
]
RUNS[4].status = "failed"


def found(text):
    return [int(run.name[-1]) for run in select(text, RUNS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("lr>=1e-3", [0, 1, 3, 4]),
        ("optimizer.lr>=1e-3 model~llama", [0, 1]),
        ("lr >= 1e-3   model ~ LLAMA", [0, 1]),
        ("lr=0.001", [0, 3]),
        ("lr==1E-3", [0, 3]),
        ("lr!=0.001", [1, 2, 4]),
        ("seed=1,3", [1, 3]),
        ("seed!=1,3", [0, 2, 4]),
        ("model!~^gpt", [0, 1, 4]),
        ('model="gpt 2"', [2, 3]),
        ("model='gpt 2' lr<1e-3", [2]),
        ("llama", [0, 1]),
        ("-llama", [2, 3, 4]),
        ("!llama -mlp", [2, 3]),
        ("-lr>=1e-3", [2]),
        ("val/loss<0.3", [1, 4]),
        ("loss<=0.3", [1, 2, 4]),
        ("status=failed", [4]),
        ("name~^sweep/gpt", [2, 3]),
        ("warmup=", [0, 1, 2]),
        ("warmup!=", [3, 4]),
        ("warmup!=10", [0, 1, 2]),
        ("amp=true", [0, 2, 4]),
        ("AMP=True", [0, 2, 4]),
        ("steps>=1", [0, 1, 2, 3, 4]),
        ("started>=2023-01-01 started<2030-01-01", [0, 1, 2, 3, 4]),
        ("model~7b|13b", [0, 1]),
        ('"gpt 2"', [2, 3]),
    ],
)
def test_what_matches(text, expected):
    assert found(text) == expected


@given(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from([1e-4, 3e-4, 1e-3, 0.01, 1, 2]))
def test_comparisons_agree_with_pandas(operator, limit):
    frame = pd.DataFrame({"lr": [run.config["optimizer"]["lr"] for run in RUNS]})
    assert found(f"lr{operator}{limit}") == frame.query(f"lr {operator} {limit}").index.tolist()


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("lx>=1", 0, ("lx", "optimizer.lr")),
        ("model~llama val/los<1", 12, ("val/los", "val/loss")),
        ("lr>abc", 3, ("a number", "abc")),
        ("lr>", 3, ("a number",)),
        ("model~[", 6, ("regular expression",)),
        ("model~", 6, ("wants a text",)),
        ('model="llama', 6, ("quote",)),
        (">3", 0, ("wants a key",)),
        ("lr=1 -", 6, ("wants a term",)),
        ("started>yesterday", 8, ("2026-11-23",)),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_place(text, at, words):
    with pytest.raises(QueryError) as error:
        query(text, RUNS)
    assert error.value.at == at
    assert all(word in str(error.value) for word in (*words, f"character {at + 1}"))
    assert "\n" not in str(error.value)


def test_the_end_of_a_key_must_mean_one_key():
    run = run_of("a", {"encoder": {"lr": 1}, "decoder": {"lr": 2}})
    with pytest.raises(QueryError, match=r"encoder\.lr, decoder\.lr"):
        query("lr>1", [run])
    assert query("decoder.lr>1", [run])(run)


def test_one_run_has_the_key_nested_and_another_does_not():
    flat, nested = run_of("a", {"lr": 0.1}), run_of("b", {"opt": {"lr": 0.1}})
    assert select("lr=0.1", [flat, nested]) == [flat, nested]


def test_a_text_of_the_config_does_not_hide_a_series_of_that_name():
    run = run_of("a", {"loss": "cross entropy"}, loss=[1, 0.2])
    assert select("loss<0.3", [run]) == [run]
    assert select("loss~entropy", [run]) == [run]


def test_nan_as_a_final_value():
    assert found("loss=nan") == [3]
    assert 3 not in found("loss<9") and 3 not in found("loss>-9")


def test_completion_offers_keys_that_differ_first_then_values_by_how_often_they_occur():
    assert candidates("", RUNS)[:3] == ["optimizer.lr", "model", "seed"]
    assert candidates("lr>1 mo", RUNS)[0] == "model"
    assert candidates("l", RUNS)[0] == "optimizer.lr"
    assert candidates("optimizer.lr=", RUNS)[0] == "0.001"
    assert candidates("model=l", RUNS)[:2] == ["llama-13b", "llama-7b"]
    assert complete("seed=0 model=gp", RUNS) == ['seed=0 model="gpt 2"']
    assert complete("seed=1,", RUNS)[0] == "seed=1,0"
    assert complete("val/lo", RUNS) == ["val/loss"]


@given(st.text(alphabet="lr=<>!~-\"' ,.[]()*\\model1e\x1bé", max_size=30))
def test_whatever_is_typed_is_a_query_or_one_sentence(text):
    complete(text, RUNS)
    try:
        select(text, RUNS)
    except QueryError as error:
        assert 0 <= error.at <= len(text)
