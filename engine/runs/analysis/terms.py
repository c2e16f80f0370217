"""A query taken apart into terms: key, operator and value, with the place of each. Knows nothing of runs."""

from dataclasses import dataclass

OPERATORS = ("!=", "!~", "<=", ">=", "==", "=~", "=", "<", ">", "~")
SAME = {"==": "=", "=~": "~"}


@dataclass(frozen=True)
class Piece:
    """A term: `key operator value`; without an operator `key` is the word. Places count from 0."""

    key: str
    operator: str
    value: str
    at: int
    """Where the key begins."""
    value_at: int
    """Where the value begins."""
    negated: bool = False
    quoted: bool = False
    """Whether the value was quoted, so that a comma is a comma."""


def pieces(text: str) -> tuple[list[Piece], int]:
    """The terms of a query, and where a quote begins that is not closed, else -1."""
    found: list[Piece] = []
    at, unclosed = 0, -1
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece, at, open_quote = _piece(text, at)
        unclosed = open_quote if unclosed < 0 else unclosed
        found.append(piece)
    return found, unclosed


def _piece(text: str, at: int) -> tuple[Piece, int, int]:
    negated = False
    if text[at] in "-!" and text[at : at + 2] not in ("!=", "!~"):
        negated, at = True, at + 1
    start, key, value = at, "", ""
    operator, value_at, quoted, unclosed = "", at, False, -1
    while at < len(text):
        sign = text[at]
        if sign.isspace():
            ahead = _spaced_operator(text, at) if key and not operator else None
            if ahead is None:
                break
            operator, at = ahead
            value_at = at
            continue
        if sign in "\"'" and (at == start or (operator and not value) or text[at - 1].isspace()):
            end = text.find(sign, at + 1)
            inner, unclosed = text[at + 1 : end if end >= 0 else len(text)], unclosed if end >= 0 else at
            at = end + 1 if end >= 0 else len(text)
            if operator:
                value, quoted = value + inner, True
            else:
                key += inner
            continue
        found = "" if operator else next((o for o in OPERATORS if text.startswith(o, at)), "")
        if found:
            operator, at = SAME.get(found, found), at + len(found)
            value_at = at
        elif operator:
            value, at = value + sign, at + 1
        else:
            key, at = key + sign, at + 1
    return Piece(key, operator, value, start, value_at, negated, quoted), at, unclosed


def _spaced_operator(text: str, at: int) -> tuple[str, int] | None:
    """The operator that comes after blanks, as in `lr >= 0.1`, and where its value begins; None if there is none."""
    while at < len(text) and text[at].isspace():
        at += 1
    found = next((o for o in OPERATORS if text.startswith(o, at)), "")
    if not found:
        return None
    at += len(found)
    while at < len(text) and text[at].isspace():
        at += 1
    return SAME.get(found, found), at
