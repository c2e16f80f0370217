"""Options that a program lists before it trains: `name: value`, `--name value`, `Namespace(name=value, …)`, tables."""

import re

MOST, LONGEST = 300, 2_000
SHORTEST = 3
"""So many lines in a row make a list."""

_LINE = re.compile(
    r"\s*(?:[-*•]\s+|--|\|\s*)?['\"]?(?P<name>[A-Za-z_][\w.\-/ ]{0,48}?)['\"]?\s*"
    r"(?:\.{3,}|[:=|→]|\s{2,}|\t)\s*(?P<value>\S.{0,200}?)\s*[|,]?\s*$"
)
_NAMESPACE = re.compile(
    r"(?:Namespace|Config|Args|Arguments|Params|TrainingArguments|args|config)\w*\s*[:=]?\s*[({](?P<body>.{3,})[)}]\s*$"
)
_MANY = re.compile(r"[0-9]\S*[,|;]? +[\w ]+[:=] *[0-9]")
_PAIR = re.compile(r"['\"]?([A-Za-z_][\w.]*)['\"]?\s*[=:]\s*('[^']*'|\"[^\"]*\"|\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|[^,]+)")


def listed(line: str) -> bool:
    """Whether the line is a whole list of options: `Namespace(…)`."""
    return "(" in line and len(line) < 10 * LONGEST and _NAMESPACE.search(line) is not None


class Settings:
    """Collects listed options."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self._block: dict[str, object] = {}

    def feed(self, line: str) -> bool:
        """Take in one line; whether it may be one of a list of options."""
        if len(self.values) >= MOST:
            return False
        if len(line) > LONGEST:
            self.end()
            return False
        whole = _NAMESPACE.search(line)
        if whole is not None and whole["body"].count("=") + whole["body"].count(":") >= 2:
            self.values.update((name, plain(value)) for name, value in _PAIR.findall(whole["body"])[:MOST])
            return True
        found = _LINE.match(line)
        if found is None or set(found["value"]) <= set("-=+|# ") or _MANY.search(found["value"]):
            if line.strip(" -=+|#*"):
                self.end()
            return False
        self._block[found["name"].strip()] = plain(found["value"])
        return True

    def end(self) -> None:
        """The list ends here, if it was one."""
        if len(self._block) >= SHORTEST:
            self.values.update(self._block)
        self._block = {}


def plain(text: str) -> object:
    """A value as it is meant: numbers, booleans, None, else text without quotes."""
    text = text.strip().rstrip(",")
    if text in ("True", "true", "False", "false", "None", "null"):
        return {"T": True, "F": False, "N": None}[text[0].upper()]
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
