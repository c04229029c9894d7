"""The house rules, each with a planted fault that the check must find."""

import ast
import importlib
import subprocess
import sys
import textwrap
import tomllib
import types

import pytest

import qlearn
from tests import house

DYNAMIC_IMPORTS = {"__init__.py", "persistence.py", "cli/__init__.py"}


def plant(folder, files):
    """Return the root of a made-up package with these files."""
    root = folder / "qlearn"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return root


def test_imports_point_down():
    assert house.layer_faults(house.ROOT, qlearn.__doc__) == []


def test_every_folder_of_sources_is_a_package():
    folders = {path.parent for path in house.source_files()}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_imports_by_name_stay_where_they_are_known():
    assert house.dynamic_import_faults(house.ROOT, DYNAMIC_IMPORTS) == []


def test_the_map_is_the_one_of_the_design():
    height = house.layer_map(qlearn.__doc__)
    assert height["_checks"] == height["_memory"] == 0
    assert max(height, key=height.get) in {"cli", "testing"}
    assert height["estimates"] < height["paulis"] < height["circuits"] == height["codes"] < height["sim"]
    assert len(height) == 23


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("paulis/sum.py", "from ..sim import run", "sum.py:1: paulis may not import sim"),
        ("paulis/sum.py", "def f():\n    from ..circuits.gates import x", "may not import circuits.gates"),
        ("circuits/gates.py", "from .. import codes", "circuits may not import codes"),
        ("circuits/gates.py", "from .. import Circuit", "may not import Circuit"),
        ("_checks.py", "from ._random import generator", "_checks may not import _random"),
        ("cli.py", "import qlearn as ql", "import <root> relatively"),
        ("cli.py", "from qlearn.sim import run", "import sim relatively"),
        ("cli.py", "from qlearn import sim", "import sim relatively"),
        ("cli.py", "import qlearn.sim.engine", "import sim.engine relatively"),
        ("helpers.py", "", "helpers.py: add 'helpers' to the layer map"),
        ("utils/__init__.py", "", "add 'utils' to the layer map"),
    ],
)
def test_layer_test_finds(tmp_path, file, text, message):
    root = plant(tmp_path, {file: text})
    faults = house.layer_faults(root, qlearn.__doc__)
    assert len(faults) == 1
    assert message in faults[0]


def test_layer_test_lets_good_imports_pass(tmp_path):
    good = """
    import numpy as np
    from . import gates
    from .gates import x
    from .. import __version__
    from .._checks import check_count
    from ..paulis import PauliSum
    """
    root = plant(tmp_path, {"circuits/__init__.py": "from .circuit import Circuit", "circuits/circuit.py": good})
    assert house.layer_faults(root, qlearn.__doc__) == []


def test_hidden_imports_are_found(tmp_path):
    root = plant(tmp_path, {"paulis.py": "from importlib import import_module\nimport_module('qlearn.sim')"})
    assert len(house.dynamic_import_faults(root, DYNAMIC_IMPORTS)) == 2


@pytest.mark.parametrize("path", house.source_files(), ids=lambda path: str(path.relative_to(house.ROOT)))
def test_files_keep_the_rules(path):
    assert house.rule_faults(path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("print(1)", "print; return or log it"),
        ("assert True", "bare assert"),
        ("x = 1\n" * 800, "800 lines, under 800"),
        ("def f():\n" + "    x = 1\n" * 79, "f has 80 lines, under 80"),
    ],
)
def test_rule_test_finds(tmp_path, text, message):
    root = plant(tmp_path, {"sim.py": text})
    (fault,) = house.rule_faults(root / "sim.py", root)
    assert message in fault


def test_rule_test_lets_good_files_pass(tmp_path):
    documented = 'def f():\n    """Return.\n' + "    more\n" * 100 + '    """\n' + "    x = 1\n" * 70
    root = plant(tmp_path, {"sim.py": documented, "cli/tour.py": "print(1)"})
    assert house.rule_faults(root / "sim.py", root) + house.rule_faults(root / "cli/tour.py", root) == []


@pytest.mark.parametrize("name", house.module_names())
def test_docstrings_match_signatures(name):
    assert house.docstring_faults(house.load(name)) == []


