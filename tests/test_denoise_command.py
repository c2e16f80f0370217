"""`dlviz denoise`: the strip, one document, GIF and PNG read back by Pillow, exit statuses."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from dlviz import cli
from dlviz.engine.sampling.noise import NoiseSchedule
from dlviz.engine.sampling.samplers import spaced
from dlviz.engine.training.job import Job
from dlviz.engine.training.train import train

SMALL = ("channels=8", "blocks=1", "heads=1", "batch=8", "steps=2", "sample_steps=2", "ema=0")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of diffusion on the ring and on digits, and of a classifier, the newest of all three."""
    root = tmp_path_factory.mktemp("denoise")
    train(Job.of("diffusion", ("steps=2", "sample_steps=2"), data="ring"), run_dir=str(root / "runs/ring"))
    train(Job.of("diffusion", SMALL), run_dir=str(root / "runs/digits"))
    train(Job.of("mlp", ("steps=1",)), run_dir=str(root / "runs/mlp"))
    return root


@pytest.fixture
def dlviz(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the console script's function in this process: status, stdout, stderr."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(os, "environ", os.environ.copy())

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dlviz", *words])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def _document(dlviz: Command, *words: str) -> dict[str, Any]:
    status, out, err = dlviz("denoise", *words, "--json")
    assert status == 0 and out.isascii() and out.count("\n") == 1, err
    document: dict[str, Any] = json.loads(out)
    return document


def test_the_newest_run_of_diffusion_is_one_document(dlviz: Command) -> None:
    found = _document(dlviz, "--steps", "20", "--sampler", "ddim", "--seed", "3", "--class", "7", "--guidance", "1.5")
    assert found["run"] == "runs/digits" and found["step"] == 2 and found["class"] == ["7"]
    assert (found["sampler"], found["steps"], found["seed"], found["guidance"]) == ("ddim", 20, 3, 1.5)
    assert found["timesteps"] == [*spaced(1000, 20), 0]
    alpha_bar = NoiseSchedule("cosine").alpha_bar[found["timesteps"]].numpy()
    np.testing.assert_allclose(found["alpha_bar"], alpha_bar)
    np.testing.assert_allclose(found["snr"][:-1], (alpha_bar[:-1] / (1 - alpha_bar[:-1])))
    assert found["snr"][-1] == "Infinity"
    sample = np.array(found["samples"])
    assert sample.shape == (1, 1, 8, 8) and sample.min() >= 0 and sample.max() <= 1
    assert found["label"][0] in list("0123456789") and 0 < found["label_probability"][0] <= 1


def test_the_same_seed_is_the_same_document(dlviz: Command) -> None:
    words = ("--steps", "5", "--seed")
    assert _document(dlviz, *words, "3") == _document(dlviz, *words, "3")
    assert _document(dlviz, *words, "3")["samples"] != _document(dlviz, *words, "4")["samples"]


def test_the_strip_says_t_alpha_bar_and_snr(dlviz: Command) -> None:
    status, out, _ = dlviz("denoise", "--steps", "50", "--sampler", "ddim", "--seed", "3", "--plain")
    lines = out.splitlines()
    assert status == 0 and "\x1b" not in out and max(map(len, lines)) <= 80
    assert lines[0] == "digits: from noise to data by the model of step 2"
    assert "denoising/ddim: 8x8 pixels, ddim, 50 steps, seed 3, class 3, guidance 0" in lines
    (t,) = (line.split() for line in lines if line.startswith("t "))
    (alpha_bar,) = (line.split() for line in lines if line.startswith("alpha-bar"))
    (snr,) = (line.split() for line in lines if line.startswith("SNR"))
    assert t == ["t", "1000", "660", "340", "0"] and snr[-1] == "∞" and alpha_bar[-1] == "1"
    for at, share, ratio in zip(t[1:-1], alpha_bar[1:], snr[1:], strict=False):
        exact = NoiseSchedule("cosine").alpha_bar[int(at)].item()
        assert float(share) == pytest.approx(exact, rel=6e-3)
        assert float(ratio) == pytest.approx(exact / (1 - exact), rel=6e-3)


def test_points_are_clouds(dlviz: Command) -> None:
    status, out, _ = dlviz("denoise", "runs/ring", "--steps", "10")
    assert status == 0 and "400 points, ddpm, 10 steps, seed 0" in out and "⠀" not in out
    assert out.count("┌") == 6 and "of 8 modes are where some points end" in out
    assert max(map(len, out.splitlines())) <= 80


def test_several_samples_and_what_is_beside(dlviz: Command) -> None:
    _, out, _ = dlviz("denoise", "--steps", "4", "--count", "3", "--beside", "sampler")
    assert "denoising/ddpm" in out and "denoising/ddim" in out and "x_t 5" in out
    _, out, _ = dlviz("denoise", "--steps", "4", "--beside", "forward")
    said = " ".join(out.split())
    assert "denoising/forward: image 0 of test, 8x8 pixels, noised with the noise of seed 0, class" in said


def test_a_gif_has_the_frames(dlviz: Command, folder: Path) -> None:
    words = ("--steps", "20", "--sampler", "ddim", "--seed", "3")
    status, out, _ = dlviz("denoise", *words, "--gif", "out.gif")
    assert status == 0 and out.splitlines()[-1] == "out.gif: 21 frames, the last one held"
    content = (folder / "out.gif").read_bytes()
    with Image.open(folder / "out.gif") as film:
        assert film.n_frames == 21 and film.info["loop"] == 0  # type: ignore[attr-defined]
        frames = [np.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(film)]
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert durations[-1] == 2000 and len(set(durations[:-1])) == 1 and durations[0] * 21 == pytest.approx(4000, rel=0.1)
    assert {frame.shape for frame in frames} == {(256, 256, 3)}
    for frame in frames:
        blocks = frame.reshape(8, 32, 8, 32, 3)
        assert (blocks == blocks[:, :1, :, :1]).all(), "nearest neighbour: every pixel is a block"
    sample = np.array(_document(dlviz, *words)["samples"])[0, 0]
    np.testing.assert_array_equal(frames[-1][::32, ::32, 1], np.rint(sample * 255))
    dlviz("denoise", *words, "--gif", "again.gif")
    assert (folder / "again.gif").read_bytes() == content, "the same seed gives the same bytes"


def test_a_gif_of_points_and_of_many_samples(dlviz: Command, folder: Path) -> None:
    assert dlviz("denoise", "runs/ring", "--steps", "5", "--gif", "points.gif")[0] == 0
    assert dlviz("denoise", "--steps", "5", "--count", "5", "--gif", "many.gif", "--beside", "sampler")[0] == 0
    for name in ("points.gif", "many.gif"):
        with Image.open(folder / name) as film:
            assert film.n_frames == 6  # type: ignore[attr-defined]
            assert len(film.convert("RGB").getcolors(1 << 20) or ()) > 2


def test_a_png_is_the_strip(dlviz: Command, folder: Path) -> None:
    words = ("--steps", "20", "--seed", "3")
    status, _, err = dlviz("denoise", *words, "--png", "strip.png", "--json")
    assert status == 0 and err == "strip.png: a strip of frames\n"
    with Image.open(folder / "strip.png") as image:
        pixels = np.array(image.convert("RGB"))
    assert pixels.shape[1] == 10 * (128 + 6) + 6, "ten frames"
    last = pixels[14 : 14 + 128 : 16, -(128 + 6) : -6 : 16, 0]
    np.testing.assert_array_equal(last, np.rint(np.array(_document(dlviz, *words)["samples"])[0, 0] * 255))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--steps", "0"), "steps cannot be 0; allowed: 1 to 1000"),
        (("--steps", "1001"), "steps cannot be 1001; allowed: 1 to 1000"),
        (("--sampler", "euler"), "sampler cannot be 'euler'; allowed: one of ddpm, ddim"),
        (("--class", "seven"), "class cannot be 'seven'; allowed: any, 0 to 9, or one of 0, 1, 2"),
        (("runs/ring", "--class", "1"), "class cannot be chosen: the data of this model have no classes"),
        (("--guidance", "-1"), "guidance cannot be -1; allowed: 0 to 100"),
        (("--seed", "-1"), "seed cannot be -1; allowed: 0 to 4294967295"),
        (("--count", "0"), "count cannot be 0; allowed: 1 to 64"),
        (("--gif", "nowhere/out.gif"), "nowhere/out.gif cannot be written: there is no folder"),
        (("--tui",), "--tui opens the lab, which needs a terminal"),
    ],
)
def test_bad_values_are_one_sentence(dlviz: Command, words: tuple[str, ...], said: str) -> None:
    status, out, err = dlviz("denoise", *words)
    assert (status, out) == (2, "") and err.startswith(f"dlviz: {said}") and err.count("\n") == 1


def test_runs_that_do_not_denoise(dlviz: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = dlviz("denoise", "runs/mlp")
    assert (status, out) == (1, "") and err == "dlviz: mlp does not denoise: it learns classification\n"
    status, _, err = dlviz("denoise", "nonsense")
    assert status == 1 and err.startswith("dlviz: no run 'nonsense'")
    monkeypatch.chdir(tmp_path)
    status, out, err = dlviz("denoise")
    assert (status, out) == (1, "")
    assert err == "dlviz: there is no run of a diffusion model under runs/: `dlviz train diffusion` makes one\n"
