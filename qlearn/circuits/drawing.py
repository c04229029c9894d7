"""Drawings of circuits as text."""

from __future__ import annotations

import shutil
from typing import Any

from .._checks import check_count
from ._layout import Element, Mark, elements
from .circuit import Circuit

_SYMBOLS = {"control": "●", "not": "⊕", "swap": "×", "barrier": "░"}


class Drawing(str):
    """A drawing as text, shown as such in a Python session.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.Circuit(2).h(0).cx(0, 1).draw()
    q0: ─┤H├──●───
              │
    q1: ──────⊕───
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_svg_(self) -> str | None:
        return str(self) if self.startswith("<svg") else None


def draw_text(circuit: Circuit, width: int | None = None) -> Drawing:
    """Return a drawing of the circuit in characters.

    Parameters
    ----------
    circuit : Circuit
    width : int, optional
        Characters in a line, at least 20; the drawing continues below where it is longer. By default that of the
        terminal.

    Returns
    -------
    Drawing

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import draw_text
    >>> print(draw_text(ql.Circuit(2).cz(0, 1).depolarize1(0.01, 1).measure(1)))
    q0: ──●───────────────────
          │
    q1: ──●───┊dep 0.01┊─┤M├──
    """
    limit = shutil.get_terminal_size().columns if width is None else check_count("width", width, minimum=20)
    blocks = _blocks(circuit)
    names = [f"q{qubit}: " for qubit in range(circuit.n_qubits)]
    margin = max(len(name) for name in names)
    names = [name.ljust(margin) for name in names]
    rows: list[str] = []
    start = 0
    while True:
        stop, used = start, margin + 2
        while stop < len(blocks) and (stop == start or used + len(blocks[stop][0]) <= limit):
            used += len(blocks[stop][0])
            stop += 1
        rows.extend(_joined(blocks[start:stop], names, margin))
        if stop >= len(blocks):
            return Drawing("\n".join(rows))
        rows.append("")
        start = stop


def _joined(blocks: list[list[str]], names: list[str], margin: int) -> list[str]:
    """Lines of some columns side by side: wires at even places, the space between them at odd ones."""
    lines = []
    for line in range(2 * len(names) - 1):
        is_wire = line % 2 == 0
        start = names[line // 2] + "─" if is_wire else " " * (margin + 1)
        text = start + "".join(block[line] for block in blocks) + ("─" if is_wire else "")
        lines.append(text.rstrip())
    return lines


def _blocks(circuit: Circuit) -> list[list[str]]:
    """The characters of every column: 2 n - 1 lines of one width."""
    columns: dict[int, list[Element]] = {}
    for element in elements(circuit):
        columns.setdefault(element.column, []).append(element)
    return [_block(columns[index], circuit.n_qubits) for index in sorted(columns)]


def _block(column: list[Element], n_qubits: int) -> list[str]:
    texts = {qubit: _mark_text(element, mark) for element in column for qubit, mark in element.marks.items()}
    width = max(len(text) for text in texts.values())
    width = max(width + (width + 1) % 2, 3)
    lines = ["─" * width if line % 2 == 0 else " " * width for line in range(2 * n_qubits - 1)]
    for element in column:
        first, last = element.span
        for qubit in range(first, last + 1):
            if qubit in element.marks:
                lines[2 * qubit] = texts[qubit].center(width, "─")
            elif element.is_joined:
                lines[2 * qubit] = "┼".center(width, "─")
            if qubit < last and element.is_joined:
                lines[2 * qubit + 1] = ("┊" if element.family == "noise" else "│").center(width)
            elif qubit < last and qubit in element.marks and qubit + 1 in element.marks:
                lines[2 * qubit + 1] = "░".center(width)
    return [line + ("─" if index % 2 == 0 else " ") for index, line in enumerate(lines)]


def _mark_text(element: Element, mark: Mark) -> str:
    if mark.kind in _SYMBOLS:
        return _SYMBOLS[mark.kind]
    if mark.kind == "measure":
        return f"┤M {mark.text}├" if mark.text else "┤M├"
    return f"┊{mark.text}┊" if element.family == "noise" else f"┤{mark.text}├"


def draw(circuit: Circuit, style: str = "text", *, width: int | None = None) -> Drawing:
    """Return a drawing of the circuit as text or SVG.

    Parameters
    ----------
    circuit : Circuit
    style : str
        `"text"` or `"svg"`.
    width : int, optional
        Characters in a line of text, or pixels of an SVG; longer circuits continue below.

    Returns
    -------
    Drawing
        A str; an SVG document is complete and loads nothing.

    Raises
    ------
    ValueError
        If the style is another.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import draw
    >>> draw(ql.Circuit(1).h(0), "svg").startswith("<svg")
    True
    """
    if style == "text":
        return draw_text(circuit, width)
    if style == "svg":
        from ._svg import draw_svg

        return Drawing(draw_svg(circuit, width))
    raise ValueError(f"`style` must be 'text' or 'svg', got {style!r}.")


def notebook_html(circuit: Any) -> str:
    """Return what a notebook shows for a circuit: its SVG, or one line where that would be huge.

    Parameters
    ----------
    circuit : Circuit

    Returns
    -------
    str
    """
    from ._svg import draw_svg, escaped

    if len(circuit) * circuit.n_qubits > 100_000:
        return f"<code>{escaped(repr(circuit))}</code>"
    return f'<div style="overflow-x:auto">{draw_svg(circuit)}</div>'
