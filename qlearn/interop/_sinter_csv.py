"""Tables of sinter's whose last line was cut off when a run was killed."""

import csv
import json
import os
from pathlib import Path

import sinter


def repair_csv(path: str | os.PathLike[str]) -> int:
    """Return how many lines of a table of sinter's had to go because they were cut off or garbled.

    They are appended to a file with the further suffix ``.torn``; the rest stays as it is. A sound file is not touched.

    Parameters
    ----------
    path : path
        Written by ``sinter.collect`` or by hand with ``sinter.CSV_HEADER``.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If its first line is not sinter's header, so that nothing is thrown away of a file of another kind.
    OSError
        If it cannot be read or replaced.
    """
    path = Path(path)
    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
    header, *lines = text.split("\n")
    names = [name.strip() for name in header.split(",")]
    if not lines and sinter.CSV_HEADER.startswith(header) and names != _COLUMNS:  # cut off amid the header, or empty
        return _rewrite(path, [], [header]) if header else 0
    if not set(_COLUMNS[:7]) <= set(names):
        raise ValueError(f"{path.name} is no table of sinter's: its first line is {header[:80]!r}.")
    filled = [line for line in lines if line.strip()]
    sound = [line for line in filled if _is_record(line, names)]
    if len(sound) == len(filled) and text.endswith("\n"):
        return 0
    return _rewrite(path, [header, *sound], [line for line in filled if not _is_record(line, names)])


_COLUMNS = [name.strip() for name in sinter.CSV_HEADER.split(",")]


def _is_record(line: str, names: list[str]) -> bool:
    try:
        fields = next(csv.reader([line], strict=True))  # an open quote would swallow the lines that follow
    except csv.Error:
        return False
    if len(fields) != len(names) or "\0" in line:
        return False
    record = dict(zip(names, (field.strip() for field in fields)))
    try:
        counts = [int(record[name]) for name in ("shots", "errors", "discards")]
        float(record["seconds"])
        json.loads(record["json_metadata"])
        extra = json.loads(record.get("custom_counts") or "{}")
    except ValueError:
        return False
    return min(counts) >= 0 and isinstance(extra, dict) and bool(record["strong_id"])


def _rewrite(path: Path, kept: list[str], dropped: list[str]) -> int:
    """Set lines aside, then replace the file by the others: at no time is a line in neither file."""
    encoding = {"encoding": "utf-8", "errors": "surrogateescape", "newline": "\n"}
    if dropped:
        with path.with_name(path.name + ".torn").open("a", **encoding) as torn:
            torn.write("".join(f"{line}\n" for line in dropped))
    fresh = path.with_name(path.name + ".repaired")
    fresh.write_text("".join(f"{line}\n" for line in kept), **encoding)
    os.replace(fresh, path)
    return len(dropped)
