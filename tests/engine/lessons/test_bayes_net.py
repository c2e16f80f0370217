"""The lesson on Bayesian networks: its facts turn red when the code is wrong, and evidence does what it says."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons import bayes_net
from dlviz.engine.lessons.bayes_net import LESSON, evidence_of, inference
from dlviz.engine.lessons.proofs import bayes_net as proofs
from dlviz.engine.lessons.workings import explaining_away, sprinkler, sprinkler_shown
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
    assert not found["posteriors as by variable elimination"]
    assert not found["sums of the marked worlds and of those left"]


def test_a_posterior_that_is_not_normalised_turns_the_classic_numbers_red(monkeypatch):
    def joint_only(table, node, evidence):
        return sprinkler.probability(table, {**evidence, node: 1})

    monkeypatch.setattr(sprinkler_shown, "posterior", joint_only)
    found = verdicts(LESSON)
    assert not found["P(W), P(S|W), P(R|W), P(S|W,R) of the textbook"]
    assert not found["posteriors as by variable elimination"]


def test_evidence_that_is_taken_for_its_contrary_turns_red(monkeypatch):
    def contrary(state):
        return {at: int(state[name] == "false") for at, name in enumerate(sprinkler.NODES) if state[name] != "unknown"}

    monkeypatch.setattr(bayes_net, "evidence_of", contrary)
    found = verdicts(LESSON)
    assert not found["posteriors as by variable elimination"]
    assert not found["P(W), P(S|W), P(R|W), P(S|W,R) of the textbook"]
    assert not found["sums of the marked worlds and of those left"]


def test_parents_that_are_swapped_in_draws_turn_red(monkeypatch):
    """With the tables of the textbook, sprinkler and rain may be taken for one another: both rows say 0.9."""
    right = sprinkler.draw

    def swapped(table, count, seed):
        table = [*table[:6], table[7], table[6], table[8]]
        return right(table, count, seed)

    monkeypatch.setattr(bayes_net, "draw", swapped)
    assert not verdicts(LESSON)["drawn shares are likely under the exact ones"]


def test_what_is_given_is_not_asked_for():
    frame = inference(LESSON.parse(["sprinkler=false"]))[0]
    assert "S = 0 is given" in frame.formulas[0].symbols and "ask another" in frame.caption
    clouded = explaining_away.explaining(LESSON.state())[4]
    net = figure(clouded, "net")
    assert net.cursor == (1, 0) and "C = 0 is given" in net.origin(0, 0).formulas[0].symbols


def test_a_joint_without_the_clouds_factor_turns_the_sum_red(monkeypatch):
    def forgot(table, world):
        _, s, r, w = sprinkler.factors(table, world)
        return s * r * w

    monkeypatch.setattr(sprinkler_shown, "joint", forgot)
    assert not verdicts(LESSON)["sums of the marked worlds and of those left"]


def test_marks_and_strikes_on_the_wrong_worlds_turn_the_sums_red(monkeypatch):
    right = sprinkler_shown.agrees
    monkeypatch.setattr(sprinkler_shown, "agrees", lambda world, evidence: not right(world, evidence))
    assert not verdicts(LESSON)["sums of the marked worlds and of those left"]


def test_inverted_strikes_of_the_table_alone_turn_red(monkeypatch):
    right = sprinkler_shown.enumeration

    def inverted(table, evidence, node, cloudy):
        shown = right(table, evidence, node, cloudy)
        return replace(shown, struck=tuple(set(range(8)) - set(shown.struck)))

    monkeypatch.setattr(bayes_net, "enumeration", inverted)
    assert not verdicts(LESSON)["sums of the marked worlds and of those left"]


def test_a_false_sum_of_marked_terms_turns_red(monkeypatch):
    right = sprinkler_shown.sums
    monkeypatch.setattr(bayes_net, "sums", lambda table, evidence, node: right(table, {3: 1}, 1 - node))
    assert not verdicts(LESSON)["sums of the marked worlds and of those left"]


def test_a_table_with_swapped_columns_turns_the_distribution_red(monkeypatch):
    right = bayes_net.tables

    def swapped(state):
        frames = [*right(state)]
        net, table = frames[3].figures
        rows = [(*row[:-2], row[-1], row[-2]) for row in table.rows]
        frames[3] = replace(frames[3], figures=(net, replace(table, rows=rows)))
        return frames

    monkeypatch.setattr(proofs, "tables", swapped)
    assert not verdicts(LESSON)["the four tables multiply to a distribution: sum 1"]


def test_worlds_drawn_from_another_parents_row_turn_red(monkeypatch):
    right = sprinkler.draw

    def flipped(table, count, seed):
        uniform, worlds = right(table, count, seed)
        return uniform, worlds[:, [0, 2, 1, 3]]

    monkeypatch.setattr(bayes_net, "draw", flipped)
    assert not verdicts(LESSON)["drawn shares are likely under the exact ones"]


AWAY = "rain explains the sprinkler away"
TOGETHER = [[0.5], [0.5], [0.5], [0.3], [0.3], [0.05], [0.1], [0.1], [0.9]]


def test_a_fall_through_the_clouds_is_not_called_explaining_away():
    frames = explaining_away.explaining(LESSON.parse([], preset="always-wet"))
    assert "through the clouds alone: nothing is explained away" in frames[2].caption
    assert "stays at 0.3" in frames[1].caption
    coins = explaining_away.explaining(LESSON.parse(["tables=coins"]))
    assert "stays at 0.5: nothing is explained away" in coins[2].caption
    both = explaining_away.explaining(LESSON.state({"tables": TOGETHER}))
    assert "help each other" in both[2].caption and "raises" in both[4].caption
    assert all(len(frame.caption) <= 150 for frames in (frames, coins, both) for frame in frames)


@pytest.mark.parametrize("tables", ["murphy", "coins", "always-wet", TOGETHER])
def test_the_wrong_word_on_explaining_away_turns_red(tables, monkeypatch):
    state = LESSON.state({"tables": tables})
    assert verdicts(LESSON, state)[AWAY]
    right = explaining_away.away
    monkeypatch.setattr(explaining_away, "away", lambda table: 0 if right(table) < 0 else -1)
    assert not verdicts(LESSON, state)[AWAY]


@pytest.mark.parametrize("seed", range(12))
def test_facts_hold_with_any_tables_and_evidence(seed):
    rng = np.random.default_rng(seed)
    values = {name: str(rng.choice(["unknown", "true", "false"])) for name in sprinkler.NODES}
    tables = rng.choice([0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0], (9, 1)).tolist()
    ask = str(rng.choice(sprinkler.NODES))
    state = LESSON.state({**values, "tables": tables, "ask": ask, "draws": 100})
    assert all(verdicts(LESSON, state).values())
    for scene in LESSON.scenes:
        assert all(len(frame.caption) <= 150 for frame in scene.frames(state))


def test_evidence_strikes_out_what_it_contradicts():
    state = LESSON.parse(["wet=true", "rain=true"])
    assert evidence_of(state) == {2: 1, 3: 1}
    left, marked = [], []
    for cloudy, table in enumerate(inference(state)[1].figures):
        left += [f"{cloudy} {row[1]}" for at, row in enumerate(table.rows) if at not in table.struck]
        marked += [f"{cloudy} {table.rows[at][1]}" for at in table.marked]
    assert left == ["0 0 1 1", "0 1 1 1", "1 0 1 1", "1 1 1 1"]
    assert marked == ["0 1 1 1", "1 1 1 1"]


def test_the_net_shows_the_posteriors_and_where_they_came_from():
    net = figure(inference(LESSON.state())[0], "net")
    assert [node.label for node in net.nodes] == ["0.5758", "0.4298", "0.7079", "W = 1"]
    assert [node.role for node in net.nodes] == ["plain", "asked", "plain", "given"]
    why = net.origin(2, 0)
    assert why.formulas[0].numbers == "0.4581 / 0.6471 = 0.7079"
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


def test_four_digits_that_count():
    assert [sprinkler_shown.short(value) for value in (0.0, 0.5, 1.0, 0.4297636)] == ["0", "0.5", "1", "0.4298"]
