from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.run import Run
from dlviz.tui.panes.curves.names import LONGEST, short_names


def made(name: str, model: str = "cnn", seed: int = 0, **options: Any) -> Run:
    return Run(name, config={"model": model, "data": "digits", "seed": seed, "options": options})


def test_one_or_two_settings_that_differ_are_the_name() -> None:
    assert short_names([made("a", lr=0.02, width=8), made("b", lr=0.01, width=8)]) == ("lr=0.02", "lr=0.01")
    assert short_names([made("a", lr=0.1), made("b", seed=3, lr=0.2)]) == ("seed=0 lr=0.1", "seed=3 lr=0.2")
    assert short_names([made("a", sizes=[8, 16]), made("b", sizes=[8])]) == ("sizes=8,16", "sizes=8")


def test_models_have_options_of_their_own() -> None:
    assert short_names([made("a", lr=0.1, kernel=3), made("b", "mlp", lr=0.1, hidden=64)]) == ("cnn", "mlp")


def test_else_the_end_of_the_name_is() -> None:
    names = "cnn-20261123-072331", "cnn-20261123-072412"
    first, second = names
    ends = ("072331", "072412")
    assert short_names([Run(first), Run(second)]) == ends, "no settings are known"
    assert short_names([made(first, lr=0.1), Run(second)]) == ends, "only those of one"
    assert short_names([made(first, lr=0.1), made(second, lr=0.1)]) == ends, "none differs"
    assert short_names([made(first, a=1, b=1, c=1), made(second, a=2, b=2, c=2)]) == ends, "too many differ"
    assert short_names([made(first, note="x" * LONGEST), made(second, note="y")]) == ends, "too long"
    same = [made(first, lr=0.1), made(second, lr=0.2), made("cnn-20261123-080000", lr=0.1)]
    assert short_names(same) == (*ends, "080000"), "two have the same"


def test_a_shared_beginning_is_cut_at_a_boundary_and_never_all_of_a_name() -> None:
    assert short_names([Run("run-10"), Run("run-11")]) == ("10", "11")
    assert short_names([Run("run10"), Run("run11")]) == ("run10", "run11")
    assert short_names([Run("a-b"), Run("a-b-2")]) == ("b", "b-2")
    assert short_names([Run("logs/a"), Run("logs/b")]) == ("a", "b")
    assert short_names([Run("cnn"), Run("cnn-1")]) == ("cnn", "cnn-1")
    assert short_names([Run("cnn-1")]) == ("cnn-1",)
    assert short_names([]) == ()


def test_equal_names_are_numbered() -> None:
    assert short_names([Run("v0"), Run("v0"), Run("v0 #2")]) == ("v0", "v0 #2", "v0 #2 #2")


def test_foreign_settings_are_only_text() -> None:
    odd = [Run("a", config={"options": "none"}), Run("b", config={"options": {1: {"x": []}}, "seed": None})]
    assert short_names(odd) == ("a", "b")
    bad = [Run(name, config={"options": {"[/x]": value}}) for name, value in (("a", "\x1b[31m1"), ("b", "2"))]
    assert short_names(bad) == ("[/x]=1", "[/x]=2")


@given(st.lists(st.text("a-/ #2", max_size=6), max_size=6))
def test_names_are_never_alike(names: list[str]) -> None:
    short = short_names([Run(name) for name in names])
    assert len(short) == len(set(short)) == len(names)
