"""The laws of the house: imports point one way, commands that tell are light, files stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dlviz

ROOT = Path(dlviz.__file__).parent
HEAVY = ("torch", "textual", "sklearn", "pandas", "plotext", "scipy", "PIL", "tensorboardX")
LONGEST, LONGEST_APP = 300, 200


def _files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("dlviz", *(part for part in parts if part != "__init__")))


def _loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after `code`."""
    tell = "\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code + tell], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.splitlines()}


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("models",), ("train", "--help")], ids=" ".join)
def test_commands_that_only_tell_are_light(words: tuple[str, ...]) -> None:
    code = f"""
import sys
from dlviz.cli import main
sys.argv = ["dlviz", *{words!r}]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
"""
    assert _loaded(code).isdisjoint(HEAVY)


def test_importing_the_package_costs_nothing() -> None:
    assert _loaded("import dlviz").isdisjoint((*HEAVY, "numpy", "typer", "rich"))


def test_the_engine_knows_no_screen() -> None:
    code = "\n".join(f"import {_module(path)}" for path in _files("engine"))
    assert _loaded(code).isdisjoint(("textual", "rich", "typer", "plotext", "click"))


def test_the_screen_knows_no_torch() -> None:
    code = "\n".join(f"import {_module(path)}" for path in _files("tui", "commands"))
    assert _loaded(code).isdisjoint(("torch", "sklearn"))


def test_the_session_and_its_words_are_free_of_torch() -> None:
    names = ("session", "commands", "status", "job", "remote", "control", "wire", "train", "detach")
    code = "\n".join(f"import dlviz.engine.training.{name}" for name in names)
    assert _loaded(code + "\nimport dlviz.engine.probes.requests, dlviz.engine.catalog").isdisjoint(("torch",))


def _imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever it stands, made absolute."""
    package = _module(path).split(".") if path.name == "__init__.py" else _module(path).split(".")[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def _named(path: Path, *modules: str) -> set[str]:
    return {n for n in _imports(path) if any(n == m or n.startswith(f"{m}.") for m in modules)}


@pytest.mark.parametrize("path", _files("engine"), ids=_module)
def test_no_file_of_the_engine_names_what_draws(path: Path) -> None:
    outer = ("textual", "rich", "typer", "plotext", "click", "dlviz.tui", "dlviz.cli", "dlviz.commands")
    assert not _named(path, *outer)


@pytest.mark.parametrize("path", _files("tui"), ids=_module)
def test_no_file_of_the_screen_names_torch_or_the_command_line(path: Path) -> None:
    assert not _named(path, "torch", "typer", "dlviz.cli", "dlviz.commands")


def test_one_file_alone_knows_plotext() -> None:
    users = [_module(path) for path in _files("tui", "engine", "commands") if _named(path, "plotext")]
    assert users == ["dlviz.tui.render.plotext_chart"]


@pytest.mark.parametrize("path", [*_files("engine", "tui", "commands"), ROOT / "cli.py"], ids=_module)
def test_inside_the_package_imports_are_relative(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    absolute = [n.module for n in tree if isinstance(n, ast.ImportFrom) and not n.level and n.module]
    assert not [m for m in absolute if m.partition(".")[0] in ("dlviz", "engine", "tui", "cli", "commands")]


@pytest.mark.parametrize("path", [*_files("engine", "tui", "commands"), ROOT / "cli.py"], ids=_module)
def test_files_stay_small(path: Path) -> None:
    limit = LONGEST_APP if path == ROOT / "tui" / "app.py" else LONGEST
    assert len(path.read_text("utf-8").splitlines()) <= limit
