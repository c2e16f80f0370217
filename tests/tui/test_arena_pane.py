"""The arena against a session that answers by hand: plane, numbers, sheets, keys; goldens that a person can read."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult

from dlviz.engine.options import show
from dlviz.engine.probes.requests import Answer, Inside, LookInside, Request
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.training.commands import Change, Half, Step
from dlviz.engine.training.job import Job
from dlviz.engine.training.status import Status
from dlviz.tui.panes.arena.pane import ArenaPane
from dlviz.tui.panes.arena.scene import Sight, scene
from dlviz.tui.panes.arena.sheets import in_turn
from dlviz.tui.panes.arena.words import Knobs
from dlviz.tui.plain_records import draw
from dlviz.tui.render.arena.arrows import HEADS, arrows
from dlviz.tui.render.arena.colours import NO_GROUND, ground
from dlviz.tui.render.arena.losses import Loss, losses
from dlviz.tui.render.arena.opinions import opinions
from dlviz.tui.render.arena.plane import Layers, folds, plane, window
from dlviz.tui.render.palette import ANSI16_DARK, DARK, DIVERGING, LIGHT, PLAIN, Ink, levels

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
CORNERS = np.array([(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)])
EXTENT = np.array([-1.5, 1.5, -1.5, 1.5])


def records(turn: int = 0, covered: tuple[bool, ...] = (True, True, False, True), **more: Any) -> tuple[Record, ...]:
    """Four modes in the corners, the generator misses one; D is sure right of the middle."""
    rng = np.random.default_rng(0)
    real = CORNERS[rng.integers(0, 4, 120)] + 0.05 * rng.normal(size=(120, 2))
    kinds = np.flatnonzero(covered) if any(covered) else np.array([0])
    fake = CORNERS[rng.choice(kinds, 120)] * 0.8 + 0.05 * rng.normal(size=(120, 2))
    axis = np.linspace(-1, 1, 33)
    grid = 1 / (1 + np.exp(-4 * np.linspace(-1.5, 1.5, 12)))
    arrays = {
        "samples": {
            "real": real, "points": fake, "centers": CORNERS, "pulls": 2 * fake,
            "manifold": np.stack(np.meshgrid(0.5 * axis, 0.5 * axis, indexing="ij"), 2),
            "reach": np.array(2.0), "first": np.array(0), "counts": np.array([40, 40, 0, 40]) * np.array(covered),
            "covered": np.array(covered), "averaged": np.array(False),
        },
        "discriminator": {"grid": np.tile(grid, (12, 1)), "extent": EXTENT, "border": np.array(0.5),
                          "fixed": np.array(True)},
        "game": {
            "real": np.full(100, 0.75), "held": np.full(100, 0.5), "fake": np.full(120, 0.25),
            "losses": np.array([0.575, 1.386]), "equilibrium": np.array([2 * np.log(2), np.log(2)]),
            "lines": np.array(["2 log 2", "log 2"]), "border": np.array(0.5), "fixed": np.array(True),
            "variety": np.array(0.9), "turn": np.array(turn), "averaged": np.array(False),
            "loss": np.array("non-saturating"), "data": np.array("ring"),
        },
    }  # fmt: skip
    for place, value in more.items():
        tag, _, name = place.partition("_")
        arrays[tag][name] = value
    kind = {"samples": "points", "discriminator": "surface", "game": "game"}
    return tuple(Record(tag=tag, kind=kind[tag], step=7, arrays=each) for tag, each in arrays.items())


def images(count: int = 20, side: int = 8, channels: int = 1) -> tuple[Record, ...]:
    """Sheets of two in a row of a class: image k is as bright as its score."""
    scores = np.arange(count) / count
    drawn = np.broadcast_to(scores[:, None, None, None], (count, channels, side, side))
    arrays = {"images": drawn, "labels": np.arange(count) // 2, "rows": np.array(2), "scores": scores}
    game = next(r for r in records() if r.kind == "game")
    border = {"border": np.array(0.5), "averaged": np.array(False)}
    return (
        Record(tag="samples", kind="images", step=7, arrays=arrays | border),
        Record(tag="real", kind="images", step=7, arrays=arrays),
        game,
    )


def story(modes: list[float], near: list[float]) -> Run:
    """A run with losses and validations every 100 steps."""
    run = Run("r", "", {"options": {"lr": 0.002, "lr_discriminator": 0.004, "discriminator_steps": 1, "z": 4}})
    for k in range(300):
        run.add(k + 1, float(k), {"loss/discriminator": 1.3, "loss/generator": 0.5 + k / 300})
    for k, (part, close) in enumerate(zip(modes, near, strict=True)):
        run.add(100 * (k + 1), 0.0, {"quality/modes": part, "quality/near_mode": close})
    return run


FINE = story([1, 3, 4, 4], [0.2, 0.5, 0.8, 0.9])
FALLEN = story([1, 4, 1, 1, 1], [0.2, 0.5, 0.8, 0.9, 0.9])
SIGHT = Sight(Layers(), Knobs(FINE.config["options"], "lr"))


def lines(found: tuple[Record, ...], run: Run, ink: Ink, width: int, height: int, sight: Sight = SIGHT) -> list[str]:
    """The scene as texts."""
    strips = scene(found, run, sight, ink, width, height)
    assert len(strips) == height and all(strip.cell_length == width for strip in strips)
    return [strip.text.rstrip() for strip in strips]


def golden(name: str, text: list[str]) -> None:
    """Compare with a golden file."""
    path, drawn = GOLDEN / f"arena_{name}.txt", "".join(each + "\n" for each in text)
    if os.environ.get(REWRITE):
        path.write_text(drawn, encoding="utf-8", newline="\n")
    assert drawn == path.read_text(encoding="utf-8"), f"run with {REWRITE}=1 and look at the difference"


# pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found", "run", "size"),
    [
        ("plane", records(), FINE, (100, 32)),
        ("collapse", records(covered=(False, False, False, True)), FALLEN, (84, 20)),
        ("small", records(turn=1), FINE, (36, 10)),
        ("images", images(), FINE, (90, 24)),
    ],
)
def test_golden(name: str, found: tuple[Record, ...], run: Run, size: tuple[int, int]) -> None:
    golden(name, lines(found, run, PLAIN, *size))


@pytest.mark.parametrize("ink", (DARK, LIGHT, ANSI16_DARK, PLAIN), ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize("size", [(20, 5), (36, 10), (60, 18), (80, 24), (118, 36), (190, 50), (50, 60)], ids=str)
def test_every_size_and_ink_is_drawn(ink: Ink, size: tuple[int, int]) -> None:
    broken = records(samples_points=np.full((120, 2), np.nan), samples_pulls=np.full((120, 2), np.inf),
                     discriminator_grid=np.full((12, 12), np.nan), game_losses=np.array([np.nan, np.inf]),
                     game_fake=np.full(120, np.nan))  # fmt: skip
    old = tuple(
        Record(tag=r.tag, kind=r.kind, step=1, arrays={k: r.arrays[k] for k in keep if k in r.arrays})
        for r, keep in zip(records(), (("real", "points", "centers"), ("grid", "extent")), strict=False)
    )
    for found in (records(), broken, old, images(), images(5, 28, 3), images(1, 3, 2)[:1]):
        for run in (FINE, FALLEN, Run("empty")):
            lines(found, run, ink, *size)


def test_one_unit_is_as_long_down_as_across() -> None:
    left, right, bottom, top = window((-1.0, 1.0, -2.0, 2.0), 40, 10)
    assert (right - left) / 80 == pytest.approx((top - bottom) / 40)
    assert left <= -1 and right >= 1 and bottom <= -2 and top >= 2


def test_the_ground_is_the_map_of_the_discriminator() -> None:
    samples, surface, _ = (record.arrays for record in records())
    none = Layers(real=False, fake=False, manifold=False, arrows=False)
    strips = plane(samples, surface, none, DARK, 40, 20)
    grounds = [segment.style.bgcolor for segment in strips[10] if segment.style is not None]
    colours = [colour.get_truecolor().hex for colour in grounds if colour is not None]
    assert colours[0] == levels(DIVERGING, DARK)[8] and colours[-1] == levels(DIVERGING, DARK)[24]
    assert ground(8, DARK) == levels(DIVERGING, DARK)[16] and ground(NO_GROUND, DARK) is None
    text = strips[10].text
    assert {k for k, char in enumerate(text) if char != " "} <= {19, 20} and text.strip(), "the line is in the middle"


def test_layers_go_on_and_off() -> None:
    samples, surface, _ = (record.arrays for record in records())
    off = dict.fromkeys(("real", "fake", "surface", "manifold", "arrows"), False)

    def seen(**on: bool) -> set[str]:
        return set("".join(s.text for s in plane(samples, surface, Layers(**(off | on)), PLAIN, 60, 20))) - {" ", "X"}

    assert seen() == set() and seen(real=True) == {"."} and seen(fake=True) == {"o"}
    assert "░" in seen(surface=True) and seen(arrows=True) == set(), "arrows belong to the points that they start at"
    assert seen(fake=True, arrows=True) & set(HEADS) and any("⠀" < char <= "⣿" for char in seen(manifold=True))
    head = lines(records(), FINE, PLAIN, 84, 20, Sight(Layers(surface=False), SIGHT.knobs))[0]
    assert "(S surface)" in head and "M manifold" in head


def test_missing_modes_are_crossed_where_they_are() -> None:
    samples, surface, _ = (record.arrays for record in records())
    left, right, bottom, top = window(EXTENT, 40, 20)
    strips = plane(samples, surface, Layers(), PLAIN, 40, 20)
    crossed = [(y, x) for y, strip in enumerate(strips) for x, char in enumerate(strip.text) if char == "X"]
    assert crossed == [(int((top + 1) / (top - bottom) * 20), int((-1 - left) / (right - left) * 40))]


@pytest.mark.parametrize("turn", range(8))
def test_an_arrow_points_where_it_pulls(turn: int) -> None:
    angle = turn * np.pi / 4
    pull = np.array([[np.cos(angle), np.sin(angle)]])
    drawn = arrows(np.zeros((1, 2)), pull, (-1.0, 1.0, -1.0, 1.0), 40, 20)
    ((row, column, head),) = drawn.heads
    assert head == "→↗↑↖←↙↓↘"[turn]
    assert np.sign(column - 20 + (column < 20) * 0.5) in (0, np.sign(round(np.cos(angle), 6)))
    assert (row < 10) == (np.sin(angle) > 1e-6) or abs(np.sin(angle)) < 1e-6
    assert drawn.longest == pytest.approx(1)


def test_the_manifold_of_the_identity_is_a_lattice() -> None:
    axis = np.linspace(-1, 1, 33)
    dots = folds(np.stack(np.meshgrid(axis, axis, indexing="ij"), 2), (-1.01, 1.01, -1.01, 1.01), 40, 20)
    full = [int(k) for k in np.flatnonzero(dots.mean(0) > 0.95)]
    assert len(full) == 9 and dots.mean(1).max() > 0.95 and not dots[5, 5:9].any()
    line = folds(np.stack((axis, 0 * axis), 1)[None], (-1.01, 1.01, -1.01, 1.01), 40, 20)
    assert line.any(1).sum() == 1 and line.any(0).mean() > 0.95


def test_the_balance_is_a_line_at_its_value_with_its_name() -> None:
    def drawn(*balances: float) -> list[str]:
        series = [FINE.series["loss/discriminator"], FINE.series["loss/generator"]]
        found = [
            Loss(name, each, DARK.accent, value, "log 2")
            for name, each, value in zip("DG", series, balances, strict=True)
        ]
        return [strip.text for strip in losses(found, PLAIN, 60, 13)]

    text = drawn(np.log(2), np.log(2))
    (row,) = (k for k, each in enumerate(text) if "╌" in each)
    ticks = {float(each[:6]): k for k, each in enumerate(text[:-1]) if each[:6].strip()}
    near = min(ticks, key=lambda value: abs(value - np.log(2)))
    low, high = min(ticks), max(ticks)
    slope = (ticks[low] - ticks[high]) / (high - low)
    assert row == pytest.approx(ticks[near] - (np.log(2) - near) * slope, abs=1)
    assert any("D and G: log 2 = 0.693" in each for each in text)
    assert not any("╌" in each for each in drawn(np.nan, np.nan))
    assert text[-1].split() == ["step", "1", "301"]
    assert any("no losses yet" in s.text for s in losses([], PLAIN, 60, 9))


def test_histograms_have_their_answers_where_they_are() -> None:
    strips = opinions([("real", np.full(9, 0.75), DARK.good), ("fake", [0.0, 1.0], DARK.bad)], 0.5, PLAIN, 60, 3)
    real, fake, axis = (strip.text for strip in strips)
    left, room = 5, 60 - 5 - 7
    assert real.index("█") == left + int(0.75 * room) and real.count("█") == 1 and real.rstrip().endswith("0.75")
    assert fake[left] == fake[left + room - 1] == "█" and "│" in fake
    assert axis.split() == ["0", "0.5", "1", "mean"]


def test_images_come_class_by_class() -> None:
    assert in_turn(6, 2) == [0, 2, 4, 1, 3, 5]
    text = "\n".join(lines(images(), FINE, DARK, 60, 30))
    assert "generated" in text and "real" in text and "0.1" in text and "0.95" not in text.split("real")[0]


def test_the_record_is_printed_once() -> None:
    text = " ".join(line.strip() for record in records() for line in draw(record, 78, False))
    assert "modes: 3 of 4 covered, 100% of the generated points near one" in text and "missing: (-1,-1)" in text
    assert "loss of D 0.575    2 log 2 = 1.39 where nobody can tell" in text
    assert "above 0.5 (real, to it) on 50% of them" in text
    assert "\x1b" not in text


# the pane -------------------------------------------------------------------------------------------------------


class Session:
    """Answers at once."""

    def __init__(self, found: tuple[Record, ...], run: Run) -> None:
        self.status = Status(state="paused", model="gan", step=7)
        self.run, self.found = run, found
        self.answers: dict[str, Answer] = {}
        self.asked: list[Request] = []
        self.sent: list[Any] = []

    def subscribe(self, key: str, request: Request | None) -> None:
        """Record the wish, and answer it."""
        if isinstance(request, LookInside):
            self.asked.append(request)
            self.answers[key] = Answer(len(self.asked), request, Inside(7, request.probe, self.found))

    def send(self, command: Any) -> None:
        """Record it."""
        self.sent.append(command)


class Lab(App[None]):
    """An app with the pane and what it needs."""

    def __init__(self, found: tuple[Record, ...] | None = None, run: Run = FINE, model: str = "gan") -> None:
        super().__init__()
        self.session = Session(records() if found is None else found, run)
        self.draft = Job.of(model)
        self.ink: Ink = PLAIN
        self.set: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield ArenaPane(id="arena")

    def set_option(self, name: str, text: str) -> None:
        """As the lab's form."""
        self.set.append((name, text))

    @property
    def pane(self) -> ArenaPane:
        """The pane, up to date."""
        pane = self.query_one(ArenaPane)
        pane.focus()
        pane.pull()
        pane.pull()
        return pane

    @property
    def text(self) -> str:
        """What it shows."""
        return "\n".join(self.pane.render_line(y).text.rstrip() for y in range(self.pane.size.height))


