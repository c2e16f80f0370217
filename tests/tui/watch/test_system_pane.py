"""This machine's readings: psutil's numbers, NVIDIA's where its library answers, over time."""

from types import SimpleNamespace

import psutil

from dlviz.engine.system.history import MOST, History
from dlviz.engine.system.sampler import Reading, Sampler
from dlviz.tui.watch.system.pane import SystemPane


class NVML:
    """What pynvml is asked for, of two GPUs; the second tells no power."""

    class NVMLError(Exception):
        pass

    def nvmlInit(self) -> None: ...

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, k: int) -> int:
        return k

    def nvmlDeviceGetName(self, handle: int) -> bytes:
        return b"H[/]100"

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(gpu=97 if handle == 0 else 3)

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=20 * 2**30, total=80 * 2**30)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:
        return 64

    def nvmlDeviceGetEnforcedPowerLimit(self, handle: int) -> int:
        if handle == 1:
            raise self.NVMLError
        return 700_000

    def nvmlDeviceGetPowerUsage(self, handle: int) -> int:
        return 350_000


def test_readings_are_those_of_psutil_and_nvml() -> None:
    found = {reading.tag: reading for reading in Sampler(NVML()).read()}
    assert found["gpu 0/utilisation"].value == 97 and found["gpu 0/power"].share == 0.5
    assert found["gpu 1/memory"].share == 0.25 and "gpu 1/power" not in found
    assert found["cpu/memory"].full == psutil.virtual_memory().total / 2**30
    assert 0 <= found["cpu/utilisation"].value <= 100


def test_without_a_gpu_it_says_why() -> None:
    class Dead(NVML):
        def nvmlInit(self) -> None:
            raise self.NVMLError

    sampler = Sampler(Dead())
    assert not sampler.gpus and sampler.lacking == "no GPU readings: NVIDIA's driver does not answer"

    class Missing(NVML):
        def nvmlInit(self) -> None:
            raise type("Missing", (self.NVMLError,), {"value": 12})  # as pynvml: libnvidia-ml is not there

    class Empty(NVML):
        def nvmlDeviceGetCount(self) -> int:
            return 0

    assert Sampler(Missing()).lacking == Sampler(Empty()).lacking == "no GPU found"


def test_history_is_bounded() -> None:
    history = History(Sampler(NVML()))
    history._kept = {}
    for k in range(3):
        history.take(float(k))
    assert history.shares("gpu 0/power", 2) == [0.5, 0.5] and history.version == 3
    assert all(kept.maxlen == MOST for kept in history._kept.values())
    assert Reading("a", "b", 5.0, "W", 0.0).share == 0.0


async def test_the_pane_draws_every_device_in_all_modes(watching, make, monkeypatch) -> None:
    history = History(Sampler(NVML()))
    monkeypatch.setattr(history, "start", lambda: None)
    for k in range(30):
        history.take(float(k))
    async with watching(make("a", loss=[1, 2]), size=(120, 44)) as (app, pilot):
        desk = app.query_one("WatchDesk")
        await desk.mount(SystemPane(id="system", history=history))
        await pilot.press("8")
        await pilot.pause()
        pane = app.query_one(SystemPane)

        def text() -> str:
            pane.pull()
            return "\n".join(strip.text for strip in pane._strips)

        assert "gpu 0/utilisation" in text() and "97 %" in text() and "20.0/80 GiB" in text()
        assert "2 x H\\[/]100" in str(pane.border_subtitle)
        await pilot.press("v")
        assert "height: share of what is possible" in text() and "█" in text()
        await pilot.press("v")
        assert "% of what is possible" in text()
