"""One HTML file from results: readable without a network, on paper and on a phone."""

import base64
import html
import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .estimates import Estimate
from .persistence import write_atomically

__all__ = ["Report"]

# Nothing may be requested and no script may run, whatever the text of the report says.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2530; --soft: #5b6673; --line: #d9dee4; --page: #ffffff; --card: #f5f7f9;
  --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaee; --soft: #a2adb8; --line: #38424d; --page: #14191f; --card: #1d242c; --accent: #56b4e9; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: 1rem; border-top: 1px solid var(--line); }
p { margin: .6rem 0; max-width: 46rem; }
.subtitle, figcaption, caption { color: var(--soft); font-size: .92rem; }
.facts { display: flex; flex-wrap: wrap; gap: .7rem; margin: 1rem 0; padding: 0; list-style: none; }
.facts li { flex: 1 1 11rem; background: var(--card); border-radius: .5rem; padding: .7rem .9rem; }
.facts b { display: block; font-size: 1.25rem; color: var(--accent); font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; min-width: 50%; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { font-weight: 600; }
td.number, th.number { text-align: right; }
figure { margin: 1.2rem 0; }
figure img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: .5rem; padding: .4rem; }
pre { background: var(--card); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font: .86rem/1.45
  ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
@media print { body { max-width: none; } figure, table { break-inside: avoid; } }
"""


class Report:
    """A page of sections with text, numbers, tables, pictures and code; every method returns the report.

    Parameters
    ----------
    title : str
        Of the page.
    subtitle : str
        A line below it.

    Examples
    --------
    >>> import qlearn as ql
    >>> report = ql.report.Report("Energy of H2").section("Result").facts({"energy": ql.Estimate(-1.137, 0.004, 1000)})
    >>> "−1.137 ± 0.004" in report.html()
    True
    """

    def __init__(self, title: str, *, subtitle: str = "") -> None:
        self.title = title
        self.subtitle = subtitle
        self._parts: list[str] = []

    def section(self, title: str) -> "Report":
        """Begin a section.

        Parameters
        ----------
        title : str
            Its heading.

        Returns
        -------
        Report
            This one.
        """
        return self._add(f"<h2>{html.escape(title)}</h2>")

    def text(self, paragraph: str) -> "Report":
        """Add a paragraph.

        Parameters
        ----------
        paragraph : str
            Plain text; markup in it is shown as it stands.

        Returns
        -------
        Report
            This one.
        """
        return self._add(f"<p>{html.escape(paragraph)}</p>")

    def facts(self, values: Mapping[str, Any]) -> "Report":
        """Add the few numbers to remember.

        Parameters
        ----------
        values : mapping of str to object
            What it is, and its value: an Estimate, a number or text.

        Returns
        -------
        Report
            This one.
        """
        items = (f"<li><b>{_cell(value)}</b>{html.escape(name)}</li>" for name, value in values.items())
        return self._add(f'<ul class="facts">{"".join(items)}</ul>')

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[Any]], *, caption: str = "") -> "Report":
        """Add a table; columns of numbers are set to the right.

        Parameters
        ----------
        headers : sequence of str
            One for each column.
        rows : sequence of sequences
            Estimates, numbers (round them: up to ten digits are written), text, or None for an empty cell.
        caption : str
            Above it.

        Returns
        -------
        Report
            This one.

        Raises
        ------
        ValueError
            If a row has not one cell a header.
        """
        for index, row in enumerate(rows):
            if len(row) != len(headers):
                raise ValueError(f"Row {index} has {len(row)} cells for {len(headers)} headers.")
        numeric = [any(_is_number(row[column]) for row in rows) for column in range(len(headers))]
        kinds = [' class="number"' if is_number else "" for is_number in numeric]
        head = "".join(f"<th{kind}>{html.escape(name)}</th>" for kind, name in zip(kinds, headers))
        body = "".join(
            f"<tr>{''.join(f'<td{kind}>{_cell(value)}</td>' for kind, value in zip(kinds, row))}</tr>" for row in rows
        )
        above = f"<caption>{html.escape(caption)}</caption>" if caption else ""
        return self._add(f'<div class="scroll"><table>{above}<tr>{head}</tr>{body}</table></div>')

    def figure(self, picture: Any, caption: str) -> "Report":
        """Add a picture.

        Parameters
        ----------
        picture : Display, matplotlib.figure.Figure or str
            A drawn Display, a figure, or SVG text such as ``circuit.draw("svg")`` returns.
        caption : str
            Below it; also read to those who do not see it.

        Returns
        -------
        Report
            This one.

        Raises
        ------
        TypeError
            If it is none of these.
        """
        data = base64.b64encode(_svg(picture).encode()).decode()
        text = html.escape(caption)
        image = f'<img alt="{text}" src="data:image/svg+xml;base64,{data}">'
        return self._add(f"<figure>{image}<figcaption>{text}</figcaption></figure>")

    def code(self, text: str) -> "Report":
        """Add text as it stands: code, a circuit in letters, the log of a run.

        Parameters
        ----------
        text : str
            With its line breaks.

        Returns
        -------
        Report
            This one.
        """
        return self._add(f"<pre>{html.escape(text)}</pre>")

    def html(self) -> str:
        """Return the page.

        Returns
        -------
        str
            A whole HTML document; the same content gives the same bytes.
        """
        title, subtitle = html.escape(self.title), html.escape(self.subtitle)
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
            f'<h1>{title}</h1>\n<p class="subtitle">{subtitle}</p>\n' + "\n".join(self._parts) + "\n</body>\n</html>\n"
        )

    def save(self, path: str | os.PathLike[str]) -> "Report":
        """Write the page to one file.

        Parameters
        ----------
        path : str or path-like
            An existing file is replaced, whole or not at all.

        Returns
        -------
        Report
            This one.
        """
        write_atomically(os.path.realpath(path), self.html().encode())
        return self

    def _add(self, part: str) -> "Report":
        self._parts.append(part)
        return self


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Estimate)) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Estimate):
        value = str(value).split(" (")[0].replace("-", "−")
    elif isinstance(value, float):
        value = f"{value:.10g}".replace("-", "−")
    return html.escape(str(value))


def _svg(picture: Any) -> str:
    if isinstance(picture, str) and picture.lstrip().startswith("<"):
        return picture
    figure = getattr(picture, "figure_", picture)
    if not hasattr(figure, "savefig"):
        raise TypeError(f"A picture is a drawn Display, a figure or SVG text, got {type(picture).__name__}.")
    from matplotlib import rc_context

    buffer = io.StringIO()
    # The same picture gives the same bytes: names inside it come from the salt, and it carries no date.
    with rc_context({"svg.hashsalt": "qlearn"}):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    return buffer.getvalue()
