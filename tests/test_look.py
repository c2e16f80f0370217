"""`dlviz look`: what a probe found in a stored run, once; and one sentence for what makes no sense."""

import json
from pathlib import Path

import pytest

from dlviz.commands.look import look, settings
from dlviz.engine.options import OptionError
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.training.job import Job
from dlviz.engine.training.train import train


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A little training of a vae."""
    directory = tmp_path_factory.mktemp("runs") / "vae"
    train(Job.of("vae", steps=2), run_dir=str(directory))
    return str(directory)


def test_the_records_as_lines_and_as_json(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    look(run, LookInside("latent", settings=settings(["x=0.5", "y=-1"])), json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{Path(run).name}: latent at step 2" and all(len(line) <= 78 for line in lines)
    look(run, LookInside("latent"), json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["step"] == 2 and {"tag", "kind", "arrays"} == document["records"][0].keys()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (LookInside("nothing"), "no probe 'nothing'; there are: "),
        (LookInside("latent", settings=(("foo", 1.0),)), "latent of vae has no setting 'foo'; it reads: class, "),
        (LookInside("latent", index=360), "index cannot be 360; the test split has examples 0 to 359"),
        (LookInside("latent", text="hello"), "latent of vae reads no text"),
    ],
)
def test_what_would_be_ignored_is_refused(run: str, asked: LookInside, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        look(run, asked, json=True)


def test_a_model_without_the_thing_says_so(run: str) -> None:
    with pytest.raises(ValueError, match="no attention"):
        look(run, LookInside("attention"), json=True)
