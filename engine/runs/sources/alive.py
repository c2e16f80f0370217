"""The lines of a run.json by which others see whether a process still lives."""

import os
import socket
import time
from typing import Any


def ourselves(pid: int | None = None) -> dict[str, Any]:
    """Host, number and time of creation of a process, this one by default."""
    import psutil

    number = os.getpid() if pid is None else pid
    try:
        created = psutil.Process(number).create_time()
    except psutil.Error:  # it has ended already
        created = time.time()
    return {"host": socket.gethostname(), "pid": number, "process_created": created}
