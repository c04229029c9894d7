"""The command line: what is printed where, exit codes, the same numbers twice, and a light start."""

import io
import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest

import qlearn as ql
from qlearn import cli
from qlearn.cli import _terminal, info
from tests import house

HEAVY = {"numpy", "scipy", "sklearn", "numba", "stim", "torch", "matplotlib", "networkx", "joblib"}


def run(*arguments):
    """Return the finished process of ``python -m qlearn``."""
    command = [sys.executable, "-m", "qlearn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=house.ROOT.parent, check=False)


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self):
        return True


def test_progress_shows_on_terminals_only_and_cleans_up(monkeypatch):
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    with _terminal.progress("working"):
        assert quiet.getvalue() == ""
    assert quiet.getvalue() == ""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with pytest.raises(ZeroDivisionError), _terminal.progress("working"):
        assert shown.getvalue() == "working ..."
        _ = 1 / 0
    assert shown.getvalue() == "working ...\r" + " " * 11 + "\r"


def test_headings_are_bold_on_terminals_that_can(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert _terminal.bold("x") == "\033[1mx\033[0m"
    monkeypatch.setenv("TERM", "dumb")
    assert _terminal.bold("x") == "x"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert _terminal.bold("x") == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert _terminal.bold("x") == "x"


def test_info_tells_what_is_there(capsys):
    assert cli.main(["info", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["qlearn"] == ql.__version__
    assert data["versions"]["numpy"] == np.__version__
    assert data["cores"] >= 1
    assert data["memory"]["available"] > 2**20
    assert data["kernels"]["n_cached"] >= 0
    assert cli.main(["info"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert {"qlearn", "python", "needs", "processor", "kernels", "memory"} <= {
        line.split()[0] for line in out.splitlines()
    }


def test_info_reads_the_extras_from_the_metadata(monkeypatch):
    lines = [
        "numpy>=2.0",
        "torch>=2.4; extra == 'torch'",
        'ldpc>=2.2; extra == "decoders"',
        'beliefmatching>=0.1; extra == "decoders"',
        'qlearn[test]; extra == "dev"',
        'build>=1.2; extra == "dev"',
    ]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: lines)
    monkeypatch.setattr(info, "_version", lambda name: "1.0" if name in {"torch", "ldpc"} else None)
    assert info._extras() == {"torch": [], "decoders": ["beliefmatching"], "dev": ["build"]}
    assert info._extra_text("torch", []) == "installed"
    assert info._extra_text("dev", ["build"]) == 'without build: pip install "qlearn[dev]"'


def test_info_names_the_memory_limit(monkeypatch, capsys):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e9")
    assert cli.main(["info"]) == 0
    assert "memory      0.9 GiB may be used (QLEARN_MAX_MEMORY=1e9)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["toor"], "invalid choice: 'toor'"),
        (["tour", "--seed", "-1"], "argument --seed: must be an integer >= 0, got '-1'"),
        (["tour", "--seed", "x"], "argument --seed: must be an integer >= 0, got 'x'"),
        (["info", "extra"], "unrecognized arguments: extra"),
    ],
)
def test_what_is_not_understood_exits_with_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main(arguments)
    out, err = capsys.readouterr()
    assert leaving.value.code == 2
    assert out == ""
    assert message in err


@pytest.mark.parametrize("error", [ValueError("no such thing"), MemoryError("no such thing"), OSError("no such thing")])
def test_what_fails_exits_with_1_and_one_line(error, monkeypatch, capsys):
    monkeypatch.setattr(info, "_info_data", lambda: (_ for _ in ()).throw(error))
    assert cli.main(["info"]) == 1
    assert capsys.readouterr() == ("", "qlearn: no such thing\n")


def test_an_interrupt_exits_with_1_without_a_trace(monkeypatch, capsys):
    monkeypatch.setattr(info, "_info_data", lambda: (_ for _ in ()).throw(KeyboardInterrupt()))
    assert cli.main(["info"]) == 1
    assert capsys.readouterr() == ("", "qlearn: interrupted\n")


def test_help_and_version(capsys):
    for arguments in (["--help"], ["tour", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as leaving:
            cli.main(arguments)
        assert leaving.value.code == 0
    assert f"qlearn {ql.__version__}\n" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom qlearn.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=house.ROOT.parent
    )
    assert "tour" in result.stdout
    assert HEAVY & set(re.findall(r"'(\w+)'", result.stderr)) == set()


@pytest.mark.bench
def test_help_is_quick():
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run("--help")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.15


def test_as_a_process():
    done = run("info", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["qlearn"] == ql.__version__
    assert run("nothing").returncode == 2


def test_a_closed_pipe_is_no_error():
    """As in ``qlearn info | head -1``."""
    reader, writer = os.pipe()
    os.close(reader)
    done = run_patched("print('gone')", stdout=writer)
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 1


def test_terminals_without_greek_letters_get_question_marks():
    done = run_patched("print('theta \\u03b8')", stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert done.stdout == b"theta ?" + os.linesep.encode()
    assert done.stderr == b""


def run_patched(action, stdout):
    """Return the process of ``qlearn info`` in an ASCII terminal, with an action in place of the work."""
    lines = [
        "import sys",
        "from qlearn.cli import info, main",
        f"info._run_info = lambda _: {action} or 0",
        "sys.exit(main(['info']))",
    ]
    script = "\n".join(lines)
    return subprocess.run(
        [sys.executable, "-c", script], stdout=stdout, stderr=subprocess.PIPE, cwd=house.ROOT.parent, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
