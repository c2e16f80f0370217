"""Where logs lie on another machine: `user@host:path`, `host:path`, `ssh://user@host:port/path`.

Knows nothing of connections.
"""

import hashlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

_HOST = r"(?P<host>[\w.+%][\w.+%-]*|\[[0-9A-Fa-f:.%]+\])"
_USER = r"(?:(?P<user>[^\s@:/-][^\s@:/]*)@)?"
_SCP = re.compile(rf"{_USER}{_HOST}:(?P<path>.*)", re.DOTALL)
_URL = re.compile(rf"ssh://{_USER}{_HOST}(?::(?P<port>\d{{1,5}}))?(?P<path>/.*)?", re.DOTALL)
_TILDE = re.compile(r"~[A-Za-z0-9._-]*")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder or a file on another machine; a path that is not absolute begins at the user's home."""

    host: str
    path: str
    user: str = ""
    port: int | None = None

    def __post_init__(self) -> None:
        if not self.path:
            raise ValueError(f"{self.host}: needs a path behind the colon; {self.host}:. is the home folder")
        if any(ord(char) < 32 for char in self.path):
            raise ValueError(f"the path on {self.host} holds control characters")
        if self.port is not None and not 0 < self.port < 65536:
            raise ValueError(f"{self.host}: {self.port} is no port; allowed: 1 to 65535")

    @property
    def destination(self) -> str:
        """What `ssh` is given."""
        host = self.host.strip("[]")
        return f"{self.user}@{host}" if self.user else host

    @property
    def label(self) -> str:
        """How a person writes it."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return (
            f"{user}{self.host}:{self.path}" if not port else f"ssh://{user}{self.host}{port}/{self.path.lstrip('/')}"
        )

    @property
    def quoted(self) -> str:
        """The path as a word of POSIX sh; a leading `~` or `~name` is left to that shell."""
        tilde = _TILDE.match(self.path)
        if tilde and self.path[tilde.end() :][:1] in ("", "/"):
            rest = self.path[tilde.end() + 1 :]
            return f"{tilde[0]}/{shlex.quote(rest)}" if rest else tilde[0]
        return shlex.quote(self.path)

    @property
    def name(self) -> str:
        """A name for its mirror: the last part of the path that says anything."""
        parts = [part for part in self.path.split("/") if part.strip(".~ ")]
        return re.sub(r"[^\w.+ -]", "_", parts[-1])[:80] if parts else self.host.strip("[]")

    def digest(self, *more: str) -> str:
        """16 hexadecimal digits that tell places apart, and `more` with them."""
        whole = "\0".join((self.user, self.host, str(self.port), self.path, *more))
        return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def place_of(spec: str) -> Place | None:
    """The place that a source names, or None where it is a local path; raises ValueError.

    A local file of that name wins, and so does what looks like a path: a slash before the first colon.
    """
    try:
        local = Path(spec).exists()
    except (OSError, ValueError):
        local = False
    if local:
        return None
    if spec.startswith("ssh://"):
        url = _URL.fullmatch(spec)
        if url is None:
            raise ValueError(f"{spec} is no address of the kind ssh://user@host:port/path")
        path = unquote(url["path"] or "")
        path = path[1:] if path.startswith("/~") else path
        port = int(url["port"]) if url["port"] else None
        return Place(host=url["host"], path=path, user=unquote(url["user"] or ""), port=port)
    scp = _SCP.fullmatch(spec)
    return Place(host=scp["host"], path=scp["path"], user=scp["user"] or "") if scp else None
