"""Drawings of circuits as SVG: self-contained, all text escaped."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

from .._checks import check_count
from ._layout import Element, Mark, elements
from .circuit import Circuit

ROW = 44
BOX = 30
GAP = 12
CHARACTER = 7.6
MARGIN = 16
DEFAULT_WIDTH = 1000
# (fill, stroke, text) of boxes by family; joining lines and dots take the stroke.
_COLOURS = {
    "fixed": ("#e8effc", "#3b6fd4", "#1c3f86"),
    "rotation": ("#e3f5f0", "#1f8a70", "#0f5646"),
    "unitary": ("#f1eafb", "#7a4fc4", "#4a2a86"),
    "measure": ("#eef0f3", "#4a5565", "#2c3440"),
    "noise": ("#fdf0e7", "#d1652a", "#93400f"),
    "barrier": ("#c3c9d4", "#c3c9d4", "#c3c9d4"),
}
_WIRE = "#8b95a5"
_FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"


def escaped(text: str) -> str:
    """Return text that is safe in SVG and HTML, in content and in attributes."""
    return escape(text, {'"': "&quot;", "'": "&#39;"})


def draw_svg(circuit: Circuit, width: int | None = None) -> str:
    """Return the circuit as an SVG document.

    Parameters
    ----------
    circuit : Circuit
    width : int, optional
        Pixels, at least 200; longer circuits continue in further rows.

    Returns
    -------
    str
    """
    limit = DEFAULT_WIDTH if width is None else check_count("width", width, minimum=200)
    columns: dict[int, list[Element]] = {}
    for element in elements(circuit):
        columns.setdefault(element.column, []).append(element)
    widths = [_column_width(columns[index]) for index in sorted(columns)]
    label = MARGIN + len(f"q{circuit.n_qubits - 1}") * 8.5 + 8
    height = circuit.n_qubits * ROW
    parts: list[str] = []
    top, widest, start = MARGIN / 2, label, 0
    while True:
        stop, right = start, label + GAP
        while stop < len(widths) and (stop == start or right + widths[stop] + MARGIN <= limit):
            right += widths[stop] + GAP
            stop += 1
        parts.append(_wires(circuit.n_qubits, top, label, right))
        left = label + GAP
        for index in range(start, stop):
            parts.extend(_element(element, left + widths[index] / 2, top) for element in columns[index])
            left += widths[index] + GAP
        widest = max(widest, right)
        top += height
        if stop >= len(widths):
            break
        start, top = stop, top + MARGIN
    total_width, total_height = round(widest + MARGIN), round(top + MARGIN / 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width}" height="{total_height}" '
        f'viewBox="0 0 {total_width} {total_height}" font-family="{escaped(_FONT)}" font-size="13" role="img">'
        f"<title>{escaped(f'Circuit on {circuit.n_qubits} qubits')}</title>"
        f'<rect width="100%" height="100%" rx="8" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _text_width(text: str) -> float:
    narrow = sum(unicodedata.category(c) in ("No", "Mn") or c in "(),.|[]il1: " for c in text)
    return CHARACTER * len(text) - 2.2 * narrow


def _column_width(column: list[Element]) -> float:
    return max(_mark_width(mark) for element in column for mark in element.marks.values())


def _mark_width(mark: Mark) -> float:
    if mark.kind == "measure":
        return BOX + (_text_width(mark.text) + 12 if mark.text else 0)
    if mark.kind in ("box", "reset"):
        return max(BOX, _text_width(mark.text) + 14)
    return 10.0 if mark.kind == "barrier" else 22.0


def _centre(top: float, qubit: int) -> float:
    return top + qubit * ROW + ROW / 2


def _wires(n_qubits: int, top: float, left: float, right: float) -> str:
    parts = []
    for qubit in range(n_qubits):
        y = _centre(top, qubit)
        parts.append(
            f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="{_WIRE}" stroke-width="1.2"/>'
            f'<text x="{left - 8:.1f}" y="{y:.1f}" dy="0.35em" text-anchor="end" fill="#4a5565">q{qubit}</text>'
        )
    return "".join(parts)


def _element(element: Element, x: float, top: float) -> str:
    fill, stroke, ink = _COLOURS[element.family]
    parts = [f"<g><title>{escaped(element.title)}</title>"]
    if element.is_joined:
        first, last = element.span
        dash = ' stroke-dasharray="3 3"' if element.family == "noise" else ""
        parts.append(
            f'<line x1="{x:.1f}" y1="{_centre(top, first):.1f}" x2="{x:.1f}" y2="{_centre(top, last):.1f}" '
            f'stroke="{stroke}" stroke-width="1.8"{dash}/>'
        )
    for qubit, mark in element.marks.items():
        parts.append(_mark(mark, element.family, x, _centre(top, qubit), (fill, stroke, ink)))
    return "".join(parts) + "</g>"


def _mark(mark: Mark, family: str, x: float, y: float, colours: tuple[str, str, str]) -> str:
    fill, stroke, ink = colours
    if mark.kind == "control":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{stroke}"/>'
    if mark.kind == "not":
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="#ffffff" stroke="{stroke}" stroke-width="1.8"/>'
            f'<path d="M{x - 10:.1f} {y:.1f}h20M{x:.1f} {y - 10:.1f}v20" stroke="{stroke}" stroke-width="1.8"/>'
        )
    if mark.kind == "swap":
        return f'<path d="M{x - 6:.1f} {y - 6:.1f}l12 12m0 -12l-12 12" stroke="{stroke}" stroke-width="2" fill="none"/>'
    if mark.kind == "barrier":
        return (
            f'<line x1="{x:.1f}" y1="{y - ROW / 2:.1f}" x2="{x:.1f}" y2="{y + ROW / 2:.1f}" stroke="{stroke}" '
            'stroke-width="5" stroke-dasharray="3 3"/>'
        )
    width = _mark_width(mark)
    dash = ' stroke-dasharray="4 2.5"' if family == "noise" else ""
    box = (
        f'<rect x="{x - width / 2:.1f}" y="{y - BOX / 2:.1f}" width="{width:.1f}" height="{BOX}" rx="5" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="1.3"{dash}/>'
    )
    if mark.kind == "measure":
        return box + _meter(mark.text, x - width / 2 + BOX / 2, y, ink)
    size = ' font-size="11.5"' if family == "noise" else ""
    place = f'x="{x:.1f}" y="{y:.1f}" dy="0.35em" text-anchor="middle"'
    return box + f'<text {place} fill="{ink}"{size}>{escaped(mark.text)}</text>'


def _meter(text: str, x: float, y: float, ink: str) -> str:
    dial = (
        f'<path d="M{x - 8.5:.1f} {y + 6:.1f}a8.5 8.5 0 0 1 17 0M{x:.1f} {y + 6:.1f}l6.5 -12" stroke="{ink}" '
        'stroke-width="1.4" fill="none" stroke-linecap="round"/>'
    )
    if not text:
        return dial
    return dial + f'<text x="{x + BOX / 2:.1f}" y="{y:.1f}" dy="0.35em" fill="{ink}">{escaped(text)}</text>'
