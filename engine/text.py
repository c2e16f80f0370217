"""Foreign text made harmless: no escape sequences, no control characters, no direction tricks.

Knows nothing of any screen. Markup is not handled here: panes never parse text as markup.
"""

import re
import unicodedata

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, to its terminator
    r"|\x1b[PX^_][^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|\x9b[0-?]*[ -/]*[@-~]"  # 8-bit CSI
    r"|\x1b[ -/]*[0-~]"  # two-character escapes
)


def sanitize(text: object, *, newlines: bool = False, limit: int = 10_000) -> str:
    """Return `text` without terminal sequences; other control characters become visible escapes.

    Args:
        text: anything; `str()` of it is used.
        newlines: keep line feeds (log output, tracebacks) instead of showing them as spaces.
        limit: longest result in characters; what is cut is marked by an ellipsis.
    """
    whole = str(text)
    raw = whole[:limit]
    if raw.isascii() and raw.isprintable():
        return raw if raw == whole else raw + "…"
    raw = _SEQUENCES.sub("", raw).expandtabs(4)
    raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if not newlines:
        raw = raw.replace("\n", " ")
    clean = "".join(_visible(char) for char in raw)
    return clean[:limit] + "…" if max(len(whole), len(clean)) > limit else clean


def printable(text: str) -> str:
    """`text` without terminal sequences and without characters that show nothing: what a person meant to type."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in _SEQUENCES.sub("", text))


def in_words(error: BaseException) -> str:
    """An error as a sentence; of the operating system's the file and the reason, without its number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _visible(char: str) -> str:
    if char == "\n" or char == " ":
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char
