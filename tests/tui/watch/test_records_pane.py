"""Records: pictures, histograms and texts of several runs at one step, scrubbed together."""

import numpy as np
from textual.pilot import Pilot

from dlviz.engine.runs.run import Record, Run
from dlviz.tui.render.palette import DARK, PLAIN
from dlviz.tui.watch.records.drawing import draw, over_time, scrubber
from dlviz.tui.watch.records.shelves import nearest, union


class Kept:
    """A shelf in memory."""

    def __init__(self, kind: str, records: list[Record]) -> None:
        self.kind, self._records = kind, records

    @property
    def steps(self) -> list[int]:
        return [record.step for record in self._records]

    def read(self, index: int) -> Record | None:
        return self._records[index]


def _image(step: int, value: int) -> Record:
    return Record(tag="sample", kind="image", step=step, arrays={"image": np.full((6, 8, 3), value, np.uint8)})


def _histogram(step: int, centre: float) -> Record:
    values = np.random.default_rng(step).normal(centre, 0.5, 4000)
    counts, edges = np.histogram(values, 30)
    return Record(tag="w", kind="histogram", step=step, arrays={"counts": counts.astype(float), "edges": edges})


def _text(step: int, text: str) -> Record:
    return Record(tag="note", kind="text", step=step, labels={"text": text})


def _run(name: str, steps: range) -> Run:
    run = Run(name, f"/logs/{name}")
    run.one("loss").append(0, 0.0, 1.0)
    run.shelves = {
        "sample": Kept("image", [_image(k, min(20 * k, 255)) for k in steps]),
        "w": Kept("histogram", [_histogram(k, k / 2) for k in steps]),
        "note": Kept("text", [_text(k, f"at [/x] \x1b[31m{k}") for k in steps]),
    }
    return run


def _lines(strips) -> list[str]:
    return [strip.text.rstrip() for strip in strips]


def _pane_text(app) -> str:
    return "\n".join(_lines(app.query_one("#records")._strips))


def test_the_record_at_a_step_is_that_step_or_the_one_before() -> None:
    shelf = Kept("text", [_text(k, "") for k in (10, 20, 30)])
    assert [nearest(shelf, step) for step in (5, 10, 19, 20, 99, None)] == [0, 0, 0, 1, 2, 2]
    assert union([shelf, Kept("text", [_text(k, "") for k in (5, 20)])]) == [5, 10, 20, 30]


def test_histograms_over_time_show_where_the_values_lie() -> None:
    shelf = Kept("histogram", [_histogram(k, k) for k in range(8)])
    strips = over_time(shelf, 4, 80, 14, PLAIN)
    text = _lines(strips)
    body = [row[10:] for row in text[:-3]]
    # The centre moves up: the first column is dense at the bottom, the last at the top.
    first = [k for k, row in enumerate(body) if row[:2].strip()]
    last = [k for k, row in enumerate(body) if row.rstrip() and len(row.rstrip()) > 40 and row.rstrip()[-1] != " "]
    assert min(first) > max(last) - 2 and min(last) == 0
    assert text[-3].index("▲") in range(10 + 4 * 8, 10 + 5 * 9)  # the fifth of eight, over 70 columns
    assert text[-2].split() == ["0", "step", "7"] and len(text[-2]) == 80 and "of all values" in text[-1]
    assert all(len(row) > 60 for row in body[:1])


def test_few_columns_say_how_many_steps_are_left_out() -> None:
    shelf = Kept("histogram", [_histogram(k, 0.0) for k in range(200)])
    assert "70 of 200 steps shown" in _lines(over_time(shelf, None, 80, 14, DARK))[-2]
    assert "20 of 200 steps shown" in _lines(over_time(shelf, 100, 50, 14, PLAIN))[-2]


def test_all_steps_are_shown_over_the_whole_width_and_the_axis_keeps_its_labels() -> None:
    shelf = Kept("histogram", [_histogram(5 * k, 0.0) for k in range(20)])
    for step, at in ((0, 10), (95, 43), (50, 27)):
        text = _lines(over_time(shelf, step, 44, 12, DARK))
        assert text[-2].split() == ["0", "step", "95"] and len(text[-2]) == 44
        assert abs(text[-3].index("▲") - at) <= 1
        assert max(len(row) for row in text[:-3]) == 44


