"""Readings of this machine: CPU, memory, and what each GPU does. Knows nothing of runs or screens."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

NO_DRIVER = (9, 12)
"""NVML_ERROR_DRIVER_NOT_LOADED and NVML_ERROR_LIBRARY_NOT_FOUND: there is nothing that could answer."""


@dataclass(frozen=True)
class Reading:
    """One quantity of one device now; `full` is what counts as all of it."""

    device: str
    quantity: str
    value: float
    unit: str
    full: float

    @property
    def tag(self) -> str:
        """The name of its series."""
        return f"{self.device}/{self.quantity}"

    @property
    def share(self) -> float:
        """The part of what is possible, 0..1."""
        return min(max(self.value / self.full, 0.0), 1.0) if self.full else 0.0


class Sampler:
    """Reads this machine; GPUs are told of where NVIDIA's library is installed and finds any."""

    def __init__(self, nvml: Any = None) -> None:
        """`nvml`: the module pynvml or one like it; by default it is looked for."""
        self.host = socket.gethostname()
        self.gpus: list[tuple[str, Any]] = []
        """Name and handle of each."""
        self.lacking = ""
        """Why no GPU is told of."""
        self._nvml = nvml if nvml is not None else self._find()
        if self._nvml is not None:
            self._open()
        psutil.cpu_percent()  # the first call measures nothing

    def _find(self) -> Any:
        try:
            import pynvml
        except ImportError:
            self.lacking = "no GPU readings: nvidia-ml-py is not installed (pip install dlviz[gpu])"
            return None
        return pynvml

    def _open(self) -> None:
        nvml = self._nvml
        try:
            nvml.nvmlInit()
            for k in range(nvml.nvmlDeviceGetCount()):
                handle = nvml.nvmlDeviceGetHandleByIndex(k)
                name = nvml.nvmlDeviceGetName(handle)
                self.gpus.append((name.decode() if isinstance(name, bytes) else str(name), handle))
        except nvml.NVMLError as error:
            absent = getattr(error, "value", None) in NO_DRIVER
            self.lacking = "" if absent else "no GPU readings: NVIDIA's driver does not answer"
        if not self.gpus and not self.lacking:
            self.lacking = "no GPU found"

    def read(self) -> list[Reading]:
        """All quantities now; what a device does not tell is left out."""
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        gib = 2.0**30
        found = [
            Reading("cpu", "utilisation", psutil.cpu_percent(), "%", 100.0),
            Reading("cpu", "memory", (memory.total - memory.available) / gib, "GiB", memory.total / gib),
        ]
        if swap.total and swap.used:
            found.append(Reading("cpu", "swap", swap.used / gib, "GiB", swap.total / gib))
        for k, (_, handle) in enumerate(self.gpus):
            found += self._gpu(f"gpu {k}", handle)
        return found

    def _gpu(self, device: str, handle: Any) -> list[Reading]:
        nvml, gib = self._nvml, 2.0**30
        found = []
        ways: dict[str, Callable[[], tuple[float, str, float]]] = {
            "utilisation": lambda: (float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu), "%", 100.0),
            "memory": lambda: _memory(nvml.nvmlDeviceGetMemoryInfo(handle), gib),
            "temperature": lambda: (float(nvml.nvmlDeviceGetTemperature(handle, 0)), "°C", 100.0),
            "power": lambda: _power(nvml, handle),
        }
        for quantity, read in ways.items():
            try:
                value, unit, full = read()
            except nvml.NVMLError:  # this device does not tell it
                continue
            found.append(Reading(device, quantity, value, unit, full))
        return found


def _memory(info: Any, gib: float) -> tuple[float, str, float]:
    return info.used / gib, "GiB", info.total / gib


def _power(nvml: Any, handle: Any) -> tuple[float, str, float]:
    limit = nvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1000
    return nvml.nvmlDeviceGetPowerUsage(handle) / 1000, "W", limit
