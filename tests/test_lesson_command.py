"""`dlviz lesson` and `dlviz verify` on the command line."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dlviz.engine.lessons.index import NAMES

DLVIZ = [sys.executable, "-m", "dlviz"]


def run(*words: str, status: int = 0) -> str:
    done = subprocess.run([*DLVIZ, *words], capture_output=True, text=True, timeout=150, stdin=subprocess.DEVNULL)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def test_the_index_is_printed_where_there_is_no_terminal():
    text = run("lesson")
    assert all(name in text for name in NAMES) and "\x1b" not in text
    listed = json.loads(run("lesson", "--json"))
    assert [lesson["name"] for lesson in listed] == list(NAMES)


def test_a_lesson_as_json():
    document = json.loads(run("lesson", "convolution", "--json"))
    assert {"name", "title", "notes", "settings", "frames", "facts"} <= set(document)
    e4 = next(fact for fact in document["facts"] if fact["id"] == "E4" and "dense" in fact["computed"])
    assert (e4["computed"]["dense"], e4["computed"]["convolution"]) == (1332, 10) and e4["holds"]
    assert all(fact["holds"] for fact in document["facts"])


def test_one_frame_as_json():
    here = json.loads(run("lesson", "convolution", "--scene", "2", "--frame", "2", "--json"))["here"]
    assert (here["scene"], here["frame"]) == ("average", 2) and here["frames"] > 1 and here["caption"]
    assert {"name", "title", "kind"} == set(here["figures"][0])
    untrained = json.loads(run("lesson", "gan", "--scene", "collapse", "--json"))["here"]
    assert untrained["frames"] is None and untrained["figures"] == []


def test_a_preset_is_printed_with_what_comes_of_it():
    text = run("lesson", "gan", "--preset", "collapse", "--plain", "--frame", "1")
    assert text.startswith("Preset collapse (goes wrong): ") and "THE ARENA" in text and "THE BALANCE" not in text


def test_a_sentence_of_ones_own_is_printed():
    text = run("lesson", "attention", "--set", "text=The cat sat on the mat because it was tired.", "--plain")
    assert "tired" in text and "softmax" in text.lower()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lesson", "convolutoin"), "no lesson 'convolutoin'; did you mean convolution?"),
        (("lesson", "convolution", "--set", "strid=2"), "no setting 'strid'; did you mean stride?"),
        (("lesson", "convolution", "--set", "stride=x"), "stride cannot be 'x'; allowed: a whole number from 1"),
        (("lesson", "convolution", "--preset", "x"), "has no preset 'x'; allowed:"),
        (("lesson", "convolution", "--scene", "99", "--plain"), "has no scene '99'"),
        (("lesson", "convolution", "--frame", "99", "--plain"), "--frame 99 is not there: scene 1 of convolution has"),
        (("lesson", "convolution", "--cell", "1,1", "--plain"), "--cell wants --figure"),
        (("lesson", "diffusion"), "did you mean forward-diffusion or reverse-diffusion or gan-vs-diffusion?"),
        (("lesson", "conv"), "did you mean convolution?"),
        (("verify", "--only", "convolutoin"), "did you mean convolution?"),
        (("verify", "--only", "nope"), "no lesson 'nope'; allowed: pixels"),
    ],
)
def test_wrong_words_are_told(words, said):
    assert said in run(*words, status=2)


def test_verify_of_one_lesson():
    document = json.loads(run("verify", "--only", "stride", "--quick", "--json"))
    assert {"F1", "F2", "F3"} <= {fact["id"] for fact in document["facts"]}
    assert document["failed"] == 0 and document["held"] == len(document["facts"])
    text = run("verify", "--only", "stride", "--quick")
    assert "F1" in text and "facts hold" in text


def test_a_fact_that_fails_is_status_1(tmp_path: Path):
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import dlviz.engine.lessons.study.verify as v\n"
        "from dlviz.engine.lessons.kit.facts import Fact\n"
        "from dlviz.commands import verify as command\n"
        "bad = Fact(lesson='stride', id='F1', claim='broken', computed=1, expected=2, holds=False)\n"
        "command.computing = lambda work, told: [bad]\n"
        "command.verify(('stride',), seeds=1, quick=True, json=False)\n"
    )
    done = subprocess.run([sys.executable, str(broken)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "0 of 1 facts hold" in done.stdout and "broken" in done.stdout


def test_the_screen_opens_in_a_terminal_steps_and_leaves_nothing_behind(tmp_path: Path):
    pid, terminal = pty.fork()
    if not pid:
        os.environ.update(TERM="xterm-256color", COLUMNS="100", LINES="30", XDG_STATE_HOME=str(tmp_path))
        os.execv(sys.executable, [*DLVIZ, "lesson", "stride"])
    seen = _read(terminal, rb"1 of (?!1\b)\d+")
    os.write(terminal, b"]")
    _until(terminal, lambda: len(_seen_scenes(tmp_path)) == 2)
    workers = psutil.Process(pid).children(recursive=True)
    assert workers
    os.write(terminal, b"q")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0 and b"stride" in seen
    assert len(_seen_scenes(tmp_path)) == 2
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive


def _seen_scenes(folder: Path) -> list[str]:
    """The scenes of the lesson on strides that the screen says were seen."""
    path = folder / "dlviz" / "lessons.json"
    return json.loads(path.read_text())["stride"] if path.exists() else []


def _until(terminal: int, done: Callable[[], bool]) -> None:
    """Read what the terminal gets until something has happened."""
    end = time.monotonic() + 60
    while not done() and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            os.read(terminal, 65536)
    assert done()


def _read(terminal: int, pattern: bytes) -> bytes:
    """What the terminal gets until the pattern is there."""
    seen, end = b"", time.monotonic() + 60
    while not re.search(pattern, seen) and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536)
    assert re.search(pattern, seen), seen[-2000:]
    return seen
