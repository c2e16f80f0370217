"""Every formula that a lesson shows with its numbers adds up, at the defaults and with every preset."""

from dataclasses import replace

import pytest

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.kit.figures import Formula, Grid, Origin
from dlviz.engine.lessons.kit.lesson import Frame, Lesson, Scene
from dlviz.engine.lessons.kit.settings import Moves, Numbers, Words
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs.arithmetic import wrong
from dlviz.engine.lessons.proofs.every_scene import claims


@pytest.mark.parametrize(
    ("text", "adds_up"),
    [
        ("0.1·1 + 0.2·(-2) = -0.3", True),
        ("0.1·1 + 0.2·(-2) = 0.3", False),
        ("5.68 / √4 = 2.84", True),
        ("floor((6 + 2·1 - 3) / 2) + 1 = 3", True),
        ("floor((6 + 2·1 - 3) / 2) + 1 = 4", False),
        (".0219 / .3529 = 0.0621", True),
        ("y[0,2] = 0.33·3 ≈ 1", True),
        ("x_340 = 0.5530 x_0 + 0.8332 eps", True),
        ("1,024 + 1 = 1,025", True),
        ("2^10 = 1000", False),
        ("50% = 0.5", True),
    ],
)
def test_arithmetic_is_checked(text, adds_up):
    assert bool(wrong(text)) != adds_up


@pytest.mark.parametrize("name", NAMES)
def test_the_formulas_of_every_preset_add_up(name):
    lesson = load(name)
    for preset in lesson.presets:
        for claim in claims(lesson):
            if not claim.needs:
                fact = claim.fact(name, lesson.state(preset.values))
                assert fact.holds, f"{preset.name}: {fact.computed}"


@pytest.mark.parametrize("name", NAMES)
def test_the_formulas_add_up_when_a_setting_is_turned(name):
    lesson = load(name)
    untrained = [claim for claim in claims(lesson) if not claim.needs]
    for setting in lesson.settings:
        for by in (1, -1) if not isinstance(setting, Numbers | Words | Moves) else ():
            value = setting.turn(lesson.defaults[setting.name], by)
            for claim in untrained:
                fact = claim.fact(name, lesson.state({setting.name: value}))
                assert fact.holds, f"{setting.name}={value}: {fact.computed}"


def scene(numbers: str, value: float = 3.0, cell: tuple[int, int] = (0, 1)) -> Lesson:
    """A lesson of one grid whose number in (0, 1) has an origin."""

    def origin(row: int, column: int) -> Origin | None:
        return Origin(formulas=(Formula(symbols="y", numbers=numbers),), cells={"g": (cell,)}) if column else None

    def frames(state: State) -> list[Frame]:
        return [Frame(caption="", figures=(Grid(name="g", values=[[0.0, value]], origin=origin),))]

    parts = (Scene(name="only", title="", ids=("A1",), frames=frames),)
    return Lesson(name="toy", chapter="convolution", title="", summary="", settings=(), scenes=parts)


@pytest.mark.parametrize(
    ("lesson", "said"),
    [
        (scene("1 + 2 = 3"), ""),
        (scene("1 + 2 = 4"), "1 + 2 is 3, not 4"),
        (scene("1 + 2 = 3", value=2.0), "g (0, 1) is 2, its formula gives 3"),
        (scene("1 + 2 = 3", cell=(1, 0)), "points at (1, 0) of g"),
        (scene("no arithmetic"), ""),
    ],
)
def test_a_number_that_is_not_what_its_formula_says_is_found(lesson, said):
    (claim,) = claims(lesson)
    fact = claim.fact("toy", lesson.state())
    assert fact.holds == (not said) and said in str(fact.computed.get("wrong", ""))


def test_a_scene_that_fails_is_no_fact_that_holds():
    lesson = scene("1 + 2 = 3")
    broken = replace(lesson.scenes[0], frames=lambda state: [][1])
    (claim,) = claims(replace(lesson, scenes=(broken,)))
    assert "IndexError" in claim.fact("toy", lesson.state()).computed
