import gzip
import io
import json
import urllib.request
from collections.abc import Callable
from email.message import Message
from hashlib import md5
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.response import addinfourl

import numpy as np
import pytest
import sklearn.datasets

from dlviz.engine.data import growth, openml
from dlviz.engine.data.dataset import DataError
from dlviz.engine.data.load import load_data

Fetch = Callable[..., Any]
SMALL = {"mnist": (1, 2, 2), "cifar-10": (3, 2, 2)}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tiny pictures and a cache of the test's own; the counts stay the real ones."""
    for name, shape in SMALL.items():
        source = openml.SOURCES[name]
        small = openml.Source(**{**vars(source), "shape": shape})
        monkeypatch.setitem(openml.SOURCES, name, small)
    monkeypatch.setattr(openml, "cache", lambda: tmp_path / "cache")


def _bunch(name: str) -> SimpleNamespace:
    source = openml.SOURCES[name]
    pixels = int(np.prod(source.shape))
    data = (np.arange(source.count * pixels) % 256).astype(np.float32).reshape(source.count, pixels)
    return SimpleNamespace(data=data, target=(np.arange(source.count) % 10).astype(str).astype(object))


def _serve(monkeypatch: pytest.MonkeyPatch, answer: Fetch) -> list[str]:
    calls: list[str] = []

    def fetch(name: str, **options: Any) -> Any:
        calls.append(name)
        return answer(name, **options)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    return calls


@pytest.mark.parametrize(("name", "train"), [("mnist", 55_000), ("cifar-10", 45_000)])
def test_the_standard_split_and_one_download(monkeypatch: pytest.MonkeyPatch, name: str, train: int) -> None:
    calls = _serve(monkeypatch, lambda *_, **__: _bunch(name))
    data = load_data(name, 0)
    assert calls == [openml.SOURCES[name].openml]
    assert (len(data.train), len(data.val), len(data.test)) == (train, 5_000, 10_000)
    assert data.shape == SMALL[name] and len(data.classes) == 10
    last = _bunch(name).data[-10_000:].reshape(-1, *SMALL[name]) / np.float32(255)
    assert np.array_equal(data.test.x, last)
    assert np.array_equal(data.test.y, np.arange(10_000) % 10)
    again = load_data(name, 0)
    assert len(calls) == 1
    assert np.array_equal(again.train.x, data.train.x) and np.array_equal(again.val.y, data.val.y)
    other = load_data(name, 1)
    assert not np.array_equal(other.train.x, data.train.x)
    assert np.array_equal(other.test.x, data.test.x)


def test_an_interrupted_write_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls = _serve(monkeypatch, lambda *_, **__: _bunch("mnist"))

    def cut(file: io.BufferedWriter, **_: Any) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(np, "savez", cut)
        load_data("mnist", 0)
    assert list((tmp_path / "cache").iterdir()) == []
    load_data("mnist", 0)
    assert len(calls) == 2
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["mnist.npz"]


def test_a_damaged_or_foreign_cache_is_fetched_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls = _serve(monkeypatch, lambda *_, **__: _bunch("mnist"))
    (tmp_path / "cache").mkdir()
    kept = tmp_path / "cache" / "mnist.npz"
    kept.write_bytes(b"not an archive")
    load_data("mnist", 0)
    np.savez(kept, x=np.zeros((3, 1, 2, 2), np.uint8), y=np.zeros(3, np.uint8))
    load_data("mnist", 0)
    load_data("mnist", 0)
    assert len(calls) == 2


def test_without_a_place_to_keep_it_the_data_still_loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _serve(monkeypatch, lambda *_, **__: _bunch("mnist"))
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert len(load_data("mnist", 0).train) == 55_000


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (URLError(OSError(-2, "Name or service not known")), "Name or service not known"),
        (URLError("no host given"), "no host given"),
        (TimeoutError("timed out"), "timed out"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (HTTPError("http://x", 503, "Service \x1b[2JUnavailable", Message(), None), "Service Unavailable"),
    ],
)
def test_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def fail(*_: Any, **options: Any) -> None:
        assert options["n_retries"] == 1 and options["delay"] < 1
        raise error

    calls = _serve(monkeypatch, fail)
    with pytest.raises(DataError) as caught:
        load_data("mnist", 0)
    assert str(caught.value) == (
        f"could not get mnist from openml.org ({reason}): connect once, after which it is kept here, "
        "or give your own data with --data FILE.npz"
    )
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": np.zeros((70_000, 3))}, r"its shape is \(70000, 3\) instead of \(70000, 4\)"),
        ({"data": np.full((70_000, 4), np.nan)}, "its values are no bytes"),
        ({"data": np.full((70_000, 4), 256)}, "its values are no bytes"),
        ({"data": np.full((70_000, 4), "x")}, "its values are no numbers"),
        ({"target": np.full(70_000, "11")}, "its labels are no classes"),
        ({"target": np.full(9, "1")}, "its shape is"),
    ],
)
def test_other_data_than_promised(monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], reason: str) -> None:
    bunch = SimpleNamespace(**{**vars(_bunch("mnist")), **change})
    _serve(monkeypatch, lambda *_, **__: bunch)
    with pytest.raises(DataError, match=f"openml.org sent something else than mnist.*{reason}"):
        load_data("mnist", 0)


