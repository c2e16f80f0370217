"""Options: what is accepted, in what type it comes back, and the sentence for what is not."""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from dlviz.engine.catalog import CATALOG
from dlviz.engine.options import OptionError, Options, Rule, option, show


@dataclass(frozen=True, kw_only=True)
class Sample(Options):
    """One option of every kind."""

    count: int = option(3, "a count", low=1, high=10, live=True)
    rate: float = option(0.1, "a rate", low=0.0, high=1.0, group="training")
    on: bool = option(False, "a switch")
    word: str = option("free", "a word")
    pool: str = option("max", "a choice", choices=("max", "average", "none"))
    widths: tuple[int, ...] = option((4, 8), "whole numbers", low=1, high=100)
    scales: tuple[float, ...] = option((0.5,), "numbers", low=-1.0, high=1.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count=7", 7),
        (" count = 7 ", 7),
        ("rate=1", 1.0),
        ("rate=1e-3", 0.001),
        ("on=YES", True),
        ("on=1", True),
        ("on=off", False),
        ("word=a=b", "a=b"),
        ("pool=average", "average"),
        ("widths=5", (5,)),
        ("widths=1, 2,3 4", (1, 2, 3, 4)),
        ("scales=-1,0.5", (-1.0, 0.5)),
    ],
)
def test_every_kind_is_read_in_its_exact_type(text: str, value: Any) -> None:
    name = text.partition("=")[0].strip()
    found = getattr(Sample.parse([text]), name)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("count=seven", ["count", "'seven'", "a whole number from 1 to 10"]),
        ("count=1.5", ["count", "'1.5'", "a whole number from 1 to 10"]),
        ("count=0", ["count", "'0'", "from 1 to 10"]),
        ("count=" + "9" * 400, ["count", "from 1 to 10"]),
        ("rate=nan", ["rate", "'nan'", "a number from 0 to 1"]),
        ("rate=inf", ["rate", "'inf'", "a number from 0 to 1"]),
        ("rate=1.01", ["rate", "'1.01'", "a number from 0 to 1"]),
        ("on=maybe", ["on", "'maybe'", "true or false"]),
        ("pool=averge", ["pool", "'averge'", "one of max, average, none", "did you mean average?"]),
        ("pool=\x1b[31mred\n", ["pool", "\\x1b[31mred"]),
        ("widths=", ["widths", "is empty", "whole numbers, comma-separated, from 1 to 100"]),
        ("widths=1,x", ["widths", "'x'", "whole numbers, comma-separated, from 1 to 100"]),
        ("widths=1,101", ["widths", "'101'", "from 1 to 100"]),
        ("scales=2", ["scales", "'2.0'", "numbers, comma-separated, from -1 to 1"]),
        ("widht=1", ["'widht'", "did you mean widths?"]),
        ("zzz=1", ["'zzz'", "allowed: count, rate"]),
        ("count", ["KEY=VALUE", "'count'"]),
    ],
)
def test_a_refusal_is_one_line_with_option_value_and_what_is_allowed(text: str, needed: list[str]) -> None:
    with pytest.raises(OptionError) as refused:
        Sample.parse([text])
    sentence = str(refused.value)
    assert sentence.isprintable()
    for part in needed:
        assert part in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", True),
        ("count", 2.0),
        ("count", None),
        ("rate", "0.5"),
        ("rate", math.nan),
        ("on", 1),
        ("word", 5),
        ("widths", 5),
        ("widths", ()),
        ("widths", (1, "2")),
        ("scales", (0.1, None)),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    for give in (lambda: Sample().with_value(name, value), lambda: Sample(**{name: value})):
        with pytest.raises(OptionError, match=name):
            give()


def test_a_rule_without_limits_says_so() -> None:
    rule = Rule(name="x", kind=float, default=0.0, help="")
    assert rule.parse("-1e300") == -1e300
    with pytest.raises(OptionError, match=r"x cannot be 'much'; allowed: a number$"):
        rule.parse("much")
    with pytest.raises(OptionError, match="at least 1"):
        dataclasses.replace(rule, low=1.0).parse("0")
    with pytest.raises(OptionError, match="at most 1"):
        dataclasses.replace(rule, high=1.0).parse("2")


def test_rules_know_group_and_whether_they_may_change_in_flight() -> None:
    rules = Sample.rules()
    assert list(rules) == ["count", "rate", "on", "word", "pool", "widths", "scales"]
    assert [name for name, rule in rules.items() if rule.live] == ["count"]
    assert rules["rate"].group == "training" and rules["pool"].group == "model"
    assert rules["widths"].many and rules["widths"].kind is int


def test_the_last_of_two_texts_wins_and_options_are_frozen() -> None:
    options = Sample.parse(["count=2", "count=4"])
    assert options.count == 4
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.count = 5  # type: ignore[misc]


def _values(rule: Rule) -> st.SearchStrategy[Any]:
    one: st.SearchStrategy[Any]
    if rule.choices:
        one = st.sampled_from(rule.choices)
    elif rule.kind is bool:
        one = st.booleans()
    elif rule.kind is int:
        assert rule.low is not None and rule.high is not None
        one = st.integers(int(rule.low), int(rule.high))
    elif rule.kind is float:
        one = st.floats(rule.low, rule.high)
    else:
        one = st.text().map(str.strip)
    return st.lists(one, min_size=1, max_size=6).map(tuple) if rule.many else one


CLASSES = [Sample, *(entry.options for entry in CATALOG.values())]


@pytest.mark.parametrize("options", CLASSES, ids=lambda c: c.__name__)
def test_every_default_survives_show_and_parse(options: type[Options]) -> None:
    for name, rule in options.rules().items():
        assert rule.parse(show(rule.default)) == rule.default
        assert options.parse([f"{name}={show(rule.default)}"]) == options()
        assert rule.help and rule.allowed


@pytest.mark.parametrize("options", CLASSES, ids=lambda c: c.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_allowed_value_survives_show_and_parse_and_json(options: type[Options], data: st.DataObject) -> None:
    rules = options.rules()
    name = data.draw(st.sampled_from(list(rules)), label="option")
    values = {name: data.draw(_values(rules[name]), label=name)}
    try:
        chosen = options(**values)
    except OptionError:
        reject()  # allowed alone, but not beside the other options' defaults
    texts = [f"{name}={show(getattr(chosen, name))}" for name in rules]
    assert options.parse(texts) == chosen
    assert options.from_json(json.loads(json.dumps(chosen.to_json()))) == chosen


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(list(Sample.rules())), text=st.text(max_size=20))
def test_any_text_is_read_or_refused_in_one_line(name: str, text: str) -> None:
    try:
        value = getattr(Sample.parse([f"{name}={text}"]), name)
    except OptionError as refused:
        assert str(refused).isprintable() and name in str(refused)
    else:
        assert Sample.rule(name).check(value) == value


@pytest.mark.parametrize("values", [{"nope": 1}, {"count": "3"}, {"widths": 3}, {"rate": math.inf}])
def test_foreign_json_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        Sample.from_json(values)


def test_json_integers_are_read_where_numbers_are_meant() -> None:
    options = Sample.from_json({"rate": 1, "widths": [1, 2]})
    assert type(options.rate) is float and options.widths == (1, 2)
