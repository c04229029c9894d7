"""Drawings: fixed examples, alignment, and SVG that is well-formed and escaped."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from qlearn.circuits import GATES, Circuit, Parameter, draw, draw_text, parameters
from qlearn.circuits._layout import angle_text, elements

THETA = parameters("theta", 13)
X = Parameter("x")


def test_a_bell_pair():
    lines = ["q0: ─┤H├──●──┤M├──", "          │", "q1: ──────⊕──┤M├──"]
    assert draw_text(Circuit(2).h(0).cx(0, 1).measure()).splitlines() == lines


def test_lines_cross_wires_between():
    lines = ["q0: ──●───", "      │", "q1: ──┼───", "      │", "q2: ──⊕───"]
    assert draw_text(Circuit(3).cx(0, 2)).splitlines() == lines


def test_a_crossing_line_takes_its_own_column():
    circuit = Circuit(3).cx(0, 2).h(1)
    assert [element.column for element in elements(circuit)] == [0, 1]


@pytest.mark.parametrize(
    ("angle", "text"),
    [
        (math.pi, "π"),
        (-math.pi / 2, "-π/2"),
        (3 * math.pi / 4, "3π/4"),
        (0.0, "0"),
        (0.123456, "0.123"),
        (1e-9, "1e-09"),
        (THETA[12], "θ₁₂"),
        (2 * X - 1, "2x-1"),
        (-X, "-x"),
        (X * THETA[0] + math.pi, "θ₀·x+π"),
        (Parameter("a_very_long_parameter_name") * 2, "2a_very_long_para…"),
    ],
)
def test_angles(angle, text):
    assert angle_text(angle) == text


def many():
    circuit = Circuit(5)
    for spec in GATES.values():
        getattr(circuit, spec.name)(*[0.3, X, THETA[3] * X][: spec.n_angles], *range(spec.n_qubits))
    circuit.barrier().pauli_rotation(0.3, "XZY", [0, 2, 4]).unitary(np.eye(4), [1, 2]).unitary(np.eye(2), 0).reset(1)
    circuit.depolarize1(0.01, 0).depolarize2(0.02, 1, 3).pauli_channel1((0.1, 0, 0), 0).amplitude_damping(0.1, 2)
    circuit.pauli_channel2([0.01] * 15, 0, 4).phase_damping(0.1, 1).bit_flip(0.1, 2).phase_flip(0.1, 3)
    circuit.thermal_relaxation(1.0, 1.0, 0.3, 4).kraus([np.eye(2)], 2).readout_error(0.1, 0.2, 0)
    return circuit.measure([0, 1], key="<script>&\"'").measure()


@pytest.mark.parametrize("width", [40, 80, 10_000])
def test_every_instruction_is_drawn_and_columns_are_straight(width):
    text = draw_text(many(), width=width)
    lines = text.splitlines()
    assert max(len(line) for line in lines) <= width
    rows = [line for line in lines if line.startswith("q")]
    assert len(rows) % 5 == 0
    for start in range(0, len(rows), 5):
        assert [row[:3] for row in rows[start : start + 5]] == ["q0:", "q1:", "q2:", "q3:", "q4:"]
        assert len({len(row) for row in rows[start : start + 5]}) == 1
    for symbol in ("┤H├", "⊕", "●", "×", "┊dep 0.01┊", "┊readout 0.1 0.2┊", "┤M├", "|0⟩", "░", "┼"):
        assert symbol in text


def test_verticals_join_marks():
    rows = draw_text(many(), width=10_000).splitlines()
    for upper, space, lower in zip(rows[0::2], rows[1::2], rows[2::2], strict=False):
        for place, character in enumerate(space):
            if character in "│┊":
                assert upper[place] != "─"
                assert lower[place] != "─"


def test_svg_is_well_formed_and_escaped():
    source = str(draw(many(), "svg"))
    root = ET.fromstring(source)
    assert root.tag.endswith("svg")
    assert "<script" not in source
    assert "&lt;script&gt;&amp;" in source
    assert not [e for e in root.iter() if e.tag.split("}")[-1] in ("script", "image", "use", "style", "foreignObject")]
    assert "href" not in source
    titles = [e.text for e in root.iter() if e.tag.endswith("title")]
    assert len(titles) == 1 + len(elements(many()))
    assert "crx(0.3) on 0, 1" in titles


def test_svg_stays_inside_its_width():
    for width in (400, 1000, 100_000):
        root = ET.fromstring(str(draw(many(), "svg", width=width)))
        total = float(root.get("width"))
        assert total <= width + 20
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            if rect.get("x"):
                assert 0 <= float(rect.get("x"))
                assert float(rect.get("x")) + float(rect.get("width")) <= total


def test_empty_circuits_and_notebooks():
    assert draw_text(Circuit(1)) == "q0: ──"
    ET.fromstring(str(draw(Circuit(3), "svg")))
    assert "<svg" in Circuit(2).h(0)._repr_html_()
    assert (
        Circuit(2).h(0).repeat(100_000)._repr_html_() == "<code>&lt;Circuit: 2 qubits, 100000 instructions&gt;</code>"
    )
    assert repr(Circuit(2).rx(X, 0)) == "<Circuit: 2 qubits, 1 instructions, 1 parameters>"
    assert repr(Circuit(1).h(0).draw()) == "q0: ─┤H├──"
    assert Circuit(1).draw()._repr_svg_() is None
    assert Circuit(1).draw("svg")._repr_svg_().startswith("<svg")


def test_bad_options():
    with pytest.raises(ValueError, match="`style` must be 'text' or 'svg', got 'latex'"):
        Circuit(1).draw("latex")
    with pytest.raises(ValueError, match="`width` must be at least 20, got 3"):
        Circuit(1).draw(width=3)
