"""The report: escaped, self-contained, the same bytes twice, and what a browser would make of it."""

import base64
from html.parser import HTMLParser

import numpy as np
import pytest

import qlearn as ql
from qlearn.plot import EstimatesDisplay
from qlearn.report import Report

HOSTILE = '<script src="http://example.org/x.js"></script>&"\''
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects the tags with their attributes and the text, and checks that tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise ValueError(f"</{tag}> closes nothing.")

    def handle_data(self, data):
        self.texts.append(data)


def read(report):
    reader = Reader()
    reader.feed(report.html())
    reader.close()
    if reader.open:
        raise ValueError(f"{reader.open} are left open.")
    return reader


def drawn():
    return EstimatesDisplay([HOSTILE.replace("$", "")], [0.0], [-1.0], [1.0]).plot()


def full_report():
    report = Report(HOSTILE, subtitle=HOSTILE).section(HOSTILE).text(HOSTILE).code(HOSTILE).facts({HOSTILE: HOSTILE})
    report.table([HOSTILE, "n"], [[HOSTILE, 1.5], [None, 2]], caption=HOSTILE)
    return report.figure(drawn(), HOSTILE).figure(ql.Circuit(2).h(0).cx(0, 1).draw("svg"), "a circuit")


def test_hostile_text_is_shown_and_never_runs():
    reader = read(full_report())
    assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "link", "iframe", "object"})
    assert sum(HOSTILE in text for text in reader.texts) >= 8
    assert [attributes["alt"] for tag, attributes in reader.tags if tag == "img"] == [HOSTILE, "a circuit"]


def test_nothing_is_requested():
    reader = read(full_report())
    links = [value for _, attributes in reader.tags for name, value in attributes.items() if name in {"src", "href"}]
    assert len(links) == 2
    assert all(link.startswith("data:image/svg+xml;base64,") for link in links)
    assert not any(word in text for text in reader.texts for word in ("url(", "@import"))
    assert "default-src 'none'" in full_report().html()


def test_pictures_are_those_given():
    first, second = (attributes["src"] for tag, attributes in read(full_report()).tags if tag == "img")
    circuit = base64.b64decode(second.split(",")[1]).decode()
    assert circuit == ql.Circuit(2).h(0).cx(0, 1).draw("svg")
    assert b"</svg>" in base64.b64decode(first.split(",")[1])


def test_the_same_content_gives_the_same_bytes():
    assert full_report().html() == full_report().html()


def test_numbers_and_estimates_are_written_for_people():
    report = Report("r").table(
        ["name", "value"], [["a", ql.Estimate(-1.137, 0.004, 1000)], ["b", -0.25], ["c", np.float64(2)]]
    )
    texts = read(report).texts
    assert {"−1.137 ± 0.004", "−0.25", "2"} <= set(texts)
    cells = [attributes.get("class") for tag, attributes in read(report).tags if tag == "td"]
    assert cells == [None, "number"] * 3


def test_a_ragged_table_is_refused():
    with pytest.raises(ValueError, match="Row 1 has 1 cells for 2 headers"):
        Report("r").table(["a", "b"], [[1, 2], [3]])


def test_what_is_no_picture_is_refused():
    with pytest.raises(TypeError, match="got dict"):
        Report("r").figure({}, "caption")
    with pytest.raises(TypeError, match="got str"):
        Report("r").figure("no markup", "caption")


def test_saving_replaces_the_file_whole(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    report = full_report().save(path)
    assert path.read_text(encoding="utf-8") == report.html()
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