def test_a_wrong_checksum_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("The md5 checksum does not match")

    _serve(monkeypatch, fail)
    with pytest.raises(DataError, match=r"sent something else than mnist \(The md5 checksum"):
        load_data("mnist", 0)


def test_progress_counts_the_bytes_of_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "INTERVAL", 0.001)
    seen: list[tuple[str, int, int | None]] = []

    def grow(*_: Any, data_home: str, **__: Any) -> Any:
        for name, size in {"a.gz": 1_000, "b.gz": 4_000}.items():
            (Path(data_home) / name).write_bytes(bytes(size))
            before = len(seen)
            while len(seen) < before + 2:
                pass  # the reports come from another thread
        return _bunch("mnist")

    _serve(monkeypatch, grow)
    load_data("mnist", 0, lambda *report: seen.append(report))
    counts = [count for _, count, _ in seen]
    assert {(what, total) for what, _, total in seen} == {("downloading mnist", None)}
    assert counts == sorted(counts)
    assert counts[0] == 0 and 1_000 in counts and counts[-1] == 5_000


def test_what_progress_raises_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    _serve(monkeypatch, lambda *_, **__: _bunch("mnist"))

    def fail(*_: object) -> None:
        raise RuntimeError("closed")

    with pytest.raises(RuntimeError, match="closed"):
        load_data("mnist", 0, fail)


class _OpenML(urllib.request.OpenerDirector):
    """openml.org as scikit-learn asks for it, with pictures of 2x2 pixels."""

    def open(self, fullurl: Any, data: Any = None, timeout: Any = None) -> Any:
        url = fullurl.full_url
        body = self._arff() if url.endswith(".arff") else json.dumps(self._json(url)).encode()
        headers = Message()
        headers["Content-Encoding"] = "gzip"
        return addinfourl(io.BytesIO(gzip.compress(body)), headers, url, 200)

    def _arff(self) -> bytes:
        bunch = _bunch("mnist")
        lines = (",".join(map(str, row)) for row in np.c_[bunch.data.astype(int), bunch.target.astype(int)])
        return ("@RELATION m\n@DATA\n" + "\n".join(lines) + "\n").encode()

    def _json(self, url: str) -> dict[str, Any]:
        names = [*(f"pixel{k}" for k in range(4)), "class"]
        features = [
            {
                "index": str(k),
                "name": name,
                "data_type": "nominal" if name == "class" else "numeric",
                "is_target": "true" if name == "class" else "false",
                "is_ignore": "false",
                "is_row_identifier": "false",
                "number_of_missing_values": "0",
            }
            for k, name in enumerate(names)
        ]
        if "/list/" in url:
            return {"data": {"dataset": [{"did": 554, "version": 1}]}}
        if "/features/" in url:
            return {"data_features": {"feature": features}}
        if "/qualities/" in url:
            return {"data_qualities": {"quality": []}}
        return {
            "data_set_description": {
                "id": "554",
                "name": "mnist_784",
                "description": "digits",
                "version": "1",
                "format": "ARFF",
                "status": "active",
                "file_id": "52667",
                "url": "https://www.openml.org/data/v1/download/52667/mnist_784.arff",
                "default_target_attribute": "class",
                "md5_checksum": md5(self._arff()).hexdigest(),
            }
        }


def test_scikit_learn_understands_what_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "_opener", _OpenML())
    seen: list[int] = []
    data = load_data("mnist", 0, lambda _, count, __: seen.append(count))
    assert np.array_equal(data.test.x.reshape(-1, 4), _bunch("mnist").data[-10_000:] / np.float32(255))
    assert np.array_equal(data.test.y, np.arange(10_000) % 10)
    assert seen[-1] > 1_000
