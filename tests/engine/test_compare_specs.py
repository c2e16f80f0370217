"""What is typed behind `dlviz compare`, and the plan that it becomes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.catalog import CATALOG, UnknownModelError
from dlviz.engine.comparing.plan import plan
from dlviz.engine.comparing.specs import parse, parse_one, split_options
from dlviz.engine.options import OptionError
from dlviz.engine.runs.files import RUN_JSON, write_json

KEYS = st.text("abcdefgh_", min_size=1, max_size=8)
VALUES = st.lists(st.text("0123456789.-xyz", min_size=1, max_size=6), min_size=1, max_size=4).map(",".join)


@given(st.lists(st.tuples(KEYS, VALUES).map("=".join), max_size=5))
def test_what_is_joined_by_commas_comes_apart_again(texts: list[str]) -> None:
    assert split_options(",".join(texts)) == tuple(texts)


@given(st.text(max_size=40))
def test_any_text_is_a_spec_or_one_sentence(text: str) -> None:
    try:
        spec = parse_one(text, Path("/nowhere"))
    except ValueError as error:
        assert "\n" not in str(error) and "\x1b" not in str(error)
    else:
        assert spec.model in CATALOG


@given(
    st.lists(
        st.sampled_from(["mlp", "cnn", "mlp:hidden=8", "mlp:hidden=8,8", "resnet:depth=4"]), min_size=2, max_size=6
    )
)
def test_every_side_has_a_name_and_a_folder_of_its_own(texts: list[str]) -> None:
    specs = parse(texts)
    assert len({spec.name for spec in specs}) == len({spec.folder.lower() for spec in specs}) == len(texts)
    assert [spec.text for spec in specs] == texts
    assert all(
        set(spec.folder) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") for spec in specs
    )


def test_commas_inside_a_value_belong_to_it() -> None:
    (_, spec) = parse(["cnn", "mlp:hidden=64,32,lr=0.1"])
    assert spec.texts == ("hidden=64,32", "lr=0.1")
    job = plan(("cnn", "mlp:hidden=64,32,lr=0.1"), steps=7).job(spec, 3)
    assert (job.options.hidden, job.options.lr, job.options.steps, job.seed) == ((64, 32), 0.1, 7, 3)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("texts", "rest", "error", "needed"),
    [
        (("mlp",), {}, OptionError, "two or more"),
        (("mlp", "mpl"), {}, UnknownModelError, "did you mean mlp?"),
        (("mlp", "cnn:64"), {}, OptionError, "KEY=VALUE"),
        (("mlp", "cnn:lr=fast"), {}, OptionError, "lr cannot be 'fast'"),
        (("mlp", "cnn:seed=1"), {}, OptionError, "--seeds"),
        (("mlp", "cnn:data=digits"), {}, OptionError, "--data"),
        (("mlp", "cnn"), {"steps": 3, "seconds": 1.0}, OptionError, "two budgets"),
        (("mlp", "cnn:steps=5"), {"steps": 3}, OptionError, "steps=5"),
        (("mlp", "cnn"), {"seeds": 0}, OptionError, "seeds cannot be 0"),
        (("mlp", "cnn"), {"steps": 0}, OptionError, "steps cannot be '0'"),
        (("mlp", "cnn"), {"sets": ("poool=max",)}, OptionError, "no option 'poool'"),
        (("mlp", "cnn"), {"sets": ("lr",)}, OptionError, "KEY=VALUE"),
        (("mlp", "gcn"), {}, OptionError, "give one that suits all with --data"),
        (("mlp", "gcn"), {"data": "digits"}, OptionError, "does not suit all: gcn learns from"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(texts, rest, error, needed) -> None:
    with pytest.raises(error) as caught:
        plan(texts, **rest)
    assert needed in str(caught.value) and "\n" not in str(caught.value)


def test_an_option_for_all_reaches_those_that_have_it_and_gives_way_to_their_own() -> None:
    made = plan(("cnn:lr=0.5", "mlp"), sets=("lr=0.25", "kernel=5"))
    cnn, mlp = (made.job(spec, 0).options for spec in made.specs)
    assert (cnn.lr, cnn.kernel, mlp.lr) == (0.5, 5, 0.25)  # type: ignore[attr-defined]


def test_seeds_come_round_by_round_so_that_an_early_end_leaves_whole_ones() -> None:
    order = [(spec.name, seed) for spec, seed in plan(("mlp", "cnn"), seeds=2).tasks]
    assert order == [("mlp", 0), ("cnn", 0), ("mlp", 1), ("cnn", 1)]


def test_a_run_is_taken_as_it_is(tmp_path: Path) -> None:
    for name, data in (("a", "digits"), ("b", "digits14")):
        about = {"model": "mlp", "data": data, "seed": 4, "status": "finished", "metrics": {"test_accuracy": 0.5}}
        write_json(tmp_path / name / RUN_JSON, about)
    made = plan((str(tmp_path / "a"), "mlp"), seeds=2)
    assert made.data == "digits" and [spec.name for spec in made.trained] == ["mlp"]
    assert plan((str(tmp_path / "a"), str(tmp_path / "a"))).seeds == (4,)
    with pytest.raises(ValueError, match="not trained on the same data"):
        plan((str(tmp_path / "a"), str(tmp_path / "b")))
    write_json(tmp_path / "c" / RUN_JSON, {"model": "mlp", "data": "digits", "status": "stopped"})
    with pytest.raises(ValueError, match="no results to compare"):
        plan((str(tmp_path / "c"), "mlp"))
