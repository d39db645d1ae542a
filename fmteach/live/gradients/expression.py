"""A learner's expression, such as "x_i(s_l - z_il)": read, computed and written out again.

Nothing is given to Python's own interpreter: a small grammar of its own, in which a product needs
no sign ("2z_il"), and every problem is told in words. expression.js is the same in the browser.

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed | power)*
    signed  = ("+" | "-") signed | power
    power   = atom ["^" signed]
    atom    = number | name | "(" sum ")"
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Mapping, Sequence

from fmteach.errors import InputError

Node = tuple
"""("number", "2.5"), ("name", "x_i"), ("minus", node) or (one of + - * / ^, node, node)."""

LONGEST = 200
DEEPEST = 20

# Spellings of one name: without underscores and in small letters.
ALIASES = {
    "xi": "x_i", "wi": "w_i", "w0": "w0", "vil": "v_il", "zil": "z_il", "sl": "s_l", "ql": "q_l",
    "y": "y", "yhat": "ŷ", "ŷ": "ŷ", "p": "p", "pair": "pair", "lin": "lin",
}  # fmt: skip
_SIGNS = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "÷": "/",
        "²": "^2 ", "³": "^3 ", "½": " 0.5 ", "¼": " 0.25 ", "\u00a0": " ",
    }
)  # fmt: skip
_SUBSCRIPT = re.compile(r"([A-Za-zŶŷ])(?:_?\{([A-Za-z0-9, ]*)\}|((?:\[[A-Za-z0-9, ]*\])+))")
_COMMA = re.compile(r"([vVz])_i, ?l\b")
_TOKEN = re.compile(
    r"([0-9]+(?:[.,][0-9]+)?|[.][0-9]+)|([A-Za-zŶŷΣσ∑∂][A-Za-zŶŷ0-9_]*)|([-+*/^()])|([\s\ufeff]+)|(.)"
)
_SIGMOIDS = {"sigmoid", "sigma", "exp", "log", "ln", "σ"}
_SHORT = {"x": "x_i", "w": "w_i", "v": "v_il", "z": "z_il", "s": "s_l", "q": "q_l"}


class Unfinished(InputError):
    """So far nothing is wrong, but something is missing at the end."""


def parse(text: str, names: Sequence[str]) -> Node:
    """The tree of an expression in these names. O(length).

    InputError says what is wrong; Unfinished that the end is missing.

    >>> show(parse("x_i(s_l - z_il)", ["x_i", "s_l", "z_il"]))
    'x_i · (s_l − z_il)'
    """
    if len(text) > LONGEST:
        raise InputError(f"the expression is longer than {LONGEST} characters; make it shorter")
    tokens = list(_tokens(text, names))
    if not tokens:
        raise Unfinished("nothing is written yet")
    reader = _Reader(tokens)
    tree = reader.sum(0)
    if reader.next is not None:
        raise InputError("there is a bracket ) too many")
    return tree


def evaluate(tree: Node, values: Mapping[str, float]) -> float:
    """The number of a tree; NaN where there is none, such as 1/0.

    >>> evaluate(parse("2z_il", ["z_il"]), {"z_il": 1.5})
    3.0
    """
    try:
        return _value(tree, values)
    except (OverflowError, ZeroDivisionError):
        return math.nan


def show(tree: Node) -> str:
    """How an expression was read, with every product written out.

    >>> show(parse("1/2 s_l^2", ["s_l"]))
    '1/2 · s_l^2'
    """
    return _show(tree)[0]


def _value(tree: Node, values: Mapping[str, float]) -> float:
    kind, *parts = tree
    if kind == "number":
        return float(parts[0])
    if kind == "name":
        return float(values[parts[0]])
    left, *rest = (_value(part, values) for part in parts)
    if kind == "minus":
        return -left
    found = _COMPUTE[kind](left, rest[0])
    if isinstance(found, complex) or not math.isfinite(found):
        raise OverflowError  # at once: 1/∞ would be a number again
    return found


_COMPUTE = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "^": operator.pow,
}  # fmt: skip
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "minus": 3, "^": 4, "number": 5, "name": 5}


def _show(tree: Node) -> tuple[str, int]:
    kind, *parts = tree
    rank = _RANK[kind]
    if kind in ("number", "name"):
        return parts[0], rank
    if kind == "minus":
        inner, of = _show(parts[0])
        return f"−{_bracket(inner, of < 3)}", rank
    (left, left_rank), (right, right_rank) = (_show(part) for part in parts)
    sign = {"+": " + ", "-": " − ", "*": " · ", "/": "/", "^": "^"}[kind]
    # On the right of a minus, a division or a power an equal rank needs brackets; so does a sign.
    left = _bracket(left, left_rank < rank or (kind == "^" and left_rank == rank))
    right = _bracket(right, right_rank <= rank or right_rank == 3)
    return f"{left}{sign}{right}", rank


def _bracket(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


class _Reader:
    """The grammar of the module's docstring, a method a line."""

    def __init__(self, tokens: list[tuple[str, str]]):
        self._tokens, self._at = tokens, 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else None

    def _take(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def sum(self, depth: int) -> Node:
        tree = self.product(depth)
        while self.next in ("+", "-"):
            tree = (self._take()[0], tree, self.product(depth))
        return tree

    def product(self, depth: int) -> Node:
        tree = self.signed(depth)
        while True:
            if self.next in ("*", "/"):
                tree = (self._take()[0], tree, self.signed(depth))
            elif self.next in ("number", "name", "("):  # a product without a sign
                tree = ("*", tree, self.power(depth))
            else:
                return tree

    def signed(self, depth: int) -> Node:
        if self.next in ("+", "-"):
            minus = self._take()[0] == "-"
            inner = self.signed(depth)
            return ("minus", inner) if minus else inner
        return self.power(depth)

    def power(self, depth: int) -> Node:
        tree = self.atom(depth)
        if self.next == "^":
            self._take()
            tree = ("^", tree, self.signed(depth))
        return tree

    def atom(self, depth: int) -> Node:
        if self.next is None:
            raise Unfinished("something is missing at the end")
        kind, value = self._take()
        if kind in ("number", "name"):
            return (kind, value)
        if kind == "(":
            if depth == DEEPEST:
                raise InputError(f"more than {DEEPEST} brackets stand inside one another")
            tree = self.sum(depth + 1)
            if self.next is None:
                raise Unfinished("a bracket ( is still open")
            self._take()  # nothing but ")" ends a sum before the end
            return tree
        if kind == ")":
            raise InputError("there is a bracket ) with nothing before it")
        raise InputError(f"something is missing before {kind}")


def _tokens(text: str, names: Sequence[str]):
    text = unicodedata.normalize("NFC", text).translate(_SIGNS).replace("**", "^")
    text = _COMMA.sub(r"\1_il", _SUBSCRIPT.sub(_one_name, text))
    for number, name, sign, space, other in _TOKEN.findall(text):
        if number:
            yield "number", number.replace(",", ".")
        elif name:
            yield "name", _known(name, names)
        elif sign:
            yield sign, sign
        elif not space:
            raise InputError(
                f"the sign {other} has no meaning here. Use + - * / ^ ( ) and the names"
            )


def _one_name(found: re.Match) -> str:
    """v_{il}, v[i, l] and v[i][l] are v_il."""
    return f"{found[1]}_{re.sub(r'[^A-Za-z0-9]', '', found[2] or found[3] or '')} "


def _known(written: str, names: Sequence[str]) -> str:
    plain = written.replace("_", "").lower()
    name = ALIASES.get(plain)
    if name in names:
        return name
    there = f"The names here are {', '.join(names)}"
    if written[0] in "Σ∑" or plain == "sum":
        return _refuse("a sum over all features has a name: s_l is Σ_j v_jl x_j", there)
    if plain in _SIGMOIDS:
        return _refuse(f"{written} is not needed: p is the sigmoid of ŷ", there)
    if plain in ("vjl", "xj", "zjl", "wj"):
        return _refuse(f"{written} stands inside a sum over j; the whole sum is s_l", there)
    if plain in _SHORT:
        return _refuse(f"{written} needs its index: {_SHORT[plain]}", there)
    if name is not None:
        return _refuse(f"{name} does not exist at this step", there)
    for cut in range(1, len(plain)):
        if plain[:cut] in ALIASES and plain[cut:] in ALIASES:
            two = f"{ALIASES[plain[:cut]]} * {ALIASES[plain[cut:]]}"
            return _refuse(f"{written} looks like two names; write {two}", there)
    return _refuse(f"there is no {written} at this step", there)


def _refuse(problem: str, there: str) -> str:
    raise InputError(f"{problem}. {there}")