def test_what_cannot_be_read_or_drawn_is_said() -> None:
    assert "can no longer be read" in "".join(_lines(draw(None, 60, 5, DARK)))
    odd = Record(tag="x", kind="odd", step=1, arrays={"a": np.zeros((2, 3))})
    assert "there is no drawing of this kind; it holds a (2, 3)" in "".join(_lines(draw(odd, 80, 5, DARK)))
    bad = Kept("histogram", [Record(tag="w", kind="histogram", step=1, arrays={"edges": np.array([np.nan, 1.0])})])
    assert "no histograms" in "".join(_lines(over_time(bad, None, 60, 10, DARK)))


def test_the_scrubber_says_where_in_time_one_is() -> None:
    assert _lines([scrubber([10, 20, 3000], 2, 40, DARK)]) == ["├─────────────────●┤ step 3,000 · 3 of 3"]


async def test_runs_are_scrubbed_together_and_the_end_follows(watching) -> None:
    one, two = _run("one", range(0, 10)), _run("two", range(0, 10, 3))
    async with watching(one, two, size=(140, 40)) as (app, pilot):
        await pilot.press("5")
        await pilot.pause()
        assert "step 9 · 10 of 10" in _pane_text(app) and "6x8 pixels" in _pane_text(app)
        await pilot.press("left", "left")
        text = _pane_text(app)
        assert "step 7 · 8 of 10" in text and "step 6" in text  # the run `two` kept nothing at 7
        await _to(pilot, app, "n", "records: w")
        await pilot.press("v")
        assert "peak" in _pane_text(app)
        await _to(pilot, app, "n", "records: note")
        assert "at [/x] 7" in _pane_text(app) and "\x1b" not in _pane_text(app)
        await pilot.press("end")
        one.shelves = {**one.shelves, "note": Kept("text", [_text(k, f"new {k}") for k in range(12)])}
        app.watcher.generation += 1
        app._drawn = 0.0
        app.tick()
        await pilot.pause()
        assert "step 11 · 12 of 12" in _pane_text(app) and "new 11" in _pane_text(app)


async def _to(pilot: Pilot, app, key: str, title: str) -> None:
    await pilot.press(key)
    assert str(app.query_one("#records").border_title) == title


async def test_whose_record_it_is_is_said_where_more_runs_are_shown(watching, make) -> None:
    async with watching(_run("one", range(3)), make("two", loss=[1, 2]), size=(100, 40)) as (app, pilot):
        await pilot.press("5")
        await pilot.pause()
        assert "one" in _pane_text(app).splitlines()[0]
        app.sight.solo = "/logs/one"
        app.changed()
        assert "one" not in _pane_text(app)


async def test_without_records_there_is_a_sentence(watching, make) -> None:
    async with watching(make("a", loss=[1, 2]), size=(100, 40)) as (app, pilot):
        await pilot.press("5")
        await pilot.pause()
        assert "have kept no images" in _pane_text(app)


def test_feature_maps_and_predictions_of_our_own_trainings_are_drawn() -> None:
    rng = np.random.default_rng(0)
    arrays = {"input": rng.random((1, 8, 8)), "conv1": rng.normal(size=(6, 6, 6)), "head": rng.normal(size=10)}
    maps = Record(tag="features", kind="feature maps", step=1, arrays=arrays)
    text = _lines(draw(maps, 60, 30, DARK))
    assert len(text) == 30 and all(len(row) <= 60 for row in text)
    assert [row.split()[0] for row in text if " to " in row] == ["input", "conv1", "head"]
    few = _lines(draw(maps, 60, 12, PLAIN, top=1))
    assert "conv1" in few[0] and "layers 2-3 of 3" in few[0]
    counts = np.array([[9, 1], [2, 8]])
    right = _lines(draw(Record(tag="p", kind="predictions", step=1, arrays={"confusion": counts}), 60, 12, DARK))
    assert "85.0% right" in right[0] and "of 20" in right[0]
