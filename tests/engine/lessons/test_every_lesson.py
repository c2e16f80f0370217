"""What must hold of every lesson: all rows of the syllabus, figures that are well formed, facts that hold."""

import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

from dlviz.engine.lessons.index import CHAPTERS, NAMES, load
from dlviz.engine.lessons.kit import figures as F
from dlviz.engine.lessons.kit.cells import cells
from dlviz.engine.lessons.kit.lesson import Frame, Lesson
from dlviz.engine.lessons.kit.settings import Moves, Numbers, Slider, Words
from dlviz.engine.lessons.study.desk import bare, picks
from dlviz.engine.text import sanitize

# fmt: off
SYLLABUS = [
    "A1", "A2", "A3", "B1", "B2", "B3a!", "B3b!", "C1", "C2", "D1!", "D2", "E1", "E2!", "E3!", "E4", "F1!",
    "F2", "F3", "G1", "G2", "G3", "G4", "G5", "H1!", "H2!", "H3!", "I1", "I2", "I3", "I4!", "J1", "J2", "J3",
    "J4", "J5!", "K1!", "K2", "K3", "L1", "L2", "L3!", "M1", "M2!", "M3!", "N1a", "N1b", "N1c", "N2!", "N3!",
    "N4", "O1", "O2", "P1", "P2", "P3", "P4!", "Q1", "Q2", "Q3", "R1", "R2", "R3", "S1", "S2!", "S3", "T1!",
    "T2!", "T3", "U1", "U2", "U3", "U4!", "U5", "V1", "V2", "V3", "V4!", "V5!", "V6", "W1", "W2!", "W3!",
    "X1", "X2!", "Y1", "Y2", "Y3", "Y4", "Z1!", "Z2", "Z3!", "Z4", "AA1", "AA2", "AA3", "AA4", "AA5", "AA6",
    "AA7", "AB1", "AB2", "AB3", "AC1!", "AC2!", "AC3!", "AC4a", "AC4b", "AC4c", "AC4d", "AC5", "AD0!", "AD1!",
    "AD2!", "AD3", "AE1!", "AE2!", "AE3", "AE4", "AE5", "AF1!", "AF2", "AF3!", "AG1!", "AG2!", "AG3", "AH1",
    "AH2!", "AI1", "AI2!", "AI3", "AI4", "AI5!", "AJ1", "AJ2", "AJ3!", "AJ4!",
]
# fmt: on
"""Every row of the lecture notes' syllabus; `!`: the notes put it loosely or wrongly."""
IDS = [row.rstrip("!") for row in SYLLABUS]
LINKS = {"P1", "P2", "P3", "N4", "AC4c", "AC4d"}
OPINIONS = {"B3a", "AC2", "AH2", "AJ4"}
RESERVED = set(".,?yptqfhjklrbS<>/[]+-=0123456789 ")

lessons = pytest.mark.parametrize("lesson", NAMES, ids=str)


def test_every_row_of_the_syllabus_has_a_lesson():
    assert len(IDS) == 136
    shown = {id_ for name in NAMES for id_ in load(name).ids}
    assert shown == set(IDS)
    assert {link.id for name in NAMES for link in load(name).links} >= LINKS
    assert {opinion.id for name in NAMES for opinion in load(name).opinions} == OPINIONS


def test_a_link_leads_to_a_lesson_that_shows_something_of_its_own():
    shown = {id_ for name in NAMES for scene in load(name).scenes for id_ in scene.ids}
    assert set(IDS) - LINKS - OPINIONS <= shown
    assert all(load(link.lesson).claims for name in NAMES for link in load(name).links)


def test_every_loose_statement_has_a_note_or_is_told_as_an_opinion():
    loose = {row.rstrip("!") for row in SYLLABUS if row.endswith("!")}
    noted = {note.id for name in NAMES for note in load(name).notes}
    assert loose <= noted | OPINIONS


