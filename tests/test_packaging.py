"""The wheel: the packages that are listed, nothing else at the top level, and the data inside."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import dlviz

ROOT = Path(dlviz.__file__).parent
TOP = ("commands", "engine", "integrations", "tui")
FILES = ("pyproject.toml", "README.md", "LICENSE", "py.typed", "__init__.py", "__main__.py", "cli.py")


def _project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _found() -> set[str]:
    """Every package that the folders hold."""
    inits = [path.parent for top in TOP for path in (ROOT / top).rglob("__init__.py")]
    return {"dlviz", *(".".join(("dlviz", *folder.relative_to(ROOT).parts)) for folder in inits)}


def test_the_packages_listed_are_the_folders() -> None:
    listed = _project()["tool"]["setuptools"]["packages"]  # type: ignore[index]
    assert sorted(listed) == listed, "in order, so that one is easy to find"
    assert set(listed) == _found()


def test_every_folder_with_code_is_a_package() -> None:
    with_code = {path.parent for top in TOP for path in (ROOT / top).rglob("*.py")}
    assert not [folder for folder in with_code if not (folder / "__init__.py").exists()]


def test_no_file_of_the_package_is_hidden_from_git() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    files = [str(path.relative_to(ROOT)) for top in TOP for path in (ROOT / top).rglob("*.py")]
    asked = ["git", "-C", str(ROOT), "check-ignore", "--no-index", "--stdin"]
    done = subprocess.run(asked, input="\n".join(files), capture_output=True, text=True)
    assert done.stdout == "" and done.returncode == 1, "a pattern in .gitignore hides these"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, because building leaves a folder behind."""
    pytest.importorskip("setuptools", minversion="77")
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in FILES:
        shutil.copy2(ROOT / name, copy / name)
    for top in (*TOP, "tests"):
        shutil.copytree(ROOT / top, copy / top, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    build = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-deps"]
    done = subprocess.run(
        [*build, "--no-build-isolation", "--no-index", "-w", str(out), str(copy)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (path,) = out.glob("*.whl")
    return path


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    version = _project()["project"]["version"]  # type: ignore[index]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"dlviz", f"dlviz-{version}.dist-info"}
    assert not [name for name in names if "test" in name or "__pycache__" in name]


def test_every_module_and_data_file_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        scripts = next(name for name in names if name.endswith("entry_points.txt"))
        assert "dlviz = dlviz.cli:main" in archive.read(scripts).decode()
    wanted = {"py.typed", "__init__.py", "__main__.py", "cli.py", "engine/data/digits.npz", "engine/data/digits.md"}
    for top in TOP:
        for path in (ROOT / top).rglob("*"):
            if path.suffix in (".py", ".npz", ".tcss"):
                wanted.add(path.relative_to(ROOT).as_posix())
    assert {f"dlviz/{name}" for name in wanted} <= names


def test_the_wheel_runs_alone(wheel: Path) -> None:
    code = f"""
import sys
sys.path[:] = [{str(wheel)!r}, *(p for p in sys.path if p)]
sys.meta_path[:] = [f for f in sys.meta_path if "editable" not in str(f).lower()]
import dlviz
assert ".whl" in dlviz.__file__, dlviz.__file__
from dlviz.engine.data.load import load_data
assert load_data("digits", 0).shape == (1, 8, 8)
from dlviz.cli import main
sys.argv = ["dlviz", "models"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=wheel.parent)
    assert done.returncode == 0 and "resnet" in done.stdout, done.stderr
