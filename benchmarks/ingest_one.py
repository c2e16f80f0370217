"""One reader in a process of its own: `python -m benchmarks.ingest_one NAME FOLDER` prints what it took, as JSON."""

import json
import math
import re
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def ours(folder: Path) -> int:
    """Our reader; imports are not counted."""
    from dlviz.engine.runs.readers.tfevents import EventsReader

    reader = EventsReader(folder)
    began = time.perf_counter()
    reader.look(math.inf)
    took(time.perf_counter() - began)
    return sum(len(series) for series in reader.series.values())


def accumulator(folder: Path) -> int:
    """TensorBoard's EventAccumulator, told to keep every scalar."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    reader = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    began = time.perf_counter()
    reader.Reload()
    took(time.perf_counter() - began)
    tags = reader.Tags()
    return sum(len(reader.Scalars(t)) for t in tags["scalars"]) + sum(len(reader.Tensors(t)) for t in tags["tensors"])


def rust(folder: Path) -> int:
    """TensorBoard's data server, told to keep every scalar; it says itself how long it took."""
    server_binary = import_module("tensorboard_data_server").server_binary
    with tempfile.TemporaryDirectory() as aside:
        port = Path(aside) / "port"
        command = [server_binary(), f"--logdir={folder}", "--samples-per-plugin=scalars=all"]
        flags = ["--reload=once", "--port=0", f"--port-file={port}", "--die-after-stdin", "--verbose"]
        server = subprocess.Popen([*command, *flags], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert server.stderr is not None
            for line in server.stderr:
                found = re.search(r"Finished load cycle \(([\d.]+)(m?s)\)", line)
                if found:
                    took(float(found[1]) / (1000 if found[2] == "ms" else 1))
                    break
            result["peak"] = peak(server.pid)
            return points(int(port.read_text()))
        finally:
            server.kill()
            server.wait()


def points(port: int) -> int:
    """How many points the data server answers with."""
    grpc = import_module("grpc")
    from tensorboard.data.proto import data_provider_pb2 as asked
    from tensorboard.data.proto import data_provider_pb2_grpc as service

    whole = {"options": [("grpc.max_receive_message_length", -1)]}
    with grpc.insecure_channel(f"localhost:{port}", **whole) as channel:
        request = asked.ReadScalarsRequest(experiment_id="", plugin_filter=asked.PluginFilter(plugin_name="scalars"))
        request.downsample.num_points = 1 << 40
        answer = service.TensorBoardDataProviderStub(channel).ReadScalars(request)
    return sum(len(tag.data.step) for run in answer.runs for tag in run.tags)


READERS = {"ours": ours, "accumulator": accumulator, "rust": rust}
result: dict[str, Any] = {}


def took(seconds: float) -> None:
    """Keep the time, and the memory that was needed up to here."""
    result["seconds"] = seconds
    result["peak"] = peak("self")


def peak(process: int | str) -> float:
    """The most memory that a process has had resident, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else math.nan


if __name__ == "__main__":
    result["points"] = READERS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(result))
