"""The lab against a fake engine: keys become commands, states become words, and nothing foreign is obeyed."""

import pytest
from textual.widgets import Input, Label, OptionList

from dlviz.engine.training.commands import Change, Go, Load, Pause, Save, Step, Stop
from dlviz.engine.training.job import Job
from dlviz.tui.app import DlvizApp
from dlviz.tui.desk import Desk
from dlviz.tui.leaving import Farewell
from dlviz.tui.screens.choice import ChoiceScreen
from dlviz.tui.screens.help import HelpScreen
from dlviz.tui.screens.quit import QuitScreen
from dlviz.tui.screens.value import ValueScreen
from dlviz.tui.widgets.key_row import KeyRow
from dlviz.tui.widgets.status_bar import StatusBar, bar
from dlviz.tui.widgets.tab_row import TabRow

from .conftest import lab, text_of

pytestmark = pytest.mark.usefixtures("in_tmp")
HOSTILE = "[/x] \x1b]0;x\x07 [ \u202e \x9b31m"


async def test_the_engine_starts_after_the_first_picture(fake):
    async with lab(fake()) as (app, _):
        assert app.session.opened
        assert app.query_one(Desk).current == "models"


@pytest.mark.parametrize(
    ("state", "key", "command"),
    [
        ("running", "space", Pause()),
        ("paused", "space", Go()),
        ("running", "e", Stop()),
        ("paused", "a", Step(1)),
        ("paused", "A", Step(10)),
        ("running", "ctrl+s", Save()),
    ],
)
async def test_keys_become_commands(fake, state, key, command):
    async with lab(fake(state=state, model="cnn")) as (app, pilot):
        await pilot.press(key)
        assert app.session.sent == [command]


