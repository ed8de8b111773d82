"""Reads Python source as the house rules see it: its module, its imports, its reach outside."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

#: What `os` offers of the environment; looked for by name, however os was imported.
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})
#: Arguments that make click read the environment by itself.
ENVIRONMENT_ARGUMENTS = frozenset({"envvar", "auto_envvar_prefix"})
IMPORT_CALLS = frozenset({"import_module", "__import__"})
CLOCK_CALLS = frozenset({"now", "today", "utcnow"})
OUTSIDE_CALLS = frozenset({"breakpoint", "input", "open", "print"})


class Found(NamedTuple):
    """Something a rule may forbid: the line it is on, and its name."""

    line: int
    name: str


def source_files(root: Path = ROOT) -> list[Path]:
    """Lists every module that we ship, as paths from the root."""
    return sorted(
        path.relative_to(root)
        for room in ("server", "gateway", "process")
        for path in (root / room).rglob("*.py")
    )


def module_name(path: Path) -> str:
    """Names the module in a file: server/domain/money.py is server.domain.money."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST, path: Path) -> Iterator[Found]:
    """Finds every import in a file, inside functions too, relative ones made absolute.

    `from a.b import c` is found as a.b.c, for c may be a module of its own.
    """
    package = module_name(path.parent / "__init__.py").split(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Found(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (Found(node.lineno, ".".join([*base, a.name])) for a in node.names)
        elif isinstance(node, ast.Call) and _last_name(node.func) in IMPORT_CALLS:
            match node.args:
                case [ast.Constant(value=str(name)), *_]:
                    yield Found(node.lineno, name)
                case _:
                    yield Found(node.lineno, "<a name made at run time>")


def environment_reads(tree: ast.AST) -> Iterator[Found]:
    """Finds every place where a file touches the process's environment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT:
            yield Found(node.lineno, node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (Found(node.lineno, a.name) for a in node.names if a.name in ENVIRONMENT)
        elif isinstance(node, ast.keyword) and node.arg in ENVIRONMENT_ARGUMENTS:
            yield Found(node.value.lineno, node.arg)


def outside_calls(tree: ast.AST) -> Iterator[Found]:
    """Finds calls that ask a clock (`date.today()`) or talk to the outside (`open()`)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS:
            yield Found(node.lineno, f".{node.func.attr}()")
        elif isinstance(node.func, ast.Name) and node.func.id in OUTSIDE_CALLS:
            yield Found(node.lineno, f"{node.func.id}()")


def _last_name(node: ast.expr) -> str:
    """Gives the name a call is made by: import_module in importlib.import_module."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
