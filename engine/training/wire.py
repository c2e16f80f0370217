"""Frames between a session and whoever controls it from another process: known dataclasses and arrays.

Nothing that arrives can name a class outside the table here, so that a frame is data and never code.
"""

import dataclasses
import socket
import struct
from typing import Any, get_args

import msgpack
import numpy as np

from ..probes import requests
from ..runs.run import Mark, Record
from . import commands
from .job import Job
from .status import Status

LIMIT = 256 * 2**20
CLASSES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        *get_args(requests.Request),
        *get_args(requests.View),
        *get_args(commands.Command),
        *(requests.Layer, requests.Answer, Status, Mark, Record),
    )
}


class WireError(ValueError):
    """A frame that cannot be understood."""


def send(link: socket.socket, message: dict[str, Any]) -> None:
    """Send one frame: its length in 4 bytes, then msgpack."""
    body = msgpack.packb(_plain(message), unicode_errors="surrogatepass")  # paths need not be Unicode
    link.sendall(struct.pack(">I", len(body)) + body)


def receive(link: socket.socket) -> dict[str, Any]:
    """The next frame; raises EOFError when the other side is gone, WireError on nonsense."""
    (size,) = struct.unpack(">I", _exactly(link, 4))
    if size > LIMIT:
        raise WireError(f"a frame of {size} bytes is too long")
    content = _exactly(link, size)
    try:
        body = msgpack.unpackb(content, strict_map_key=False, unicode_errors="surrogatepass")
        message = _rich(body)
    except Exception as error:  # whatever the bytes provoke, they are the other side's fault
        raise WireError("a frame that is not ours") from error
    if not isinstance(message, dict):
        raise WireError("a frame that is not a table")
    return message


def _exactly(link: socket.socket, size: int) -> bytes:
    parts, left = [], size
    while left:
        part = link.recv(min(left, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _plain(value: Any) -> Any:
    if isinstance(value, Job):
        return {"__job__": value.to_json()}
    if type(value) in CLASSES.values():
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"__class__": type(value).__name__, "fields": fields}
    if isinstance(value, np.ndarray):
        return {"__array__": value.dtype.str, "shape": list(value.shape), "bytes": value.tobytes()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return {"__tuple__": [_plain(v) for v in value]}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, list):
        return [_rich(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "__tuple__" in value:
        return tuple(_rich(v) for v in value["__tuple__"])
    if "__array__" in value:
        array = np.frombuffer(value["bytes"], np.dtype(value["__array__"])).copy()
        return array.reshape(_rich(value["shape"]))
    if "__job__" in value:
        return Job.from_json(value["__job__"])
    if "__class__" in value:
        return CLASSES[value["__class__"]](**{k: _rich(v) for k, v in value["fields"].items()})
    return {k: _rich(v) for k, v in value.items()}
