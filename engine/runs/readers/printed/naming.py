"""The name of a number: what stands before it, back to the number before."""

import re

from .names import epochal, metric, phase, rank, strict, words

_DELIMITER = re.compile(r"[,;|\t{}•│┃]|\s-+\s|\s{2,}|->|=>|→|>>|\.\s|\]\s*:?")
_WRAPPED = re.compile(r"(?:tensor|array|(?:np|numpy|torch|jnp)\.\w+|Array|DeviceArray)\(\[?$")
_SEPARATED = re.compile(r"(?<![=<>!:+*/-])(?P<sign>[:=])\s*(?P<quote>[\"']?)$")
_QUOTED = re.compile(r"([\"'])((?:(?!\1).){1,120})\1\s*$")
TRIM = " \t*#-–>.'\"!~+[]|:<_=✓"


def name_before(gap: str) -> tuple[str, str, str]:
    """The name that stands before a number, how it is joined to it, and the text before the name.

    Kinds: `dict` a quoted key, `=`, `:`, `[` the number is in brackets, `cell` and `space` nothing is between.
    """
    text = _WRAPPED.sub("", gap.rstrip()).rstrip()
    found = _SEPARATED.search(text)
    if found is None:
        if text[-1:] in ("[", "("):
            name, before = _last(text[:-1].rstrip().rstrip(":"))
            return (
                (name, "[", before) if text[-1] == "[" or rank(name) is not None or epochal(name) else ("", "(", before)
            )
        name, before = _last(text.rstrip("'\""))
        parts = name.split()
        if len(parts) > 3:
            two = " ".join(parts[-2:])
            name = two if strict(two) and not strict(parts[-1]) else parts[-1]
            return name, "space", " ".join(parts[:-1])
        return name, "cell" if before[-1:] in (",", "|", ";", "\t") else "space", before
    body = text[: found.start()]
    if quoted := _QUOTED.search(body):
        return quoted[2], "dict", body[: quoted.start()]
    spaced = body[-1:] == " "
    body = body.rstrip()
    if found["sign"] == "=" and not spaced:
        name, before = _last(body)
        token = name.split()[-1] if name else ""
        if len(parts := name.split()) == 2 and phase(parts[0]) and len(words(parts[0])) == 1 and metric(token):
            return name, "=", before
        return token.rsplit(":", 1)[-1].strip(TRIM), "=", body[: len(body) - len(token)]
    name, before = _last(body)
    if name.count(" ") > 4:
        name = " ".join(name.split()[-2:])
    return name, found["sign"], before


def _last(text: str) -> tuple[str, str]:
    """The last cell of a text, as a name, and what stands before it."""
    cut, depth = 0, 0
    for i in range(len(text) - 1, max(len(text) - 120, -1), -1):
        char = text[i]
        if char in ")]":
            depth += 1
        elif char in "([":
            if depth == 0:
                cut = i + 1
                break
            depth -= 1
    for found in _DELIMITER.finditer(text, cut):
        opening = text.rfind("[", cut, found.start()) if found[0][0] == "]" else -1
        if (found.end() < len(text) or found[0] in ",|;") and not (opening > 0 and text[opening - 1].isalnum()):
            cut = found.end()
    before, name = text[:cut].rstrip(" "), text[cut:]
    if ": " in name.strip(TRIM):
        label, name = name.rsplit(": ", 1)
        before += label + ":"
    name = name.strip(TRIM) + ("]" if re.search(r"\[[\w/]+\]\s*$", name) else "")
    while name.endswith(")") and name.count("(") < name.count(")"):
        name = name[:-1].strip(TRIM)
    while name.startswith(("(", ")")):
        name = name[1:].strip(TRIM)
    return (name, before) if any(c.isalpha() for c in name) and len(name) <= 80 else ("", before)


def lead(text: str) -> str:
    """The words at a line's beginning."""
    return " ".join(re.findall(r"[A-Za-z*][\w*]*", text))[:40]
