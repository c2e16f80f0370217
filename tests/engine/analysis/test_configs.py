"""Configs side by side: flattened as pandas flattens them, and only what differs."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.analysis.configs import config_of, differences, flatten, is_noise, same, tell

from .making import run_of

LEAVES = st.one_of(
    st.integers(-9, 9), st.text("abc", max_size=3), st.booleans(), st.lists(st.integers(0, 3), max_size=3)
)
CONFIGS = st.dictionaries(
    st.text("abcd", min_size=1, max_size=3),
    st.recursive(LEAVES, lambda inner: st.dictionaries(st.text("xyz", min_size=1, max_size=2), inner, min_size=1)),
    max_size=5,
)


@given(CONFIGS)
def test_a_nested_config_is_flattened_as_pandas_does(config):
    expected = pd.json_normalize(config, sep=".").to_dict("records")[0] if config else {}
    assert flatten(config) == expected


def test_only_keys_whose_values_differ_are_told_and_a_missing_one_is_a_value():
    a = run_of("a", {"lr": 0.1, "model": {"depth": 2, "name": "mlp"}, "warmup": 5, "seed": 0})
    b = run_of("b", {"lr": "1e-1", "model": {"depth": 4, "name": "mlp"}, "seed": 1})
    found = differences([a, b])
    assert found.keys == ("model.depth", "warmup", "seed")
    assert found.same == ("lr", "model.name")
    assert found.untold == 0


def test_a_missing_key_is_not_one_that_is_none():
    found = differences(
        [run_of("a", {"lr": 1, "clip": None}), run_of("b", {"lr": 1, "clip": "None"}), run_of("c", {"lr": 1})]
    )
    assert found.keys == ("clip",)


def test_paths_ids_and_times_are_noise_but_data_and_models_are_not():
    configs = [
        {
            "output_dir": f"/out/{k}",
            "run_id": f"x{k}",
            "pid": k,
            "started": f"2026-11-0{k + 1}T10:00:00",
            "data_path": f"d{k}",
        }
        for k in range(2)
    ]
    found = differences([run_of(str(k), config) for k, config in enumerate(configs)])
    assert found.keys == ("data_path",)
    assert found.noise == ("output_dir", "run_id", "pid", "started")


@pytest.mark.parametrize(
    ("key", "noise"),
    [
        ("logging_dir", True),
        ("trainer.hostname", True),
        ("_wandb.cli_version", True),
        ("name", True),
        ("optimizer.name", False),
        ("model_name_or_path", False),
        ("train_file", False),
        ("beta_start", False),
        ("dropout", False),
        ("seed", False),
        ("max_time", True),
    ],
)
def test_which_keys_are_noise(key, noise):
    assert is_noise(key) is noise


def test_runs_without_a_config_are_counted_and_not_compared():
    found = differences([run_of("a", {"lr": 1}), run_of("b"), run_of("c", {"lr": 2})])
    assert (found.keys, found.untold) == (("lr",), 1)
    assert differences([]).keys == ()


def test_values_are_told_in_one_short_form():
    values: list[object] = [0.10, "0.1", 1e-4, "1E-4", 3.0, True, "True", None, [1, 2], list(range(99)), {}]
    assert [tell(value) for value in values] == [
        "0.1", "0.1", "0.0001", "0.0001", "3", "true", "true", "none", "[1, 2]", "[0, 1, 2, 3, 4, 5, … 99]", "{}",
    ]  # fmt: skip
    assert same([1, "2"], (1.0, 2)) and not same([1, 2], [1, 2, 3])
    assert len(tell("x" * 9999)) < 500


def test_long_lists_that_differ_at_their_end_differ():
    a, b = run_of("a", {"layers": [1] * 50 + [2]}), run_of("b", {"layers": [1] * 50 + [3]})
    assert differences([a, b]).keys == ("layers",)


def test_a_config_that_grows_is_flattened_anew():
    run = run_of("a", {"lr": 1})
    assert config_of(run) == {"lr": 1}
    run.config["deep"] = {"x": 2}
    assert config_of(run) == {"lr": 1, "deep.x": 2}
    run.config = {"lr": 3}
    assert config_of(run) == {"lr": 3}


def test_a_config_that_holds_itself_ends():
    config: dict = {"a": 1}
    config["me"] = config
    assert flatten(config)["a"] == 1
