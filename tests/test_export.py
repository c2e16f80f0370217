"""`dlviz export`: tables that pandas reads, JSON with every point, pictures that XML parsers read, harmless text."""

import json
import math
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import dlviz

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name, lr in (("a", 0.1), ("b", 0.2)):
        with dlviz.Run(tmp_path / "runs" / name, config={"lr": lr, "note": "<b>&"}) as run:
            for step in range(50):
                run.log(step, {"loss<x>": lr / (step + 1), "acc": step / 50})
            run.log(50, acc=math.nan)
            run.log(3, lonely=1.0)
    return tmp_path / "runs"


def _export(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "dlviz", "export", *arguments], capture_output=True, text=True)


def test_csv_has_a_line_a_point_as_pandas_reads_it(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = _export(str(runs), "--csv", "-o", str(out))
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(out)
    assert list(table.columns) == ["run", "tag", "step", "time", "value"]
    assert len(table) == 2 * (50 + 51 + 1)
    loss = table[(table.run == "a") & (table.tag == "loss<x>")]
    assert loss.step.tolist() == list(range(50)) and math.isclose(loss.value.iloc[9], 0.01, rel_tol=1e-6)
    assert table[table.tag == "acc"].value.isna().sum() == 2


def test_json_has_every_point_of_the_tags_and_runs_that_match(runs: Path) -> None:
    done = _export(str(runs), "--json", "--tags", "^acc$", "--runs", "lr=0.2")
    document = json.loads(done.stdout)
    (run,) = document["runs"]
    assert run["name"] == "b" and [one["tag"] for one in run["series"]] == ["acc"]
    assert run["series"][0]["steps"] == list(range(51)) and run["series"][0]["values"][-1] == "NaN"


def test_svg_is_well_formed_and_draws_every_run_in_every_chart(runs: Path) -> None:
    done = _export(str(runs), "--svg", "--smooth", "0.5")
    root = ElementTree.fromstring(done.stdout)
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"a", "b", "loss<x>", "acc"} <= set(texts)
    lines = [e for e in root.iter(f"{SVG}path") if e.get("fill") == "none"]
    assert len(lines) >= 2 * 3
    assert len(list(root.iter(f"{SVG}circle"))) >= 2  # the lonely points


def test_html_stands_alone_and_what_runs_say_is_text(runs: Path) -> None:
    page = _export(str(runs), "--html").stdout
    assert "<script" not in page and "href" not in page and "src=" not in page
    assert "loss&lt;x&gt;" in page and "<x>" not in page
    assert "What differs in their configs" in page and ">0.1<" in page and ">0.2<" in page


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["nowhere", "--csv"], 1, "there is no such folder or file"),
        ([".", "--csv", "--json"], 2, "needs one of --csv, --json, --svg, --html"),
        ([".", "--svg", "--scale", "cubic"], 2, "allowed: linear, log y"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments: list[str], status: int, words: str) -> None:
    done = _export(*arguments)
    assert done.returncode == status and words in done.stderr and "Traceback" not in done.stderr


def test_an_export_that_fails_leaves_the_file_that_was_there(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept.svg"
    out.write_text("good")
    assert _export(str(runs), "--svg", "--tags", "^nothing$", "-o", str(out)).returncode == 1
    assert out.read_text() == "good" and sorted(p.name for p in tmp_path.iterdir()) == ["kept.svg", "runs"]


def test_no_run_that_matches_is_said(runs: Path) -> None:
    done = _export(str(runs), "--svg", "--tags", "^nothing$")
    assert done.returncode == 1 and "no run that is chosen has a series" in done.stderr
