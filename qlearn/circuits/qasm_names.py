"""Names of parameters and measurement keys in OpenQASM, where brackets and most signs are not allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .gates import GATES
from .parameters import Parameter

RESERVED: frozenset[str] = frozenset(
    """
    OPENQASM U CX gphase id u u0 u1 u2 u3 p cp cu cu1 cu3 csx phase cphase rccx rc3x c3x c3sqrtx c4x q pi tau euler
    include qreg creg qubit bit gate opaque measure reset barrier if else for while in def defcal defcalgrammar cal box
    delay let const int uint float angle bool complex duration stretch array input output return extern switch case
    default break continue end pragma ctrl negctrl inv pow sin cos tan exp ln sqrt log mod floor ceiling arcsin arccos
    arctan popcount rotl rotr real imag sizeof durationof void true false im readonly mutable c
    """.split()
) | frozenset(GATES)
"""Words of the language and of its headers, and names that the writer uses."""

_ELEMENT = re.compile(r"(.+?)__(0|[1-9][0-9]{0,8})")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parameter_name(identifier: str) -> str:
    """Return the name of a parameter from its identifier: `theta__3` is `theta[3]`, `x_` is `x`.

    Parameters
    ----------
    identifier : str

    Returns
    -------
    str
    """
    if identifier.endswith("_") and identifier.rstrip("_") in RESERVED:
        return identifier[:-1]
    match = _ELEMENT.fullmatch(identifier)
    return f"{match[1]}[{match[2]}]" if match else identifier


def identifiers(names: Iterable[str], taken: Iterable[str], *, lowercase: bool = False) -> dict[str, str]:
    """Return an identifier for each name, all different and none of them taken.

    Parameters
    ----------
    names : iterable of str
    taken : iterable of str
        Words that mean something else.
    lowercase : bool
        Whether they must begin with a small letter, as in version 2.

    Returns
    -------
    dict of str to str
        Names stand for themselves where they can, `theta[3]` becomes `theta__3`, words such as `x` get an underscore,
        and other signs become one.
    """
    found: dict[str, str] = {}
    used = set(taken)
    for name in names:
        parameter = Parameter(name)
        plain = name if parameter.vector is None else f"{parameter.vector}__{parameter.index}"
        text = re.sub(r"[^A-Za-z0-9_]", "_", plain)
        if not _IDENTIFIER.fullmatch(text) or (lowercase and not text[0].islower()):
            text = f"p_{text}"
        if parameter.vector is None and _ELEMENT.fullmatch(text):
            text += "_"
        if text.rstrip("_") in RESERVED:
            text += "_"  # one more than the name has, so that a reader can take it off again
        while text in used:
            text += "_"
        used.add(text)
        found[name] = text
    return found
