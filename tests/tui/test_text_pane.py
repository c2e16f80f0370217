"""The text pane against a session that answers by hand: three looks, their keys, goldens that a person can read."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from dlviz.engine.probes.requests import Answer, Inside, LookInside, Request
from dlviz.engine.runs.files import KIND
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.text import sanitize
from dlviz.engine.training.status import Status
from dlviz.tui.panes.text.knobs import stepped
from dlviz.tui.panes.text.pane import TextPane
from dlviz.tui.plain_records import draw
from dlviz.tui.render.next_token_table import Row, next_token_table, percent
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.scale import Scale
from dlviz.tui.render.text_tokens import Token, flow, label

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
WORDS = ("The", " cat", " sat", " on", " mat", "\n", ".", "s")
LOGITS = np.array([0.5, 3.0, 2.5, 1.0, 2.0, -1.0, 0.0, -2.0])
PROMPT = ["The", " black"]


def softmax(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


def table(temperature: float, top_k: float) -> dict[str, Any]:
    """Arrays as the probe has them, worked out by hand."""
    order = np.argsort(-LOGITS, kind="stable")
    p = softmax(LOGITS)[order]
    tempered = softmax(LOGITS / temperature)[order] if temperature else np.eye(len(order))[0]
    most = 1 if not temperature else int(top_k) or len(order)
    kept = np.arange(len(order)) < most
    return {
        "number": order,
        "rank": np.arange(1, len(order) + 1),
        "score": LOGITS[order],
        "probability": p,
        "tempered": tempered,
        "chance": np.where(kept, tempered, 0) / tempered[kept].sum(),
        "rule": np.where(kept, "", "greedy" if not temperature else "top-k"),
        "kept": np.array(kept.sum()),
        "mass": np.array(tempered[kept].sum()),
        "vocabulary": np.array(len(order)),
    }


def answered(look: LookInside, model: str = "gpt") -> Record:
    """What a model of eight tokens answers; the seed turns the text around."""
    settings: dict[str, Any] = dict(look.settings)
    rules: dict[str, Any] = {"temperature": settings.get("temperature", 0.8), "top_k": settings.get("top_k", 5)}
    found = table(**rules)
    knobs = {name: np.array(value) for name, value in {**rules, "top_p": 1.0, "seed": settings.get("seed", 0)}.items()}
    passage = {"passage": np.array([-1, 0] if look.text else [look.index % 9, 9])}
    if model == "translator":
        passage |= {"source": np.array(["un", " chat"])}
    names = np.array(WORDS)
    part = settings["part"]
    if part == "next":
        text = [look.text] if look.text else PROMPT + list(WORDS[1:4])
        place = int(settings.get("place", 1 if look.text else 2))
        arrays = {
            "prompt": np.array(text[:place], dtype=np.str_),
            "after": np.array(text[place:], dtype=np.str_),
            "tokens": names[found["number"]],
            "true": np.array(1 if text[place:] else -1),
            **({"hidden": np.array(True)} if model == "encoder" else {}),
        }
        return Record(tag="next", kind="next", step=40, arrays=arrays | found | knobs | passage)
    if part == "generation":
        numbers = np.roll([1, 2, 3, 0, 4, 6, 5, 7], int(knobs["seed"]))
        rows = np.array([list(found["number"]).index(k) for k in numbers])
        steps = len(numbers)
        arrays = {
            "prompt": np.array(PROMPT),
            "tokens": names[numbers],
            "number": numbers,
            "candidates": np.tile(names[found["number"]], (steps, 1)),
            **{name: found[name][rows] for name in ("rank", "score", "probability", "chance")},
            **{name: np.full(steps, found.pop(name)) for name in ("kept", "mass", "vocabulary")},
            **{f"candidates_{name}": np.tile(array, (steps, 1)) for name, array in found.items()},
        }
        if model == "translator":
            method = settings.get("decode", "greedy")
            arrays |= {"decode": np.array(method), "right": np.array("a cat")}
            if method == "beam":
                arrays |= {"hypotheses": np.array(["a cat", "a [/x]"]), "scores": np.array([-0.5, -1.25])}
        return Record(tag="generation", kind="generation", step=40, arrays=arrays | knobs | passage)
    loss = np.array([0.1, 2.0, np.log(8), 0.5, 1.0, 0.0, 0.25, 3.5])
    arrays = {
        "tokens": names,
        "first": np.array(["A"]),
        "loss": loss,
        "probability": np.exp(-loss),
        "rank": np.arange(1, 9),
        "bits_per_char": np.array(1.234),
        "characters": np.array(24),
        "vocabulary": np.array(8),
        "left_out": np.array(0),
    }
    return Record(tag="passage", kind="tokens", step=40, arrays=arrays | passage)


class Session:
    """Answers at once, unless told to wait or to refuse."""

    def __init__(self, model: str = "gpt") -> None:
        self.status = Status(state="running", model=model)
        self.run = Run("fake")
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, Request] = {}
        self.waiting, self.error = False, ""
        self.change: dict[str, Any] = {}

    def subscribe(self, key: str, request: Request | None) -> None:
        """Record the wish, and answer it."""
        if request is None:
            self.asked.pop(key, None)
        else:
            self.asked[key] = request
            if not self.waiting:
                self.respond()

    def respond(self) -> None:
        """Answer everything that is asked for."""
        for key, request in self.asked.items():
            assert isinstance(request, LookInside)
            version = self.answers[key].version + 1 if key in self.answers else 1
            record = answered(request, self.status.model)
            changed = {name: array for name, array in self.change.items() if name in record.arrays}
            record = Record(tag=record.tag, kind=record.kind, step=40, arrays=record.arrays | changed)
            view = None if self.error else Inside(40, "text", (record,))
            self.answers[key] = Answer(version, request, view, self.error)


class Lab(App[None]):
    """An app with a pane and what panes need."""

    def __init__(self, model: str = "gpt", ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = Session(model)
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield TextPane(id="text")

    @property
    def pane(self) -> TextPane:
        """The pane, up to date."""
        pane = self.query_one(TextPane)
        pane.focus()
        pane.pull()
        pane.pull()
        return pane

    @property
    def asked(self) -> LookInside:
        """What the pane asks for."""
        request = self.pane.wants()["inside"]
        assert isinstance(request, LookInside)
        return request


def text(pane: TextPane) -> str:
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


@pytest.mark.parametrize("size", [(80, 24), (42, 14), (130, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_goldens(size: tuple[int, int]) -> None:
    shown = []
    app = Lab()
    async with app.run_test(size=size) as pilot:
        for _ in range(3):
            pane = app.pane
            shown += [f"--- {pane.border_title} | {pane.border_subtitle}", text(pane)]
            await pilot.press("m")
    whole = "\n".join(shown) + "\n"
    path = GOLDEN / f"text_pane_{size[0]}x{size[1]}.txt"
    if os.environ.get(REWRITE):
        path.write_text(whole, encoding="utf-8", newline="\n")
    assert whole == path.read_text(encoding="utf-8"), f"run with {REWRITE}=1 and look at the difference"


async def test_keys_turn_the_knobs_and_the_values_are_shown() -> None:
    app = Lab()
    async with app.run_test(size=(90, 24)) as pilot:
        assert "temperature 0.8 [ ]   top-k 5 k K   top-p all p P" in text(app.pane)
        assert not {"temperature", "top_k", "top_p", "seed"} & dict(app.asked.settings).keys()
        await pilot.press("right_square_bracket", "right_square_bracket", "k", "p")
        settings = dict(app.asked.settings)
        assert (settings["temperature"], settings["top_k"], settings["top_p"]) == (1.0, 3, 0.99)
        assert "temperature 1 [ ]   top-k 3 k K   top-p 0.99 p P" in text(app.pane)
        await pilot.press(*["left_square_bracket"] * 11, *["K"] * 6, "P", "P")
        settings = dict(app.asked.settings)
        assert (settings["temperature"], settings["top_k"], settings["top_p"]) == (0.0, 0.0, 1.0)
        assert "temperature 0 [ ]   top-k all" in text(app.pane) and "greedy" in text(app.pane)


def test_ladders_have_ends_and_take_what_lies_between() -> None:
    assert stepped("top_k", 7, -1) == 5 and stepped("top_k", 7, 1) == 10
    assert stepped("top_k", 100, 1) == 0 == stepped("top_k", 0, 1) and stepped("top_k", 0, -1) == 100
    assert stepped("top_k", 1, -1) == 1 and stepped("temperature", 0, -1) == 0 and stepped("top_p", 1, 1) == 1


async def test_struck_out_tokens_are_struck_quiet_and_named() -> None:
    app = Lab(ink=DARK)
    async with app.run_test(size=(90, 24)):
        pane = app.pane
        lines = [pane.render_line(y) for y in range(pane.size.height)]
        struck, kept = (next(line for line in lines if name in line.text) for name in (" 6 . ", " 2 ␣sat"))
        (segment,) = [s for s in struck if s.text == "."]
        assert segment.style is not None and segment.style.strike and "top-k" in struck.text
        assert segment.style.color is not None and segment.style.color.name == DARK.dim
        assert not any(s.style and s.style.strike for s in kept) and "top-k" not in kept.text


async def test_left_and_right_walk_through_the_text() -> None:
    app = Lab()
    async with app.run_test(size=(90, 24)) as pilot:
        assert "place" not in dict(app.asked.settings)
        await pilot.press("right")
        assert dict(app.asked.settings)["place"] == 3
        await pilot.press(*["right"] * 9)
        assert dict(app.asked.settings)["place"] == 5
        assert "?" in text(app.pane).splitlines()[2], "what comes is not known"
        await pilot.press(*["left"] * 9)
        assert dict(app.asked.settings)["place"] == 0
        await pilot.press("m", "right", "right")
        assert "3/8 ␣on  p 6.0%, drawn 4.2%, rank 4" in text(app.pane)
        drawn = next(line for line in text(app.pane).splitlines() if line.startswith("▸"))
        assert drawn.split()[:3] == ["▸", "4", "␣on"]
        await pilot.press(*["right"] * 9)
        assert "8/8 s  p 0.3%" in text(app.pane)
        await pilot.press("m", "right")
        assert "2/8 ␣cat  loss 2 nats, p 13.5%, rank 2" in text(app.pane)
        assert "8 tokens, mean 1.179 nats, 1.234 bits per character" in text(app.pane)
        await pilot.press("m")
        assert dict(app.asked.settings)["place"] == 0


async def test_the_table_scrolls_and_the_true_token_stays_in_sight() -> None:
    app = Lab()
    async with app.run_test(size=(60, 13)) as pilot:
        assert "␣cat" in text(app.pane)
        await pilot.press(*["down"] * 5)
        lines = text(app.pane).splitlines()
        assert any(line.startswith("✓") and "␣cat" in line for line in lines) and "␣sat" not in lines[-1]
        await pilot.press(*["up"] * 9)
        assert "␣sat" in text(app.pane)


async def test_passages_turn_and_ones_own_text_is_typed_and_left() -> None:
    app = Lab()
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press("full_stop", "full_stop")
        assert app.asked.index == 2 and "passage 3/9" in str(app.pane.border_title)
        await pilot.press("right", "i")
        await pilot.press(*"Hi [/x] ", "enter")
        await pilot.pause()
        assert app.asked.text == "Hi [/x] " and "place" not in dict(app.asked.settings)
        assert "your text" in str(app.pane.border_title) and "Hi [/x]" in text(app.pane)
        await pilot.press("i", "escape")
        assert app.asked.text == "Hi [/x] "
        await pilot.press("full_stop")
        assert app.asked.text == "" and app.asked.index == 2
        await pilot.press("comma", "comma", "comma")
        assert app.asked.index == -1 and "passage 9/9" in str(app.pane.border_title)


async def test_another_seed_writes_another_text_and_g_writes_it_again() -> None:
    app = Lab()
    async with app.run_test(size=(110, 24)) as pilot:
        await pilot.press("m")
        assert "The black cat sat onThe mat." in text(app.pane)
        await pilot.press("n")
        assert dict(app.asked.settings)["seed"] == 1 and "The blacks cat sat on" in text(app.pane)
        pane = app.pane
        pane.action_replay()
        assert pane._clock is not None
        pane._clock.pause()
        app.session.change = {"tokens": np.array(["X"] * 8)}
        app.session.respond()
        assert "The blacks " in text(app.pane) and "cat sat on" not in text(app.pane)
        pane.write_on()
        pane.write_on()
        assert "The blacks cat sat " in text(app.pane) + " " and "3/8" in text(app.pane)
        for _ in range(6):
            pane.write_on()
        assert app.pane._clock is None and "XXXXXXXX" in text(app.pane)


async def test_a_translator_searches_or_draws() -> None:
    app = Lab("translator")
    async with app.run_test(size=(110, 24)) as pilot:
        assert app.asked.split == "specimen"
        await pilot.press("m")
        shown = text(app.pane)
        assert "by greedy b" in shown and "source  un chat" in shown and "right   a cat" in shown
        await pilot.press("b")
        assert dict(app.asked.settings)["decode"] == "beam"
        assert " -1.250  a [/x]" in text(app.pane) and "nothing is drawn" in text(app.pane)
        await pilot.press("right_square_bracket")
        settings = dict(app.asked.settings)
        assert settings["decode"] == "sample" and settings["temperature"] == 1.2
        await pilot.press("b")
        assert dict(app.asked.settings)["decode"] == "greedy"
        await pilot.press("full_stop")
        assert app.asked.split == "test" and app.asked.index == 0 and "sentence 1/9" in str(app.pane.border_title)


async def test_what_fills_gaps_has_no_generation() -> None:
    app = Lab("encoder")
    async with app.run_test(size=(90, 24)) as pilot:
        assert "generation" not in text(app.pane)
        await pilot.press(*["right"] * 9)
        assert dict(app.asked.settings)["place"] == 4, "the last token can be hidden, none behind it"
        await pilot.press("m")
        assert dict(app.asked.settings)["part"] == "tokens"
        await pilot.press("m")
        assert dict(app.asked.settings)["part"] == "next"


async def test_waiting_errors_and_nothing_are_sentences() -> None:
    app = Lab()
    async with app.run_test(size=(90, 24)) as pilot:
        assert app.pane
        app.session.waiting = True
        await pilot.press("k")
        assert str(app.pane.border_title).endswith(" …") and "top-k 3" in text(app.pane)
        await pilot.press("m")
        assert "…" in text(app.pane)
        app.session.error = "the model has never seen these characters: \u2603 [/x]"
        app.session.respond()
        assert "never seen these characters: \u2603 [/x]" in text(app.pane)
        app.session.error, app.session.waiting = "", False
        app.session.respond()
        app.session.change = {"candidates": np.zeros(0)}
        app.session.respond()
        assert "this record cannot be drawn" in text(app.pane)
        app.session.answers, app.session.status, app.session.waiting = {}, Status(), True
        assert "no model is loaded" in text(app.pane)


async def test_steps_that_were_kept_are_gone_back_to(tmp_path: Path) -> None:
    def keep(tag: str, step: int, kind: str, arrays: dict[str, Any]) -> None:
        folder = tmp_path / "records" / tag
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / f"{step}.npz", **{KIND: np.array(kind)} | arrays)

    for step in (10, 20):
        keep("passage", step, "tokens", {"tokens": np.array(["a", "b"]), "loss": np.array([step / 10, 0.5])})
        keep("sample", step, "text", {"prompt": np.array("Once"), "text": np.array(f" upon {step}")})
    app = Lab()
    async with app.run_test(size=(90, 24)) as pilot:
        app.session.run = Run("fake", str(tmp_path))
        assert app.pane
        await pilot.press("left_curly_bracket")
        assert "no next token was kept" in text(app.pane)
        await pilot.press("m")
        assert "upon 20" in text(app.pane) and str(app.pane.border_subtitle) == "step 20, kept, 2 of 2"
        await pilot.press("m", "left_curly_bracket")
        shown = text(app.pane)
        assert "1/2 a  loss 1 nats, p 36.8%" in shown and "rank" not in shown and "this passage" in shown
        await pilot.press("vertical_line")
        assert "rank 1" in text(app.pane)


HOSTILE = np.array(["[/x]", "\x1b[2J", "\x1b]0;x\x07", "\u202e", "猫猫", "", "[", "\t"])


@pytest.mark.parametrize("ink", (DARK, LIGHT, ANSI16_DARK, PLAIN), ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize("model", ["gpt", "translator", "encoder"])
async def test_every_size_ink_and_text_is_drawn(model: str, ink: Ink) -> None:
    app = Lab(model, ink)
    app.session.change = {"tokens": HOSTILE, "prompt": HOSTILE, "loss": np.array([np.nan, np.inf, *range(6)])}
    async with app.run_test(size=(20, 6)) as pilot:
        for size in ((20, 6), (38, 12), (60, 18), (90, 22), (118, 36), (196, 54)):
            await pilot.resize_terminal(*size)
            for _ in range(3):
                pane = app.pane
                assert len(pane._strips) == pane.size.height
                assert all(strip.cell_length == pane.size.width for strip in pane._strips)
                assert "cannot be drawn" not in text(pane)
                assert all(line == sanitize(line) for line in text(pane).splitlines())
                pane.action_turn()


def test_boundaries_of_tokens_are_seen() -> None:
    tokens = [Token("ab", 0.1), Token("cd", 0.1), Token("\n", 0.9), Token("e", float("nan"))]
    first, second = flow(tokens, 10, 5, DARK, Scale(0.0, 1.0, False))
    assert first.text.rstrip() == "abcd⏎" and second.text.rstrip() == "e"
    lined = {segment.text: bool(segment.style and segment.style.underline) for segment in first}
    assert not lined["ab"] and lined["cd"]
    single = flow([Token("a", 0.1), Token("b", 0.1)], 10, 5, DARK, Scale(0.0, 1.0, False))[0]
    assert [s.text for s in single if s.text.strip()] == ["ab"], "characters need no sign"
    assert flow([Token("\x1b[2Ja\x07")], 10, 1, PLAIN)[0].text.rstrip() == "a\\x07"
    marked = flow(tokens, 10, 5, PLAIN, Scale(0.0, 1.0, False))
    assert [strip.text.rstrip() for strip in marked] == ["abcd⏎", "....%", "e", "x"]


def test_a_long_text_is_shown_around_its_focus() -> None:
    tokens = [Token(f"{k:02d} ") for k in range(60)]
    for focus in (0, 31, 59):
        strips = flow(tokens, 12, 4, PLAIN, focus=focus)
        assert len(strips) == 4 and any(f"{focus:02d}" in strip.text for strip in strips)


def test_labels_and_shares() -> None:
    assert [label(t) for t in (" the", "\n", "  ", "a ", "", "\x07")] == ["␣the", "⏎", "␣␣", "a␣", "", "\\x07"]
    assert [percent(p) for p in (0, 1e-9, 0.0123, 0.9999, 1, float("nan"))] == \
        ["0", "<0.1%", "1.2%", ">99.9%", "100.0%", "nan"]  # fmt: skip


@pytest.mark.parametrize("width", range(8, 130, 3))
def test_tables_fit_every_width(width: int) -> None:
    rows = [
        Row("\x1b[2J猫" * 9, 10**6, -1e-30, 0.5, 0.25, 0.0, "top-k, top-p"),
        Row("", 1, float("nan"), np.nan, np.nan, np.nan),
    ]
    for ink in (PLAIN, DARK):
        for strip in next_token_table(rows, ink, width, 5, true=0, drawn=1):
            assert strip.cell_length == cell_len(strip.text) == width and strip.text == sanitize(strip.text)


PRINTED = (("next", "gpt"), ("next", "encoder"), ("generation", "translator"), ("tokens", "gpt"))


@pytest.mark.parametrize("part", ["next", "generation", "tokens"])
@pytest.mark.parametrize("model", ["gpt", "translator", "encoder"])
def test_printed_once(model: str, part: str) -> None:
    record = answered(LookInside("text", settings=(("part", part), ("decode", "beam"))), model)
    for width in (40, 78, 120):
        for hostile in (False, True):
            arrays = record.arrays | ({"tokens": HOSTILE} if hostile else {})
            lines = draw(Record(tag="t", kind=record.kind, step=1, arrays=arrays), width, False)
            assert lines and "not drawn" not in lines[0]
            assert all(cell_len(line) <= width and line == sanitize(line) for line in lines)
    if (part, model) not in PRINTED:
        return
    whole = "\n".join(draw(record, 78, False)) + "\n"
    path = GOLDEN / f"text_{part}_{model}.txt"
    if os.environ.get(REWRITE):
        path.write_text(whole, encoding="utf-8", newline="\n")
    assert whole == path.read_text(encoding="utf-8"), f"run with {REWRITE}=1 and look at the difference"
