"""Angles in OpenQASM: parsed by recursive descent into postfix order, so that evaluating needs no recursion."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from .parameters import Expression
from .qasm_lexer import Source, Token

MAX_DEPTH = 100
MAX_LENGTH = 10_000
MAX_DIGITS = 400

# One step of a postfix program: ("number", value), ("name", text), or (operation, number of operands).
Step = tuple[str, Any, int]
Postfix = tuple[Step, ...]

CONSTANTS: dict[str, float] = {
    "pi": math.pi,
    "π": math.pi,
    "tau": math.tau,
    "τ": math.tau,
    "euler": math.e,
    "ℇ": math.e,
}
"""Names with a fixed value."""

FUNCTIONS: dict[str, Callable[..., float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "sqrt": math.sqrt,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
}
"""Functions of one number."""

_SUMS = {"+": 1, "-": 1, "*": 2, "/": 2}


def parse_expression(source: Source, version: int) -> Postfix:
    """Return the expression that comes next, in postfix order.

    Parameters
    ----------
    source : Source
        Moved on to the first word after the expression.
    version : int
        Of the language: `^` is the power in 2, and refused in 3, where it means something else.

    Returns
    -------
    tuple of (str, object, int)
        Steps: kind, value or name, place in the text.

    Raises
    ------
    ValueError
        If there is no expression, or it is nested deeper than 100 or longer than 10,000 steps.
    """
    parser = _Parser(source, version)
    parser.sum(0, 0)
    return tuple(parser.steps)


class _Parser:
    def __init__(self, source: Source, version: int) -> None:
        self.source = source
        self.version = version
        self.steps: list[Step] = []

    def _emit(self, kind: str, value: Any, place: int) -> None:
        if len(self.steps) >= MAX_LENGTH:
            self.source.fail(place, f"the expression is longer than {MAX_LENGTH} steps")
        self.steps.append((kind, value, place))

    def _deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            self.source.fail(self.source.next.place, f"the expression is nested deeper than {MAX_DEPTH}")
        return depth + 1

    def sum(self, depth: int, strength: int) -> None:
        """Operators that bind stronger than `strength`, left to right."""
        self._signed(depth)
        while _SUMS.get(self.source.next.text, 0) > strength:
            operator = self.source.take()
            self._signed(depth) if operator.text in "*/" else self.sum(depth, 1)
            self._emit("operator", operator.text, operator.place)

    def _signed(self, depth: int) -> None:
        if self.source.next.text in ("-", "+"):
            operator = self.source.take()
            self._signed(self._deeper(depth))
            if operator.text == "-":
                self._emit("negative", None, operator.place)
        else:
            self._power(depth)

    def _power(self, depth: int) -> None:
        self._atom(depth)
        if self.source.next.text == "^" and self.version == 3:
            self.source.fail(self.source.next.place, "'^' is no power in OpenQASM 3; write '**'")
        if self.source.next.text in ("^", "**"):
            operator = self.source.take()
            self._signed(self._deeper(depth))
            self._emit("operator", "**", operator.place)

    def _atom(self, depth: int) -> None:
        token = self.source.next
        if token.kind in ("real", "integer"):
            self.source.take()
            self._emit("number", self._number(token), token.place)
        elif token.text == "(":
            self.source.take()
            self.sum(self._deeper(depth), 0)
            self.source.expect(")")
        elif token.kind == "name":
            self.source.take()
            if self.source.next.text == "(":
                self._call(token, depth)
            elif token.text in CONSTANTS:
                self._emit("number", CONSTANTS[token.text], token.place)
            else:
                self._emit("name", token.text, token.place)
        else:
            self.source.fail(token.place, f"expected a number, a name or '(', got {self.source.shown()}")

    def _call(self, token: Token, depth: int) -> None:
        if token.text not in FUNCTIONS:
            self.source.fail(token.place, f"there is no function {token.text!r}; use {', '.join(sorted(FUNCTIONS))}")
        self.source.expect("(")
        self.sum(self._deeper(depth), 0)
        self.source.expect(")")
        self._emit("function", token.text, token.place)

    def _number(self, token: Token) -> float | int:
        if len(token.text) > MAX_DIGITS:
            self.source.fail(
                token.place, f"the number has {len(token.text)} characters, over the limit of {MAX_DIGITS}"
            )
        if token.kind == "integer" and len(token.text) <= 15:
            return int(token.text)
        value = float(token.text)
        if not math.isfinite(value):
            self.source.fail(token.place, "the number is too large")
        return value


def evaluate(
    source: Source, steps: Postfix, names: Mapping[str, Any], version: int, spend: Callable[[int, int], None]
) -> Any:
    """Return the value of an expression: a float, or an Expression where it holds open parameters.

    Parameters
    ----------
    source : Source
        For messages.
    steps : tuple
        From `parse_expression`.
    names : mapping of str to float or Expression
        What names stand for.
    version : int
        Of the language: in 3 the quotient of two integers that does not come out even is refused, as tools differ.
    spend : callable
        Told how many terms each step on open parameters costs, and its place; raises when it has been enough.

    Returns
    -------
    float or Expression

    Raises
    ------
    ValueError
        If a name is unknown, or the value is not finite, not real, or no polynomial of degree two in its parameters.
    """
    stack: list[Any] = []
    for kind, value, place in steps:
        if kind == "number":
            stack.append(value)
        elif kind == "name":
            if value not in names:
                source.fail(place, f"{value!r} is not declared; known here: {', '.join(names) or 'no name'}")
            stack.append(names[value])
        else:
            operands = [stack.pop()] if kind != "operator" else [stack.pop(), stack.pop()][::-1]
            if any(isinstance(operand, Expression) for operand in operands):
                spend(3 * math.prod(_size(operand) for operand in operands), place)
            try:
                stack.append(_apply(kind, value, operands, version))
            except OverflowError:
                source.fail(place, "the value is too large")
            except (ZeroDivisionError, ValueError) as error:
                source.fail(place, str(error).rstrip("."))
    (result,) = stack
    return result if isinstance(result, Expression) else float(result)


def _size(operand: Any) -> int:
    return max(1, len(operand.terms)) if isinstance(operand, Expression) else 1


def _apply(kind: str, value: Any, operands: list[Any], version: int) -> Any:
    if kind == "negative":
        return -operands[0]
    if kind == "function":
        if isinstance(operands[0], Expression):
            raise ValueError(f"{value}({operands[0]}) is no polynomial in its parameters; compute it outside")
        return FUNCTIONS[value](operands[0])
    left, right = operands
    if value == "+":
        result = left + right
    elif value == "-":
        result = left - right
    elif value == "*":
        result = left * right
    elif value == "/":
        result = _quotient(left, right, version)
    else:
        result = _power(left, right)
    if isinstance(result, int) and abs(result) > 2**53:
        result = float(result)
    if isinstance(result, complex) or (isinstance(result, float) and not math.isfinite(result)):
        raise ValueError(f"{left} {value} {right} is no finite real number")
    return result


def _quotient(left: Any, right: Any, version: int) -> Any:
    if isinstance(right, Expression):
        raise ValueError(f"({left}) / ({right}) is no polynomial in its parameters; compute it outside")
    if isinstance(left, int) and isinstance(right, int) and right:
        if left % right == 0:
            return left // right
        if version == 3:
            raise ValueError(
                f"{left}/{right} is a quotient of integers, which tools round or not; write {left}.0/{right}"
            )
    return left / right


def _power(left: Any, right: Any) -> Any:
    if isinstance(right, Expression):
        raise ValueError(f"({left}) ** ({right}) is no polynomial in its parameters; compute it outside")
    if isinstance(left, Expression):
        if right == 1:
            return left
        if right == 2:
            return left * left
        raise ValueError(f"({left}) ** {right} is no polynomial of degree two; compute it outside")
    return float(left) ** float(right)
