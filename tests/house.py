"""Reads the source of the package for the tests that hold it to the house rules."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import qlearn

ROOT = Path(qlearn.__file__).parent
# These names of the root are fixed when it is loaded; everything else in it would pull modules in.
ROOT_CONSTANTS = {"__version__"}


def layer_map(docstring):
    """Return {module: height} from the docstring of the package, lowest row 0."""
    rows = docstring.split("\n\n")[1].splitlines()
    modules = [[name.strip() for name in row.split("|")] for row in rows]
    return {name: height for height, row in enumerate(reversed(modules)) for name in row}


def source_files(root=ROOT):
    """Return every source file of the package."""
    return sorted(root.rglob("*.py"))


def module_of(path, root=ROOT):
    """Return the entry of the layer map that a file belongs to: "paulis" for paulis/sum.py."""
    return path.relative_to(root).with_suffix("").parts[0]


def imports(path, root=ROOT):
    """Yield (line, target, is_relative) for every import of the package in a file, lazy ones included.

    The target is a dotted name without "qlearn": "paulis.sum", or "<root>" for the package itself.
    """
    parts = path.relative_to(root.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = list(parts[: len(parts) - node.level]) if node.level else []
            full = base + (node.module.split(".") if node.module else [])
            names = [[*full, alias.name] for alias in node.names] if full == ["qlearn"] else [full]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] == "qlearn":
                is_relative = isinstance(node, ast.ImportFrom) and node.level > 0
                yield node.lineno, ".".join(name[1:]) or "<root>", is_relative


def layer_faults(root, docstring):
    """Return one line for every import that is absolute, climbs, goes sideways, or leaves the map."""
    height = layer_map(docstring)
    faults = []
    for path in source_files(root):
        module, where = module_of(path, root), path.relative_to(root)
        if module in {"__init__", "__main__"}:
            continue
        if module not in height:
            faults.append(f"{where}: add {module!r} to the layer map in qlearn/__init__.py")
            continue
        for line, target, is_relative in imports(path, root):
            top = target.split(".")[0]
            if not is_relative:
                faults.append(f"{where}:{line}: import {target} relatively")
            elif top != module and top not in ROOT_CONSTANTS and height.get(top, len(height)) >= height[module]:
                faults.append(f"{where}:{line}: {module} may not import {target}; it is not on a row below")
    return faults


def dynamic_import_faults(root, allowed):
    """Return the files outside `allowed` that import by name, which the layer test could not follow."""
    faults = []
    for path in source_files(root):
        if str(path.relative_to(root)) in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = {getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "module", None)}
            if names & {"import_module", "__import__", "importlib"}:
                faults.append(f"{path.relative_to(root)}:{node.lineno}: imports by name")
    return faults


def rule_faults(path, root=ROOT):
    """Return one line for every broken rule on length, print and assert in a file."""
    text, where = path.read_text(encoding="utf-8"), path.relative_to(root)
    faults = []
    if text.count("\n") >= 800:
        faults.append(f"{where}: {text.count(chr(10))} lines, under 800 are allowed")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert):
            faults.append(f"{where}:{node.lineno}: bare assert; raise an error")
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "print" and where.parts[0] != "cli":
            faults.append(f"{where}:{node.lineno}: print; return or log it")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = function_length(node)
            if length >= 80:
                faults.append(f"{where}:{node.lineno}: {node.name} has {length} lines, under 80 are allowed")
    return faults


def function_length(node):
    """Return the lines of a function, its docstring not counted."""
    docstring = node.body[0]
    is_docstring = isinstance(docstring, ast.Expr) and isinstance(getattr(docstring.value, "value", None), str)
    documented = docstring.end_lineno - docstring.lineno + 1 if is_docstring else 0
    return node.end_lineno - node.lineno + 1 - documented


def module_names():
    """Return the dotted names of the package and of every module in it."""
    names = []
    for path in source_files():
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in names if not name.endswith("__main__")]


def load(name):
    """Return a module by name; the test that asks is skipped where the extra it needs is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if 'pip install "qlearn[' not in str(error):
            raise
        pytest.skip(str(error))


def says_what_is_public(name):
    """Return whether a module of this name must have `__all__`: users reach it as an attribute of `qlearn`."""
    parts = name.split(".")[1:]
    if any(part.startswith("_") for part in parts):
        return False
    is_package = ROOT.joinpath(*parts).is_dir()
    return is_package or len(parts) < 2 or parts[0] == "interop"


def own_objects(module):
    """Yield (name, object) for the functions and classes without underscore that a module defines itself."""
    for name, value in vars(module).items():
        is_own = getattr(value, "__module__", None) == module.__name__
        if is_own and not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value)):
            yield name, value


def exported_objects(module):
    """Yield (name, object) for the functions and classes of the package that a module names in `__all__`.

    The names of the root are those of other modules, loaded on first use: they are checked where they live.
    """
    if module is qlearn:
        return
    for name in getattr(module, "__all__", []):
        value = vars(module).get(name)
        is_ours = str(getattr(value, "__module__", "")).split(".")[0] == module.__name__.split(".")[0]
        if is_ours and (inspect.isfunction(value) or inspect.isclass(value)):
            yield name, value


def with_methods(name, value):
    """Yield (name, object) for a function or class, and for the public methods of a class that the package defines."""
    yield name, value
    if not inspect.isclass(value):
        return
    for base in value.__mro__:
        if base.__module__.split(".")[0] != value.__module__.split(".")[0]:
            continue
        for method_name, method in vars(base).items():
            function = getattr(method, "__func__", getattr(method, "fget", method))
            if not method_name.startswith("_") and inspect.isfunction(function):
                yield f"{name}.{method_name}", function


def documented_parameters(docstring, section="Parameters"):
    """Return the names in a section of a numpydoc docstring, None where it has none."""
    pattern = rf"^{section}\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)"
    match = re.search(pattern, docstring, re.MULTILINE | re.DOTALL)
    if match is None:
        return None
    lines = [line for line in match[1].splitlines() if line and not line.startswith(" ")]
    return [name.strip().lstrip("*") for line in lines for name in line.split(" :")[0].split(",")]


def signature_parameters(value):
    """Return the names of the arguments that a caller gives, `self` and `cls` left out."""
    if inspect.isclass(value) and (issubclass(value, BaseException) or inspect.isabstract(value)):
        return []
    try:
        names = list(inspect.signature(value).parameters)
    except ValueError:  # an extension type has no signature
        return []
    return [name for name in names if name not in {"self", "cls"}]


def docstring_fault(name, value, is_public):
    """Return what is wrong with a docstring, or None.

    One must be there, and its Parameters, if any, must be those of the signature. Where `is_public`, they must be
    listed. A class of results may list its fields as Attributes instead.
    """
    docstring = inspect.cleandoc(value.__doc__ or "")
    if not docstring or (inspect.isclass(value) and "__doc__" not in vars(value)):
        return f"{name}: no docstring"
    documented, actual = documented_parameters(docstring), signature_parameters(value)
    if documented is None and inspect.isclass(value):
        documented = documented_parameters(docstring, "Attributes")
    if documented is None and (not is_public or not actual):
        return None
    return None if documented == actual else f"{name}: documents {documented or []}, takes {actual}"


def docstring_faults(module):
    """Return one line for every object of a module whose docstring is missing or does not fit its signature."""
    faults = []
    for is_public, objects in ((False, own_objects(module)), (True, exported_objects(module))):
        for name, value in objects:
            faults += [docstring_fault(*item, is_public) for item in with_methods(name, value)]
    return sorted({f"{module.__name__}.{fault}" for fault in faults if fault})
