"""The lesson on Bayesian networks: its facts turn red when the code is wrong, and evidence does what it says."""

import pytest

from dlviz.engine.lessons import bayes_net
from dlviz.engine.lessons.bayes_net import LESSON, evidence_of, inference
from dlviz.engine.lessons.workings import sprinkler, sprinkler_shown
from dlviz.engine.options import OptionError


def verdicts(lesson, state=None) -> dict[str, bool]:
    """Every untrained claim's words as declared, and whether it holds."""
    state = state or lesson.state()
    return {claim.says: claim.fact(lesson.name, state).holds for claim in lesson.claims if not claim.needs}


def figure(frame, name):
    return next(figure for figure in frame.figures if figure.name == name)


def test_all_facts_hold():
    assert all(verdicts(LESSON).values())


def test_a_swapped_parent_turns_facts_red(monkeypatch):
    right = sprinkler.chance

    def swapped(table, node, world):
        c, s, r, w = world
        return right(table, node, (c, r, s, w)) if node == 3 else right(table, node, world)

    monkeypatch.setattr(sprinkler, "chance", swapped)
    table = [*bayes_net.MURPHY[:6], (0.4,), *bayes_net.MURPHY[7:]]
    found = verdicts(LESSON, LESSON.state({"tables": table}))
    assert not found["enumeration agrees with variable elimination"]
    assert not found["the 16 products are a distribution: they sum to 1"]


def test_a_posterior_that_is_not_normalised_turns_the_classic_numbers_red(monkeypatch):
    def joint_only(table, node, evidence):
        return sprinkler.probability(table, {**evidence, node: 1})

    monkeypatch.setattr("dlviz.engine.lessons.proofs.bayes_net.posterior", joint_only)
    found = verdicts(LESSON)
    assert not found["the classic numbers of the sprinkler network"]
    assert not found["enumeration agrees with variable elimination"]


def test_a_joint_without_the_clouds_factor_turns_the_sum_red(monkeypatch):
    def forgot(table, world):
        _, s, r, w = sprinkler.factors(table, world)
        return s * r * w

    monkeypatch.setattr(sprinkler, "joint", forgot)
    monkeypatch.setattr("dlviz.engine.lessons.proofs.bayes_net.joint", forgot)
    found = verdicts(LESSON)
    assert not found["the 16 products are a distribution: they sum to 1"]


def test_evidence_strikes_out_what_it_contradicts():
    state = LESSON.parse(["wet=true", "rain=true"])
    assert evidence_of(state) == {2: 1, 3: 1}
    table = figure(inference(state)[0], "sum")
    left = [row[1] for at, row in enumerate(table.rows) if at not in table.struck]
    assert left == ["0 0 1 1", "0 1 1 1", "1 0 1 1", "1 1 1 1"]
    assert [table.rows[at][1] for at in table.marked] == ["0 1 1 1", "1 1 1 1"]


def test_the_net_shows_the_posteriors_and_where_they_came_from():
    net = figure(inference(LESSON.state())[0], "net")
    assert [node.label for node in net.nodes] == ["0.5758", "0.4298", "0.7079", "W = 1"]
    assert [node.role for node in net.nodes] == ["plain", "asked", "plain", "given"]
    why = net.origin(2, 0)
    assert why.formulas[0].numbers == ".4581 / .6471 = 0.7079"
    assert net.picks(2, 0) == {"ask": "rain"}


def test_impossible_evidence_is_told_in_a_sentence():
    state = LESSON.parse([], preset="impossible")
    frame = inference(state)[0]
    assert "nothing to divide by" in figure(frame, "impossible").text
    assert all(node.label != "nan" for node in figure(frame, "net").nodes)
    assert all(verdicts(LESSON, state).values())


def test_each_node_has_a_key_of_its_own():
    keys = {setting.name: setting.key for setting in LESSON.settings}
    assert [keys[name] for name in sprinkler.NODES] == ["c", "s", "n", "w"]


def test_tables_have_nine_numbers_from_0_to_1():
    with pytest.raises(OptionError, match="9 by 1"):
        LESSON.parse(["tables=0.5,0.5/0.5,0.5"])
    with pytest.raises(OptionError):
        LESSON.parse(["tables=" + "/".join(["1.5"] * 9)])


@pytest.mark.parametrize("value", ["0", "1"])
def test_tables_of_certainties_compute(value):
    state = LESSON.parse(["tables=" + "/".join([value] * 9), "wet=true", "cloudy=false"])
    for scene in LESSON.scenes:
        assert [frame.caption for frame in scene.frames(state)]
    assert all(verdicts(LESSON, state).values())


def test_four_digits_without_noughts():
    assert [sprinkler_shown.short(value) for value in (0.0, 0.5, 1.0, 0.4297636)] == ["0", ".5", "1", ".4298"]