async def test_space_trains_what_the_form_says(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("space")
        assert app.session.sent == [Load(job=Job.of("cnn"), start=True)]


async def test_a_step_loads_first(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("a")
        assert app.session.sent == [Load(job=Job.of("cnn")), Step(1)]


async def test_space_goes_on_if_what_is_loaded_is_what_the_form_says(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("a")
        app.session.now(state="ready", model="cnn")
        app.session.sent.clear()
        await pilot.press("space")
        assert app.session.sent == [Go()]


async def test_moving_in_the_tree_chooses_a_model(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("down")
        await pilot.pause()
        assert app.draft.model == "resnet"
        await pilot.press("enter")
        await pilot.pause()
        assert app.session.sent == [Load(job=Job.of("resnet"), start=True)]
        assert app.query_one(Desk).current == "curves"


async def test_the_search_narrows_the_tree(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("slash", *"perceptron")
        await pilot.pause()
        assert app.draft.model == "mlp"
        await pilot.press("escape")
        await pilot.pause()
        assert app.query_one("#models").query_one(Input).value == ""


async def test_the_learning_rate_changes_in_flight(fake):
    async with lab(fake(state="running", model="cnn")) as (app, pilot):
        await pilot.press("less_than_sign")
        assert app.session.sent == [Change("lr", "0.005")]
        assert app.draft.options.lr == 0.005


async def test_an_option_that_is_not_live_waits_for_the_next_start(fake):
    async with lab(fake(state="running", model="cnn")) as (app, pilot):
        app.set_option("channels", "8,8")
        assert app.session.sent == []
        assert app.draft.options.channels == (8, 8)
        await pilot.press("r")
        assert app.session.sent == [Load(job=Job.of("cnn", ("channels=8,8",)), start=True)]


async def test_a_wrong_value_is_refused_in_words(fake):
    async with lab(fake()) as (app, pilot):
        app.set_option("lr", "abc")
        await pilot.pause()
        assert app.draft.options.lr == 0.01
        assert [n.message for n in app._notifications] == ["lr cannot be 'abc'; allowed: a number from 0 to 100"]


async def test_a_value_is_checked_while_it_is_typed(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("3", *["down"] * 2, "enter")
        await pilot.pause()
        assert isinstance(app.screen, ValueScreen)
        app.screen.query_one(Input).value = "nonsense"
        await pilot.pause()
        assert "cannot be" in str(app.screen.query_one("#trouble", Label).content)
        await pilot.press("enter")
        assert isinstance(app.screen, ValueScreen)
        app.screen.query_one(Input).value = "0.5"
        await pilot.press("enter")
        await pilot.pause()
        assert app.draft.options.lr == 0.5


async def test_left_and_right_turn_an_option(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("3", *["down"] * 5, "right")
        assert app.draft.options.activation == "leaky-relu"
        await pilot.press("backspace")
        assert app.draft.options.activation == "relu"


@pytest.mark.parametrize("state", ["idle", "ready", "finished", "stopped", "failed"])
async def test_quitting_with_nothing_to_lose(fake, state):
    session = fake(state=state)
    async with lab(session) as (app, pilot):
        await pilot.press("q")
        await app.workers.wait_for_complete()
    assert session.closed
    assert app.return_value == Farewell()


@pytest.mark.parametrize(
    ("keys", "farewell"),
    [
        (["enter"], Farewell(stopped="runs/x", model="cnn")),
        (["down", "enter"], Farewell(detach="runs/x", model="cnn")),
    ],
)
async def test_quitting_while_it_trains_asks(fake, keys, farewell):
    session = fake(state="running", model="cnn", run="runs/x")
    async with lab(session) as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, QuitScreen)
        assert not session.closed
        await pilot.press(*keys)
        await app.workers.wait_for_complete()
    assert session.closed
    assert app.return_value == farewell


async def test_quitting_can_be_cancelled(fake):
    async with lab(fake(state="running", model="cnn")) as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert not app.session.closed and app.is_running and not isinstance(app.screen, QuitScreen)


async def test_leaving_a_training_elsewhere_does_not_ask(fake):
    session = fake(remote=True, state="running", model="cnn")
    async with lab(session) as (app, pilot):
        await pilot.press("q")
        await app.workers.wait_for_complete()
    assert app.return_value == Farewell()


async def test_a_failure_is_shown_and_the_lab_lives(fake):
    async with lab(fake(state="running", model="cnn", step=3)) as (app, pilot):
        app.session.now(state="failed", message=HOSTILE + " went wrong")
        app.tick()
        await pilot.pause()
        shown = text_of(app.query_one(StatusBar))
        assert "failed" in shown and "went wrong" in shown
        assert "\x1b" not in shown and "\x9b" not in shown
        await pilot.press("space")
        assert isinstance(app.session.sent[-1], Load)


async def test_hostile_text_passes_every_pane(fake):
    session = fake(state="paused", model="cnn", message=HOSTILE, step=1)
    session.log.write(HOSTILE)
    session.run.name = HOSTILE
    session.run.add(1, 1.0, {HOSTILE: 2.0})
    session.run.mark(1, 1.0, HOSTILE)
    async with lab(session, size=(200, 60)) as (app, pilot):
        for key in "1234567890":
            await pilot.press(key)
            app.tick()
            await pilot.pause()
        screen = app.export_screenshot()
        assert "\x1b" not in screen and "\x07" not in screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_every_pane_comes_at_every_size(fake, size):
    async with lab(fake(), size=size) as (app, pilot):
        desk = app.query_one(Desk)
        for key, name in zip("12345678", ("models", "card", "options", "curves"), strict=False):
            await pilot.press(key)
            await pilot.pause()
            assert desk.current == name
            assert desk.query_one(f"#{name}").display
            assert name in app.query_one(TabRow).shown


async def test_the_terminal_changes_its_size_at_any_moment(fake):
    async with lab(fake(state="running", model="cnn")) as (app, pilot):
        for size in ((200, 60), (80, 24), (30, 8), (120, 40), (1, 1), (160, 50)):
            await pilot.resize_terminal(*size)
            app.tick()
            await pilot.pause()
        assert app.query_one("#layers").display


async def test_full_screen_and_back(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("4", "f")
        await pilot.pause()
        curves = app.query_one("#curves")
        assert curves.outer_size == (120, 37)
        assert app.query_one(StatusBar).region.y == 0 and curves.region.y == 2
        await pilot.press("f")
        await pilot.pause()
        assert curves.outer_size.width < 120


async def test_borders_move_by_key_and_by_mouse(fake):
    async with lab(fake()) as (app, pilot):
        curves = app.query_one("#curves")
        before = curves.region
        await pilot.press("ctrl+right")
        await pilot.pause()
        assert curves.region.x > before.x
        x = curves.region.x
        await pilot.mouse_down(offset=(x, 10))
        await pilot.hover(offset=(x + 12, 10))
        await pilot.mouse_up(offset=(x + 12, 10))
        await pilot.pause()
        assert curves.region.x == x + 12


async def test_help_explains_what_has_the_focus(fake):
    async with lab(fake()) as (app, pilot):
        for key in "12345667890":  # 6 goes through the views
            await pilot.press(key, "question_mark")
            await pilot.pause()
            assert isinstance(app.screen, HelpScreen)
            assert len(app.query_one(Desk).pane.HELP) > 100
            await pilot.press("escape")
            await pilot.pause()


async def test_the_key_row_says_what_space_does(fake):
    async with lab(fake(state="running", model="cnn"), size=(80, 24)) as (app, pilot):
        app.tick()
        await pilot.pause()
        assert "space Pause" in text_of(app.query_one(KeyRow))
        app.session.now(state="paused")
        app.tick()
        await pilot.pause()
        row = text_of(app.query_one(KeyRow))
        assert "space Go on" in row and row.rstrip().endswith("q Quit")


async def test_nothing_is_sent_while_nothing_changes(fake):
    session = fake(state="paused", model="cnn", step=10)
    session.run.add(1, 1.0, {"loss/train": 2.0})
    async with lab(session) as (app, pilot):
        app.tick()
        await pilot.pause()
        drawn = []
        for pane in app.query_one(Desk).children:
            pane.refresh = lambda *a, name=pane.id, **k: drawn.append(name)
        for _ in range(20):
            app.tick()
            await pilot.pause()
        assert drawn == []


async def test_hidden_panes_ask_for_nothing(fake):
    async with lab(fake(state="running", model="cnn"), size=(80, 24)) as (app, pilot):
        await pilot.press("5")
        await pilot.pause()
        app.tick()
        assert any(key.startswith("layers/") for key in app.session.wanted)
        await pilot.press("4")
        await pilot.pause()
        app.tick()
        assert app.session.wanted == {}


async def test_an_attached_lab_follows_the_options_there(fake):
    session = fake(remote=True, state="running", model="mlp")
    async with lab(session) as (app, pilot):
        session.run.config = Job.of("mlp", ("lr=0.5", "hidden=7"), seed=3).to_json()
        app.tick()
        assert app.draft == Job.of("mlp", ("lr=0.5", "hidden=7"), seed=3)
        await pilot.press("r")
        assert session.sent == []


async def test_the_house_theme_is_on_from_the_first_picture(fake, monkeypatch):
    monkeypatch.setenv("COLORTERM", "truecolor")
    async with lab(fake()) as (app, _):
        assert app.theme == "dlviz-dark" and app.ink.background == "#101418"
        assert app.screen.styles.background.hex.lower() == "#101418"
        assert app.theme_variables["accent"].lower() == app.ink.accent


async def test_themes_change_every_pane(fake):
    async with lab(fake()) as (app, pilot):
        app.theme = "dlviz-light"
        await pilot.pause()
        assert not app.ink.dark
        assert app.query_one(StatusBar).ink == app.ink


@pytest.mark.parametrize("width", [1, 20, 40, 80, 120, 200])
def test_the_status_line_fits(fake, width):
    session = fake(state="running", model="cnn", step=1234, steps=100_000, rate=321.0, loss=1e-12, parameters=6138)
    app_ink = DlvizApp().ink
    assert bar(session.status, app_ink, width, 12345.0).cell_length == width


async def test_options_come_in_the_order_of_use(fake):
    async with lab(fake()) as (app, pilot):
        options = app.query_one("#options")
        names = [rule.name for rule in options.rules]
        assert names[:5] == ["data", "steps", "lr", "batch", "seed"]
        assert names[5] == "activation" and names.index("pool") < names.index("optimizer")
        await pilot.press("3", "end", "right")
        assert options.rules[-1].name == "test_shift" and app.draft.options.test_shift == 1
        await pilot.press("home", "down", "right")
        assert app.draft.options.steps == 1200


async def test_choices_are_chosen_from_a_list(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("3", *["down"] * 6, "enter")
        await pilot.pause()
        assert isinstance(app.screen, ChoiceScreen) and app.screen.query_one(OptionList).highlighted == 0
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.draft.options.batch_norm is False
        await pilot.press("up", "enter")
        await pilot.pause()
        await pilot.press("j", "enter")
        await pilot.pause()
        assert app.draft.options.activation == "leaky-relu"
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one(OptionList).highlighted == 1
        await pilot.press("down", "escape")
        await pilot.pause()
        assert app.draft.options.activation == "leaky-relu"


async def test_data_is_a_name_or_a_path(fake):
    async with lab(fake()) as (app, pilot):
        await pilot.press("3", "enter", "down", "enter")
        await pilot.pause()
        assert app.draft.data == "digits14"
        await pilot.press("enter", "end", "enter")
        await pilot.pause()
        assert isinstance(app.screen, ValueScreen)
        app.screen.query_one(Input).value = "my[/x].csv"
        await pilot.press("enter")
        await pilot.pause()
        assert app.draft.data == "my[/x].csv" and not isinstance(app.screen, ChoiceScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one(OptionList).highlighted_option is not None
        await pilot.press("escape")


async def test_the_keys_of_help_take_a_line_each(fake):
    async with lab(fake(), size=(80, 24)) as (app, pilot):
        await pilot.press("3", "question_mark")
        await pilot.pause()
        keys = [cell for cell in app.screen.query(".cell") if str(cell.content) in ("space", "a", "A")]
        rows = sorted(cell.region.y for cell in keys)
        assert len(rows) == 3 and rows[1] - rows[0] == rows[2] - rows[1] == 1