def test_lessons_are_imported_without_torch():
    code = (
        "from dlviz.engine.lessons.index import lessons\nimport sys\nlist(lessons())\n"
        "print([m for m in ('torch', 'scipy', 'sklearn', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@lessons
def test_a_lesson_is_well_formed(lesson):
    lesson = load(lesson)
    assert lesson.name in CHAPTERS[lesson.chapter]
    assert lesson.title and lesson.summary and lesson.scenes
    assert all("!" not in id_ for id_ in lesson.ids)
    names = [setting.name for setting in lesson.settings]
    assert len(set(names)) == len(names)
    scenes = [scene.name for scene in lesson.scenes]
    assert len(set(scenes)) == len(scenes)
    for scene in lesson.scenes:
        chosen = lesson.settings if scene.settings is None else [lesson.setting(name) for name in scene.settings]
        keys = [key for s in chosen for key in ([*s.moves] if isinstance(s, Moves) else [s.key]) if key]
        assert len(set(keys)) == len(keys), f"{scene.name}: a key means two things: {keys}"
        assert not set("".join(keys)) & RESERVED, f"{scene.name}: {keys}"
        assert all(len(key) == 1 for key in keys)
        assert not scene.needs or lesson.training(scene.needs)
    for setting in lesson.settings:
        assert setting.parse(setting.show(setting.default)) == lesson.defaults[setting.name]
        assert setting.help and setting.allowed
    for preset in lesson.presets:
        lesson.state(preset.values)
        assert preset.why and (not preset.scene or preset.scene in scenes)
    assert all(note.said and note.right and note.id in IDS for note in lesson.notes)
    assert all(link.lesson in NAMES for link in lesson.links)


@lessons
def test_every_row_has_a_claim_and_no_claim_is_of_another_lesson(lesson):
    lesson = load(lesson)
    claimed = {claim.id for claim in lesson.claims}
    assert claimed <= set(lesson.ids)
    assert set(lesson.ids) - {link.id for link in lesson.links} - OPINIONS <= claimed
    known = {training.name for training in lesson.trainings}
    assert {claim.needs for claim in lesson.claims if claim.needs} <= known


@lessons
def test_untrained_facts_hold(lesson):
    lesson = load(lesson)
    for state in (lesson.state(), lesson.state(lesson.probe)):
        for claim in lesson.claims:
            if not claim.needs:
                fact = claim.fact(lesson.name, state)
                assert fact.holds, f"{fact.id} {fact.claim}: {fact.computed}, expected {fact.expected}"


@lessons
def test_every_frame_is_well_formed(lesson):
    lesson = load(lesson)
    state = lesson.state()
    for scene in lesson.scenes:
        if not scene.needs:
            frames = scene.frames(state)
            assert len(frames) >= 1
            for k in sorted({0, 1, len(frames) // 2, len(frames) - 1} & set(range(len(frames)))):
                _well_formed(lesson, frames[k])


@lessons
@pytest.mark.parametrize("seed", range(4))
def test_every_scene_computes_with_any_settings(lesson, seed):
    lesson = load(lesson)
    rng = np.random.default_rng(seed)
    values = dict(lesson.defaults)
    for setting in lesson.settings:
        if isinstance(setting, Slider) and seed < 2:
            ends = setting.stops or (setting.low, setting.high)
            values[setting.name] = type(setting.default)(ends[0 if seed == 0 else -1])
        elif isinstance(setting, Numbers):
            rows, columns = len(setting.default), len(setting.default[0])
            drawn = rng.uniform(setting.low, setting.high, (rows, columns)).round(1)
            values[setting.name] = setting.check(np.clip(drawn, setting.low, setting.high).tolist())
        elif isinstance(setting, Words):
            values[setting.name] = setting.check(
                ("[/x] \x1b]0;x\x07", "猫 sat 👩‍👩‍👧", "a" * setting.most, "x y")[seed]
            )
        elif isinstance(setting, Moves):
            letters = rng.choice(list(setting.moves), 4)
            values[setting.name] = "".join(letters)
        else:
            for _ in range(int(rng.integers(0, 4))):
                values[setting.name] = setting.turn(values[setting.name], int(rng.choice([-1, 1])))
    state = lesson.state(values)
    for scene in lesson.scenes:
        if not scene.needs:
            frames = scene.frames(state)
            _well_formed(lesson, frames[0])
            _well_formed(lesson, frames[len(frames) - 1])
    for claim in lesson.claims:  # with such settings a claim may be false, but it is computed
        if not claim.needs:
            fact = claim.fact(lesson.name, state)
            assert not str(fact.computed).startswith(("TypeError", "IndexError", "RuntimeError", "KeyError", "Attrib"))


def _well_formed(lesson: Lesson, frame: Frame) -> None:
    assert frame.caption and frame.caption == sanitize(frame.caption)
    assert set(frame.facts) <= set(lesson.ids)
    names = [figure.name for figure in frame.figures]
    assert names and len(set(names)) == len(names)
    for figure in frame.figures:
        pickle.dumps(bare(figure))
        there = cells(figure)
        if figure.edits:
            setting = lesson.setting(figure.edits)
            assert isinstance(setting, Numbers)
        if figure.origin is not None:
            for cell in there[:: max(1, len(there) // 5)][:6]:
                origin = figure.origin(*cell)
                if origin is not None:
                    pickle.dumps(origin)
                    _sources_exist(frame, origin)
        if picks(figure) and figure.picks is not None and there:
            lesson.state(figure.picks(*there[-1]))
        if isinstance(figure, F.Plane) and figure.picks_at is not None:
            lesson.state(figure.picks_at((figure.extent[0] + figure.extent[1]) / 2, figure.extent[3]))
        _shaped(figure)


def _sources_exist(frame: Frame, origin: F.Origin) -> None:
    for figure in frame.figures:
        there = set(cells(figure))
        assert set(origin.cells.get(figure.name, ())) <= there, (figure.name, origin.cells[figure.name])


def _shaped(figure: F.Figure) -> None:
    known = set(cells(figure))
    match figure:
        case F.Grid():
            rows, columns = np.shape(figure.values)
            assert len(figure.row_labels) in (0, rows) and len(figure.column_labels) in (0, columns)
            for mark, marked in figure.marks.items():
                assert set(marked) <= known, (figure.name, mark)
        case F.Bars():
            assert len(figure.values) == len(figure.labels) and len(figure.notes) in (0, len(figure.labels))
        case F.Tokens():
            count = len(figure.tokens)
            assert figure.weights is None or len(figure.weights) == count
            assert len(figure.notes) in (0, count) and (figure.focus is None or 0 <= figure.focus < count)
            assert all(token == sanitize(token) for token in figure.tokens)
        case F.Curves():
            assert all(len(line) == len(figure.x) for line in figure.lines.values())
        case F.Ladder():
            ends = [end for wire in figure.wires for end in (wire.source, wire.target)]
            assert all(0 <= end < len(figure.boxes) for end in ends)
        case F.Net():
            ends = [end for edge in figure.edges for end in (edge.source, edge.target)]
            assert all(0 <= end < len(figure.nodes) for end in ends)
            assert all(0 <= node.x <= 1 and 0 <= node.y <= 1 for node in figure.nodes)
        case F.Table():
            assert all(len(row) == len(figure.columns) for row in figure.rows)
        case F.Plane():
            x0, x1, y0, y1 = figure.extent
            assert x0 < x1 and y0 < y1 and all(map(math.isfinite, figure.extent))
            assert all(np.shape(points)[-1] == 2 for points in figure.points.values() if len(points))
    assert figure.cursor is None or figure.cursor in known, (figure.name, figure.cursor)
