"""Tells whether protos/ would break the clients of the protos on main.

Compares the working tree with the commit where it left origin/main, or main in a
clone that has no origin. The protos are taken out with git archive, which works in
shallow clones, on a detached HEAD and in worktrees alike; nothing needs the network.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUF = Path(sys.executable).parent / "buf"

REFS = ("refs/remotes/origin/main", "refs/heads/main")


def git(*arguments: str, may_say_no: bool = False) -> bytes | None:
    """Runs git in the project and returns its output, or None where it said no.

    Status 1 is git's plain no (no such ref, no common ancestor). Anything worse, a
    checkout of another owner for one, ends the check: it must not pass unseen.
    """
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if result.returncode == 1 and may_say_no:
        return None
    if result.returncode != 0:
        sys.exit(f"git {arguments[0]} failed: {result.stderr.decode().strip()}")
    return result.stdout.strip() if arguments[0] != "archive" else result.stdout


def find_base(refs: Sequence[str]) -> str | None:
    """Finds the commit to compare with: where HEAD left the first ref that exists."""
    for ref in refs:
        commit = git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", may_say_no=True)
        if commit is None:
            continue
        # A shallow clone may not hold the common ancestor; then the ref itself will do.
        ancestor = git("merge-base", "HEAD", commit.decode(), may_say_no=True)
        return (ancestor or commit).decode()
    return None


def compare(base: str) -> int:
    """Runs buf over both trees, each read by today's buf.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        archive = git("archive", "--format=tar", base, "--", "protos")
        with tarfile.open(fileobj=io.BytesIO(archive or b"")) as tar:
            tar.extractall(folder, filter="data")
        shutil.copy(ROOT / "buf.yaml", folder)
        command = [str(BUF), "breaking", "--against", folder]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares, and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="REF", help="a branch, tag or commit of your choice")
    options = parser.parse_args(arguments)
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        print("breaking changes: nothing to compare with, this is no git checkout")
        return 0
    base = find_base([options.against] if options.against else REFS)
    if base is None and options.against:
        sys.exit(f"breaking changes: there is no {options.against} to compare with")
    if base is None or not git("ls-tree", "-r", "--name-only", base, "--", "protos"):
        print("breaking changes: nothing to compare with yet, main holds no protos")
        return 0
    return compare(base)


if __name__ == "__main__":
    sys.exit(main())