async def test_keys_train_half_a_step() -> None:
    app = Lab(records(turn=1))
    async with app.run_test(size=(120, 30)) as pilot:
        assert "3 of 4 modes" in app.text and "step open: D trained once, g closes it" in app.text
        assert str(app.pane.border_title) == "arena: generator against discriminator"
        assert str(app.pane.border_subtitle) == "step 7"
        await pilot.press("d", "g", "b")
        assert app.session.sent == [Half("discriminator"), Half("generator"), Step(1)]
        app.session.status = Status(state="finished", model="gan")
        await pilot.press("d", "g", "b")
        assert len(app.session.sent) == 3, "what has ended trains no more"


async def test_keys_turn_rates_and_ratio() -> None:
    app = Lab()
    async with app.run_test(size=(120, 30)) as pilot:
        assert "lr G 0.002  lr D 0.004  D steps 1" in app.text
        await pilot.press("right_square_bracket", "k", "left_square_bracket", "k", "right_square_bracket")
        lr = app.draft.options
        assert app.set == [
            ("lr", show(2 * lr.lr)),  # type: ignore[attr-defined]
            ("lr_discriminator", show(lr.lr_discriminator / 2)),  # type: ignore[attr-defined]
            ("discriminator_steps", "2"),
        ]
        await pilot.press("left_square_bracket")
        assert len(app.set) == 3, "there is no game without steps of the discriminator"
        app.draft = Job.of("cnn")  # the form is about another model: the run says what is in force
        await pilot.press("k", "k", "right_square_bracket")
        assert app.session.sent == [Change("lr_discriminator", "0.008")]