def made_up(source, public=("f", "A")):
    module = types.ModuleType("made_up")
    exec(textwrap.dedent(source), module.__dict__)
    module.__all__ = list(public)
    return module


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f(): pass", "made_up.f: no docstring"),
        ("class A:\n    pass", "made_up.A: no docstring"),
        ("class A:\n    'An a.'\n    def b(self): pass", "made_up.A.b: no docstring"),
        ("def f(a):\n    'Return a.'", "documents [], takes ['a']"),
        (
            '''
            def f(a, b):
                """Return c.

                Parameters
                ----------
                a : int
                    Of any kind.

                Returns
                -------
                b : int
                """
            ''',
            "documents ['a'], takes ['a', 'b']",
        ),
        (
            '''
            class A:
                """An a.

                Parameters
                ----------
                x, old : int
                """
                def __init__(self, x, new): pass
            ''',
            "documents ['x', 'old'], takes ['x', 'new']",
        ),
    ],
)
def test_docstring_test_finds(source, message):
    (fault,) = house.docstring_faults(made_up(source))
    assert message in fault


def test_docstring_test_lets_good_ones_pass():
    source = '''
    def f(a, *b, c=1, **d):
        """Return a.

        Parameters
        ----------
        a : int
            One : two.
        *b, c : int
        **d
            The rest.

        Notes
        -----
        x : y
        """

    def _private(a): pass

    class A(ValueError):
        """An error."""

        @property
        def b(self):
            """Return b."""
    '''
    assert house.docstring_faults(made_up(source)) == []


def test_helpers_may_leave_out_their_parameters_but_not_list_wrong_ones():
    assert house.docstring_faults(made_up("def f(a):\n    'Return a.'", public=())) == []
    wrong = 'def f(a):\n    """Return a.\n\n    Parameters\n    ----------\n    b : int\n    """'
    assert house.docstring_faults(made_up(wrong, public=())) == ["made_up.f: documents ['b'], takes ['a']"]


def test_inherited_methods_and_fields_are_read():
    source = '''
    from typing import NamedTuple

    class _Base:
        def m(self, x):
            """Return x."""

    class A(_Base):
        """An a."""

    class f(NamedTuple):
        """Fields.

        Attributes
        ----------
        p, q : int
        """

        p: int
        r: int
    '''
    assert house.docstring_faults(made_up(source)) == [
        "made_up.A.m: documents [], takes ['x']",
        "made_up.f: documents ['p', 'q'], takes ['p', 'r']",
    ]


@pytest.mark.parametrize("name", house.module_names())
def test_all_is_importable(name):
    module = house.load(name)
    names = getattr(module, "__all__", [])
    assert len(set(names)) == len(names)
    missing = [public for public in names if not hasattr(module, public)]
    assert missing == [], f"add to {name}: {missing}, or take it out of __all__"


@pytest.mark.parametrize("name", [name for name in house.module_names() if house.says_what_is_public(name)])
def test_modules_that_users_reach_say_what_is_public(name):
    assert hasattr(house.load(name), "__all__"), f"add __all__ to {name}"


def test_lazy_names_of_the_root_agree_with_their_table():
    """The imports that type checkers see are those the table performs."""
    tree = ast.parse((house.ROOT / "__init__.py").read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    modules, homes = set(), {}
    for node in block.body:
        for alias in node.names:
            if node.module is None:
                modules.add(alias.name)
            else:
                homes[alias.name] = f".{node.module}"
    assert modules == qlearn._SUBMODULES
    assert homes == qlearn._HOMES
    assert set(qlearn.__all__) == modules | set(homes) | {"__version__"}
    assert set(qlearn.__all__) <= set(dir(qlearn))


def test_unknown_names_of_the_root_are_refused():
    with pytest.raises(AttributeError, match="module 'qlearn' has no attribute 'Circiut'; it offers Circuit, "):
        _ = qlearn.Circiut
    with pytest.raises(ImportError):
        importlib.import_module("qlearn.no_such_module")


def test_import_is_light():
    """Nothing heavy is loaded by the import alone: that, not a stopwatch, is what keeps it fast."""
    script = "import sys, qlearn; print(sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=house.ROOT.parent
    )
    heavy = {"numpy", "scipy", "sklearn", "numba", "stim", "torch", "matplotlib", "networkx", "joblib", "pymatching"}
    assert heavy & set(ast.literal_eval(loaded.stdout)) == set()


def test_data_sets_travel_in_the_wheel():
    root = house.ROOT.parent
    project = tomllib.loads((root / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"datasets": "qlearn/_datasets"}
    assert (root / "datasets" / "README.md").is_file()
    assert list((root / "datasets").rglob("__init__.py")) == [], "it would shadow the package datasets"


def test_every_extra_named_in_an_error_exists():
    project = tomllib.loads((house.ROOT.parent / "pyproject.toml").read_text())
    extras = set(project["project"]["optional-dependencies"])
    assert {"torch", "decoders", "interop", "chem", "mps", "dask", "onnx", "test", "dev", "bench"} == extras
    named = set()
    for path in house.source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "missing_extra":
                named |= {argument.value for argument in node.args[2:] if isinstance(argument, ast.Constant)}
    assert named <= extras
