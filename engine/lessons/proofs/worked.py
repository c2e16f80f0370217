"""Reads a line of numbers as a learner does: what stands before the last `=` is worked out anew."""

import ast
import math
import operator
import re
from typing import Any

_OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_SIGNS = {"·": "*", "²": "**2", "½ ": "0.5*", "½": "0.5*", "π": f"({math.pi})", "^": "**", ",": ""}


def worked(text: str) -> tuple[float, float]:
    """`½ (1 + 0.25) = 0.625` as (what the left side comes to, what the right side says); raises ValueError."""
    left, equals, right = text.rpartition("=")
    if not equals:
        raise ValueError(f"no = in {text!r}")
    return value(left), value(right)


def value(text: str) -> float:
    """What a line of numbers, signs, brackets and `ln` comes to; raises ValueError."""
    for sign, meaning in _SIGNS.items():
        text = text.replace(sign, meaning)
    text = re.sub(r"ln ([0-9.][0-9.e+-]*[0-9]|[0-9])", r"ln(\1)", text)
    return _of(ast.parse(text.strip(), mode="eval").body)


def _of(node: ast.AST) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.BinOp():
            return float(_OPERATORS[type(node.op)](_of(node.left), _of(node.right)))
        case ast.UnaryOp():
            return float(_OPERATORS[type(node.op)](_of(node.operand)))
        case ast.Call(func=ast.Name(id="ln"), args=[inside]):
            return math.log(_of(inside))
    raise ValueError(f"not a sum of numbers: {ast.dump(node)}")