async def test_layers_average_and_latents_are_the_users_choice() -> None:
    app = Lab()
    async with app.run_test(size=(120, 30)) as pilot:
        assert "M manifold" in app.text and "░" in app.text
        await pilot.press("M", "s", "R", "G", "V")
        assert all(f"({name})" in app.text for name in ("R real", "G fake", "S surface", "M manifold", "V arrows"))
        assert "░" not in "\n".join(app.text.split("\n")[:-3])
        await pilot.press("u", "n", "n")
        app.pane.pull()
        assert dict(app.session.asked[-1].settings) == {"averaged": True, "axes": 2.0}  # type: ignore[union-attr]
        await pilot.press("n")
        app.pane.pull()
        assert dict(app.session.asked[-1].settings)["axes"] == 0.0, "four numbers have three pairs"  # type: ignore[union-attr]


async def test_a_collapse_cannot_be_overlooked() -> None:
    app = Lab(records(covered=(False, False, False, True)), FALLEN)
    async with app.run_test(size=(120, 30)):
        first = app.text.split("\n")[0]
        assert first.strip() == "Mode collapse since step 300: 1 of 4 modes, after 4, 90% near a mode"
        assert "1 of 4 modes" in app.text and "missing (1,1) (-1,1) (-1,-1)" in app.text
    well = Lab()
    async with well.run_test(size=(120, 30)):
        assert "no collapse: all 4 modes since step 300" in well.text and "Mode collapse" not in well.text


async def test_hostile_names_and_errors_are_text() -> None:
    app = Lab(records(game_loss=np.array("\x1b]0;x\x07[/x]")))
    async with app.run_test(size=(120, 30)):
        assert "\x1b" not in app.text and "[/x]" in app.text
    app = Lab(())
    async with app.run_test(size=(60, 12)):
        assert "…" in app.text
        app.session.answers["arena/inside"] = Answer(
            9, LookInside("arena"), None, "cnn has no arena: no two networks play"
        )
        assert "no two networks play" in app.text
