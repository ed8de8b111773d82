"""Builds generated/ from protos/, or with --check tells whether it is up to date.

Everything is built in a temporary folder first; generated/ is then made equal to
it, so a file whose proto is gone goes too and an unchanged file is not touched.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Where the pinned protoc plugins are installed: beside this very interpreter.
BIN = Path(sys.executable).parent

PACKAGE_DOC = '"""Built by `make generate` from protos/; never edited."""\n'


def build(protos: Path, target: Path) -> None:
    """Runs protoc over every proto below `protos`, and makes the result a typed package."""
    sources = sorted(path.relative_to(protos).as_posix() for path in protos.rglob("*.proto"))
    if not sources:
        sys.exit(f"no .proto file below {protos}")
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={protos}"),
        *(f"--plugin={name}={BIN / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")),
        *(f"--{kind}_out={target}" for kind in ("python", "grpc_python")),
        *(f"--{kind}_out=quiet:{target}" for kind in ("mypy", "mypy_grpc")),
    ]
    result = subprocess.run([*command, *sources], check=False)
    if result.returncode != 0:
        sys.exit("protoc refused the protos; generated/ is as it was")
    for module in list(target.rglob("*_pb2.py")):
        for package in module.relative_to(target).parents[:-1]:
            (target / package / "__init__.py").write_text(PACKAGE_DOC)
    for package in target.iterdir():
        (package / "py.typed").touch()


def read_tree(folder: Path) -> dict[Path, bytes]:
    """Reads every file below `folder`, caches left out, by its relative path."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def write_tree(folder: Path, wanted: dict[Path, bytes]) -> None:
    """Makes `folder` hold the wanted files and no other, touching only what differs."""
    present = read_tree(folder)
    for name in present.keys() - wanted.keys():
        (folder / name).unlink()
    for name, content in wanted.items():
        if present.get(name) != content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def differences(present: dict[Path, bytes], wanted: dict[Path, bytes]) -> list[str]:
    """Lists, one line a file, how the present tree differs from the wanted one."""
    words = {(True, False): "stale", (False, True): "missing", (True, True): "differs"}
    return [
        f"{words[name in present, name in wanted]}: {name.as_posix()}"
        for name in sorted(present.keys() | wanted.keys())
        if present.get(name) != wanted.get(name)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Generates, or checks, and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on a difference")
    parser.add_argument("--protos", type=Path, default=ROOT / "protos")
    parser.add_argument("--generated", type=Path, default=ROOT / "generated")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        build(options.protos.resolve(), Path(folder))
        wanted = read_tree(Path(folder))
    if not options.check:
        write_tree(options.generated, wanted)
        return 0
    found = differences(read_tree(options.generated), wanted)
    if found:
        print(*found, f"{options.generated.name}/ is out of date: run make generate", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
