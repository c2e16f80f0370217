"""The denoise pane against a session that answers by hand: keys, walking on, playing, every size and ink."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult

from dlviz.engine.probes.requests import Answer, Inside, LookInside, Request
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.training.job import Job
from dlviz.engine.training.status import Status
from dlviz.tui.panes.denoise.choice import Choice
from dlviz.tui.panes.denoise.lab import DenoiseLab
from dlviz.tui.panes.denoise.pane import DenoisePane
from dlviz.tui.panes.denoise.scene import Playing, scene
from dlviz.tui.plain_records import draw
from dlviz.tui.render.denoise.cloud import cloud
from dlviz.tui.render.denoise.curve import snr_chart
from dlviz.tui.render.denoise.film import Film, ratio
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink

CLASSES = ("zero", "[/x]", "\x1b]0;x\x07two")


def record(shape: tuple[int, ...] = (1, 8, 8), steps: int = 20, walked: int | None = None, **settings: Any) -> Record:
    """A trajectory in which every frame is one number: x_t = 1 - t / 1000, so that frames can be told apart."""
    walked = steps if walked is None else walked
    t = np.array([round(1000 * (1 - k / steps)) for k in range(walked + 1)])
    count = 30 if shape == (2,) else 1
    share = (1 - t / 1000).reshape(-1, *[1] * (len(shape) + 1))
    spread = np.random.default_rng(0).normal(size=(count, *shape)) if shape == (2,) else np.ones((count, *shape))
    x = (share * np.sign(spread) if shape == (2,) else 2 * share * spread - 1).astype(np.float32)
    alpha_bar = 1 - t / 1000
    with np.errstate(divide="ignore"):
        snr = alpha_bar / (1 - alpha_bar)
    arrays = {
        "x": x, "eps": np.zeros_like(x), "x0": x, "t": t, "alpha_bar": alpha_bar, "snr": snr,
        "center": np.array(0.0 if shape == (2,) else 0.5), "unit": np.array(0.5), "steps": np.array(steps),
        "walked": np.array(walked), "of_step": np.array(settings.get("of_step", 40)),
        "seed": np.array(settings.get("seed", 0)), "guidance": np.array(settings.get("guidance", 0.0)),
        "sampler": np.array(settings.get("sampler", "ddpm")), "labels": np.full(count, settings.get("label", 1)),
    }  # fmt: skip
    if shape == (2,):
        arrays |= {"centers": np.array([[1.0, 1], [-1, -1]]), "real": np.zeros((5, 2)), "labels": np.full(count, -1)}
    else:
        arrays |= {"classes": np.array(CLASSES), "named": np.full((len(t), 1), 1), "sure": np.full((len(t), 1), 0.5)}
    return Record(tag=f"denoising/{arrays['sampler']}", kind="denoising", step=40, arrays=arrays)


class Session:
    """Answers what is asked as the probe would; walks `chunk` steps an answer."""

    def __init__(self, shape: tuple[int, ...] = (1, 8, 8), chunk: int = 1000, path: str = "") -> None:
        self.status = Status(state="finished", model="diffusion")
        self.run = Run("fake", path)
        self.answers: dict[str, Answer] = {}
        self.shape, self.chunk = shape, chunk
        self.asked: list[LookInside] = []
        self.walked: dict[tuple[Any, ...], int] = {}
        self.of_step = 40

    def subscribe(self, key: str, request: Request | None) -> None:
        """Answer at once."""
        if request is not None:
            assert isinstance(request, LookInside)
            self.asked.append(request)
            self.respond(key, request)

    def respond(self, key: str, request: LookInside) -> None:
        """A chunk more of what is asked for."""
        told: dict[str, Any] = {name: value for name, value in request.settings if name not in ("seconds", "part")}
        steps = int(told.get("steps", 20))
        of = (*sorted(told.items()), request.index, self.of_step)
        self.walked[of] = gone = min(self.walked.get(of, 0) + self.chunk, steps)
        settings = {
            "seed": int(told.get("seed", 0)), "guidance": told.get("guidance", 0.0), "of_step": self.of_step,
            "sampler": told.get("sampler", "ddpm"), "label": -1 if told.get("class") == "any" else told.get("class", 1),
        }  # fmt: skip
        found = [record(self.shape, steps, gone, **settings)]
        if told.get("beside"):
            other = "forward" if told["beside"] == "forward" else "ddim"
            found.append(record(self.shape, steps, gone, **{**settings, "sampler": other, "label": 1}))
        version = self.answers[key].version + 1 if key in self.answers else 1
        self.answers[key] = Answer(version, request, Inside(self.of_step, "denoise", tuple(found)))


class Lab(App[None]):
    """An app with the pane and what it needs."""

    def __init__(self, session: Session | None = None, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = session or Session()
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield DenoisePane(id="denoise")

    @property
    def pane(self) -> DenoisePane:
        """The pane, up to date."""
        pane = self.query_one(DenoisePane)
        pane.focus()
        for _ in range(3):
            pane.pull()
        return pane

    def told(self, name: str) -> Any:
        """A setting of the newest question."""
        assert self.pane
        return self.session.asked[-1].get(name, None)


def text(pane: DenoisePane) -> str:
    """What the pane shows."""
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_the_end_is_shown_with_all_settings() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)):
        shown = text(app.pane)
        assert "s ddpm  n 20 steps  S seed 0  c class [/x]  u guidance 0  p ■ 8/s" in shown
        assert "x_t, t = 0" in shown and "predicted noise" in shown and "predicted x_0: [/x] 50%" in shown
        assert "t 0 of 1000" in shown and "alpha-bar 1" in shown and "SNR ∞ (log)" in shown
        assert "images 0..1, clipped" in shown and "scale: noise" in shown
        assert str(app.pane.border_title) == "denoise: from noise to data"
        assert str(app.pane.border_subtitle) == "step 40"


async def test_steps_on_and_back() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("left", "left")
        shown = text(app.pane)
        assert "x_t, t = 100" in shown and "alpha-bar 0.9" in shown and "SNR 9 (log)" in shown
        await pilot.press("right")
        assert "x_t, t = 50" in text(app.pane)
        await pilot.press("home", "left")
        assert "x_t, t = 1000" in text(app.pane) and "SNR 0 (log)" in text(app.pane)
        await pilot.press("end", "right")
        assert "x_t, t = 0" in text(app.pane)


async def test_playing_goes_from_noise_to_data_and_stops() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("p")
        assert "▶ 8/s" in text(app.pane) and "t = 1000" in text(app.pane)
        for _ in range(30):
            app.pane.next_frame()
        assert "■ 8/s" in text(app.pane) and "t = 0" in text(app.pane)
        await pilot.press("up", "up", "up", "up")
        assert "■ 30/s" in text(app.pane)
        await pilot.press(*["down"] * 9)
        assert "■ 1/s" in text(app.pane)
        await pilot.press("p", "right")
        assert "■ 1/s" in text(app.pane) and "t = 950" in text(app.pane)


async def test_every_setting_has_its_key() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("s")
        assert app.told("sampler") == "ddim" and "s ddim" in text(app.pane)
        await pilot.press("n")
        assert app.told("steps") == 50.0 and "n 50 steps" in text(app.pane)
        await pilot.press("N", "N")
        assert app.told("steps") == 10.0
        await pilot.press("c")
        assert app.told("class") == 2.0 and "c class two" in text(app.pane)
        await pilot.press("c")
        assert app.told("class") == "any" and "c class any" in text(app.pane)
        await pilot.press("u", "u", "G")
        assert app.told("guidance") == 1.5 and "u guidance 1.5" in text(app.pane)
        await pilot.press("U")
        assert app.told("guidance") == 1.0
        await pilot.press("S", "full_stop", "comma")
        assert app.told("seed") == 1.0 and "S seed 1" in text(app.pane)
        await pilot.press("o", "full_stop")
        assert app.told("beside") == "forward" and app.session.asked[-1].index == 1 and app.told("seed") == 1.0
        assert "real, a [/x], noised" in text(app.pane)
        assert str(app.pane.border_title) == "denoise: from noise to data beside a real image"
        await pilot.press("v")
        assert app.told("beside") == "sampler" and "ddim: x_t" in text(app.pane)
        await pilot.press("v")
        assert app.told("beside") is None and app.session.asked[-1].index == 0


async def test_it_walks_on_until_the_data_are_reached() -> None:
    app = Lab(Session(chunk=6))
    async with app.run_test(size=(120, 40)):
        pane = app.query_one(DenoisePane)
        seen = []
        for _ in range(8):
            pane.pull()
            seen.append(str(pane.border_subtitle))
        assert [one.partition(" ·")[0] for one in seen[:4]] == ["walked 6 of 20", "walked 12 of 20", "walked 18 of 20",
                                                                "step 40"]  # fmt: skip
        assert [look.get("part", 0) for look in app.session.asked] == [0.0, 6.0, 12.0, 18.0], "and then no more"


async def test_while_it_trains_a_whole_walk_stays_until_the_next_is_whole() -> None:
    app = Lab(Session(chunk=20))
    session = app.session
    session.status = Status(state="running", model="diffusion")
    async with app.run_test(size=(120, 40)):
        assert str(app.pane.border_subtitle) == "step 40"
        asked = len(session.asked)
        session.chunk, session.of_step = 7, 80
        for expected in ("step 40", "step 40", "step 80"):
            session.respond("denoise/inside", session.asked[-1])  # as the engine does in its turn
            assert str(app.pane.border_subtitle) == expected
        assert len(session.asked) == asked, "the pane does not press"
        assert session.asked[-1].get("seconds", 1) == 0.05


async def test_other_settings_are_walked_at_once_even_while_it_trains() -> None:
    app = Lab(Session(chunk=20))
    app.session.status = Status(state="running", model="diffusion")
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        app.session.chunk = 10
        await pilot.press("n")
        for _ in range(6):
            app.pane.pull()
        assert app.told("steps") == 50.0 and app.session.walked[(("seed", 0.0), ("steps", 50.0), 0, 40)] == 50


async def test_what_the_training_kept_can_be_gone_back_to(tmp_path: Path) -> None:
    folder = tmp_path / "records" / "denoising"
    folder.mkdir(parents=True)
    for step in (10, 30):
        images = np.linspace(0, 1, 3)[:, None, None, None] * np.ones((3, 1, 8, 8))
        np.savez(folder / f"{step:09d}.npz", __kind__=np.array("strip"), images=images, x0=images,
                 t=np.array([1000, 500, 0]))  # fmt: skip
    app = Lab(Session(path=str(tmp_path)))
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("left_curly_bracket")
        assert str(app.pane.border_subtitle) == "step 30, kept, 2 of 2"
        assert "not kept" in text(app.pane) and "s kept" in text(app.pane) and "alpha-bar –" in text(app.pane)
        await pilot.press("left_curly_bracket", "left")
        assert "step 10" in str(app.pane.border_subtitle) and "x_t, t = 500" in text(app.pane)
        await pilot.press("vertical_line")
        assert str(app.pane.border_subtitle) == "step 40"


async def test_points_have_no_classes_to_choose_from() -> None:
    app = Lab(Session((2,)))
    async with app.run_test(size=(120, 40)) as pilot:
        shown = text(app.pane)
        assert "s ddpm  n 20 steps  S seed 0  p ■ 8/s" in shown and "class" not in shown
        assert "+ a mode; window 3.2 high" in shown
        asked = len(app.session.asked)
        await pilot.press("c", "u")
        assert app.pane and len(app.session.asked) == asked


async def test_what_cannot_be_shown_is_a_sentence() -> None:
    app = Lab()
    async with app.run_test(size=(100, 20)) as pilot:
        assert app.pane
        request = app.session.asked[-1]
        app.session.answers = {"denoise/inside": Answer(90, request, None, "cnn does not denoise: it learns classes")}
        assert "cnn does not denoise: it learns classes" in text(app.pane)
        await pilot.press("p", "left", "s", "n", "c", "u")
        damaged = Record(
            tag="denoising", kind="denoising", step=1, arrays={"walked": np.array(3), "steps": np.array(3)}
        )
        app.session.answers = {"denoise/inside": Answer(91, request, Inside(1, "denoise", (damaged,)))}
        assert "the records of this trajectory cannot be read" in text(app.pane)
        app.session.answers, app.session.status = {}, Status()
        app.pane._whole = None
        assert "no model is loaded" in text(app.pane)


async def test_a_click_on_the_strip_goes_there() -> None:
    app = Lab(ink=DARK)
    async with app.run_test(size=(120, 40)) as pilot:
        drawn = app.pane._scene
        assert drawn is not None and drawn.strip is not None
        await pilot.click("#denoise", offset=(2, drawn.top + 2))
        assert "x_t, t = 1000" in text(app.pane)


async def test_the_command_line_opens_the_lab_on_it(fake: Any, in_tmp: Path) -> None:
    session = fake(state="finished", model="diffusion", step=9, steps=9)
    session.run.config = Job.of("diffusion", ()).to_json()
    app = DenoiseLab(Choice("ddim", 100, 3, "7", 1.5), session=session)
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(20):
            await pilot.pause()
            app.tick()
            if "denoise/inside" in session.wanted:
                break
        assert isinstance(app.focused, DenoisePane)
        look = session.wanted["denoise/inside"]
        assert [look.get(name, None) for name in ("sampler", "steps", "seed", "class", "guidance")] == [
            "ddim", 100.0, 3.0, "7", 1.5]  # fmt: skip


@pytest.mark.parametrize("ink", (DARK, LIGHT, ANSI16_DARK, PLAIN), ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize("shape", ((1, 8, 8), (3, 40, 30), (2,)), ids=("grey", "colour", "points"))
@pytest.mark.parametrize("films", (1, 2))
def test_every_size_and_ink_is_drawn(shape: tuple[int, ...], ink: Ink, films: int) -> None:
    shown = [Film.of(record(shape, sampler=name).arrays) for name in ("ddpm", "forward")[:films]]
    for width, height in ((36, 10), (50, 12), (58, 27), (78, 20), (84, 19), (118, 36), (190, 50)):
        strips = scene(shown, 7, Playing(False, 8), width, height, ink).strips
        assert len(strips) <= height and {strip.cell_length for strip in strips} == {width}
        assert "650" in "\n".join(strip.text for strip in strips), "t is told at every size"


def test_the_smallest_pane_still_tells_all_settings() -> None:
    shown = scene([Film.of(record(label=0).arrays)], 0, Playing(True, 15), 36, 10, PLAIN).strips
    assert shown[0].text.rstrip() == "s ddpm n 20 S 0 c zero u 0 p ▶ 15/s"


def test_numbers_that_are_none_are_drawn_as_such() -> None:
    broken = record()
    broken.arrays["x"][3], broken.arrays["x0"][3], broken.arrays["eps"][3] = np.nan, np.inf, np.nan
    strips = scene([Film.of(broken.arrays)], 3, Playing(False, 8), 118, 36, ANSI16_DARK).strips
    assert "xx" in "\n".join(strip.text for strip in strips)
    points = record((2,))
    points.arrays["x"][5:] = np.nan
    assert scene([Film.of(points.arrays)], 7, Playing(False, 8), 118, 36, DARK).strips


def test_particles_lie_where_they_are() -> None:
    corners = np.array([[-3.0, 3.0], [3.0, 3.0], [3.0, -3.0], [0.05, -0.05], [99.0, 0.0], [np.nan, 0.0]])
    strips = cloud(corners, np.zeros(6), 16, 8, PLAIN, np.array([[-1.6, 0.8]]))
    assert "\n".join(strip.text for strip in strips) == "\n".join(
        (
            "⠐              ⠐",
            "                ",
            "                ",
            "    +           ",
            "        ⠁       ",
            "                ",
            "                ",
            "               ⢀",
        )
    )


def test_the_ratio_grows_on_its_logarithmic_scale() -> None:
    film = Film.of(record(steps=999).arrays)
    strips = snr_chart(film, 999, 40, 9, PLAIN)
    assert strips[0].text.startswith("SNR ∞ (log)") and " 1e4" in strips[1].text and "1e-4" in strips[-1].text
    assert strips[8].text[5] != " " and strips[1].text[5] == " ", "it begins at the bottom"
    assert strips[4].text[22:24].strip() or strips[5].text[22:24].strip(), "and is 1 in the middle"
    assert (ratio(np.inf), ratio(np.nan), ratio(0.25)) == ("∞", "–", "0.25")


def test_choices_go_round() -> None:
    film = Film.of(record(label=2).arrays)
    choice = Choice()
    assert choice.other_class(film, 1).label == "any" and choice.other_class(film, -1).label == 1.0
    assert choice.other_steps(film, 1).steps == 50 and choice.other_steps(film, -1).steps == 10
    assert choice.other_guidance(film, -1).guidance == 6.0
    assert choice.turned(-1).seed == 2**32 - 1
    assert Choice(beside="forward").turned(-1).index == 0


def test_on_paper_it_is_a_strip_of_frames() -> None:
    lines = draw(record((1, 2, 2), steps=3), 56, False)
    assert lines == [
        "denoising/ddpm: 2x2 pixels, ddpm, 3 steps, seed 0, class",
        "  [/x], guidance 0",
        "x_t               ----    ****    @@@@",
        "                  ----    ****    @@@@",
        "noise     ====    ====    ====    ====",
        "          ====    ====    ====    ====",
        "x_0               ----    ****    @@@@",
        "                  ----    ****    @@@@",
        "t         1000    667     333     0",
        "alpha-bar 0       0.333   0.667   1",
        "SNR       0       0.499   2       ∞",
        "",
        "shown: images 0..1 (clipped), noise -3..3; 4 of 4 frames",
        "the classifier of digits names [/x] 50%",
    ]
    assert any("\x1b[38;2" in line for line in draw(record(), 78, True))
    damaged = Record(tag="denoising/x", kind="denoising", step=0, arrays={"x": np.zeros(3)})
    assert draw(damaged, 60, False)[0].startswith("denoising/x: not drawn")
