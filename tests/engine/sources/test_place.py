"""What names a place on another machine, and what does not."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.sources.checksum import cksum
from dlviz.engine.runs.sources.mirror import Stat
from dlviz.engine.runs.sources.place import Place, place_of


@pytest.mark.parametrize(
    ("spec", "user", "host", "port", "path"),
    [
        ("me@gpu1:runs", "me", "gpu1", None, "runs"),
        ("gpu1:/scratch/a b", "", "gpu1", None, "/scratch/a b"),
        ("gpu1:~/runs", "", "gpu1", None, "~/runs"),
        ("a.b-c_d@10.0.0.1:x:y", "a.b-c_d", "10.0.0.1", None, "x:y"),
        ("me@[::1]:runs", "me", "[::1]", None, "runs"),
        ("ssh://me@gpu1:2222/scratch/r%20s", "me", "gpu1", 2222, "/scratch/r s"),
        ("ssh://gpu1/~/runs", "", "gpu1", None, "~/runs"),
    ],
)
def test_places(spec: str, user: str, host: str, port: int | None, path: str) -> None:
    assert place_of(spec) == Place(user=user, host=host, port=port, path=path)


@pytest.mark.parametrize("spec", ["runs", "./a:b", "/a/b:c", "-", "-oProxyCommand=x:y", "a b:c", "me@-x:y", ":x", ""])
def test_paths_here(spec: str) -> None:
    assert place_of(spec) is None


def test_a_file_here_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gpu1:runs").mkdir()
    assert place_of("gpu1:runs") is None and place_of("gpu2:runs") is not None


@pytest.mark.parametrize("spec", ["gpu1:", "ssh://gpu1", "ssh://gpu1:99999/x", "ssh://-x/y", "gpu1:a\nb"])
def test_what_is_wrong_is_told_in_a_sentence(spec: str) -> None:
    with pytest.raises(ValueError) as told:
        place_of(spec)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "path", ["a b", "it's", "$HOME", "`id`", "~/x y", "~", "~/", "~root/a", "~a b/c", "-n", "a\\", "*"]
)
def test_a_shell_sees_the_path_that_was_meant(path: str) -> None:
    word = Place(host="h", path=path).quoted
    shown = subprocess.run(["sh", "-c", f'p={word}; printf %s "$p"'], capture_output=True, text=True, check=True).stdout
    home = {"~": str(Path.home()), "~root": str(Path("~root").expanduser())}
    first, slash, rest = path.partition("/")
    assert shown.rstrip("/") == (home.get(first, first) + slash + rest).rstrip("/")


@given(st.binary(max_size=300))
def test_our_checksum_is_that_of_posix(data: bytes) -> None:
    told = subprocess.run(["cksum"], input=data, capture_output=True, check=True).stdout
    assert cksum(data) == int(told.split()[0])


@given(st.text(max_size=60))
def test_no_line_leads_out_of_the_folder(text: str) -> None:
    for line in (text, f"1|2|3:4|x|./{text}", f"1|2|3:4|x|{text}"):
        stat = Stat.of(line)
        assert stat is None or (".." not in Path(stat.name).parts and not Path(stat.name).is_absolute())
    for name in ("./../x", "/x", "./a/../../x", "./", "./a//b", "x", ".", "./."):
        assert Stat.of(f"1|2|3:4|x|{name}") is None
