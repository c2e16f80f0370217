"""Whether formulas in numbers add up: of `0.5·2 + 1 = 2` both sides are worked out, as far as the digits tell."""

import itertools
import math
import re
import warnings

_SIGNS = {
    "·": "*",
    "×": "*",
    "−": "-",
    "^": "**",
    "²": "**2",
    "³": "**3",
    "⁻¹": "**-1",
    "½": "(1/2)",
    "π": "pi",
    "[": "(",
    "]": ")",
}
_NAMES = {
    "floor": math.floor, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "log": math.log, "log2": math.log2,
    "tanh": math.tanh, "max": max, "min": min, "abs": abs, "pi": math.pi, "sin": math.sin, "cos": math.cos,
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(?![\w.])", re.ASCII)
_WORD = re.compile(r"[A-Za-z_]\w*")
_SIDES = re.compile(r"[=≈→]")
_ALLOWED = re.compile(r"[\d\s.eE+\-*/(),]*", re.ASCII)


def wrong(text: str) -> str:
    """What does not add up in a line of numbers, or nothing; parts that hold more than arithmetic are passed over."""
    for line in _lines(text):
        known = [value for part in _SIDES.split(line) if (value := _value(part, "." in line)) is not None]
        for (a, slack_a, told_a), (b, slack_b, told_b) in itertools.pairwise(known):
            if abs(a - b) > 1.02 * (slack_a + slack_b) + 1e-9 * max(1.0, abs(a)):
                return f"{told_a.strip()} is {a:g}, not {told_b.strip()} (in: {text})"
    return ""


def result(text: str) -> list[tuple[float, float]]:
    """The number that ends each line of a text, and how far its printed digits leave it open."""
    ends = [_value(_SIDES.split(line)[-1], "." in line) for line in _lines(text)]
    return [end[:2] for end in ends if end is not None]


def _lines(text: str) -> list[str]:
    return re.split(r"[;|\n]|,\s+(?=[A-Za-zα-ωΑ-Ω])", text)


def _value(part: str, rounded: bool) -> tuple[float, float, str] | None:
    """The value of an expression and how far the printed digits leave it open; None for what is no arithmetic.

    A whole number that stands alone in a line with decimals may be `rounded` to three digits like the others.
    """
    code = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", part.strip())
    code = re.sub(r"√\(", "sqrt(", re.sub(r"√(\d+\.?\d*|\.\d+)", r"sqrt(\1)", code))
    code = re.sub(r"(\d)\s*%", r"\1/100", code)
    code = re.sub(r"(?<=[\d)])\s*\((?!\s*\+)", "*(", code)
    for sign, plain in _SIGNS.items():
        code = code.replace(sign, plain)
    if not re.search(r"\d", code) or set(_WORD.findall(_NUMBER.sub("0", code))) - set(_NAMES):
        return None
    bare = _WORD.sub("", _NUMBER.sub("0", code))
    if not _ALLOWED.fullmatch(bare):
        return None
    value = _worked_out(code)
    if value is None:
        return None
    slack = 0.0
    if rounded and re.fullmatch(r"-?\d+", code):
        slack = 0.005 * 10.0 ** math.floor(math.log10(abs(value))) if value else 0.0005
    for found in _NUMBER.finditer(code):
        number, exponent = found.group(1), found.group(2) or ""
        digits = len(number.partition(".")[2])
        if not digits and not exponent and "." not in code:
            continue  # whole numbers among whole numbers are exact
        step = 0.5 * 10.0**-digits * float("1" + exponent) if digits or exponent else 0.0
        moved = [
            _worked_out(f"{code[: found.start()]}({found.group(0)}+{sign}{step})" + code[found.end() :])
            for sign in ("", "-")
        ]
        slack += max((abs(m - value) for m in moved if m is not None), default=0.0)
    return value, slack, part


def _worked_out(code: str) -> float | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)  # a number that is called: no arithmetic
            value = eval(code, {"__builtins__": {}}, _NAMES)  # only numbers, signs and the names above
    except (SyntaxError, TypeError, ValueError, ZeroDivisionError, OverflowError, NameError):
        return None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
