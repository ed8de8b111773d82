"""What starts the service in examples/ names what there is, and keeps its rights away."""

import configparser
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.config import VARIABLES as GATEWAY
from server.config import VARIABLES as SERVER

ROOT = Path(__file__).parents[3]
CONTAINER, SYSTEMD = ROOT / "examples/container", ROOT / "examples/systemd"
CONTAINERFILE = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
UNIT = SYSTEMD / "invoicejobs.service"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: What the command alone reads.
OF_THE_COMMAND = {"INVOICEJOBS_TENANT", "INVOICEJOBS_CLIENT_ID", "INVOICEJOBS_CLIENT_SECRET"}
KNOWN = {variable.name for variable in (*SERVER, *GATEWAY)} | OF_THE_COMMAND


class Unit(configparser.RawConfigParser):
    """Reads a unit, in which names keep their case and may come again."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, comment_prefixes=("#",))
        self.read(path, encoding="utf-8")

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.mark.parametrize("path", [*CONTAINER.iterdir(), *SYSTEMD.iterdir()], ids=lambda p: p.name)
def test_every_variable_that_is_named_exists(path):
    named = set(re.findall(r"INVOICEJOBS_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert named <= KNOWN


def test_what_is_copied_into_the_image_is_there_and_no_more_than_is_named():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert "." not in sources
    for source in sources:
        assert (ROOT / source).exists(), source
    # What the wheel is made of, and nothing that it lacks.
    assert {"server", "gateway", "process", "generated/invoicejobs"} <= set(sources)


def test_the_image_runs_without_rights_and_with_tokens():
    last_stage = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last_stage
    assert "INVOICEJOBS_AUTH=jwt" in last_stage
    assert re.search(r"(?i)secret|password|token_", last_stage) is None


def test_what_is_started_and_installed_there_exists():
    (command,) = PROJECT["scripts"]
    assert f'ENTRYPOINT ["{command}"]\n' in CONTAINERFILE
    (started,) = re.findall(r'^CMD \["(.+)"\]$', CONTAINERFILE, re.MULTILINE)
    folder, _, run = Unit(UNIT)["Service"]["ExecStart"].rpartition("/")
    assert folder == "/opt/invoicejobs/bin"
    assert run == f"{command} serve"
    assert {started, "serve"} <= main.commands.keys()
    (extras,) = re.findall(r"^ARG EXTRAS=(.+)$", CONTAINERFILE, re.MULTILINE)
    assert set(extras.split(",")) <= PROJECT["optional-dependencies"].keys()


@pytest.mark.parametrize("folder", [CONTAINER, SYSTEMD], ids=lambda path: path.name)
def test_every_command_that_is_told_to_run_there_exists(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"(?:invoicejobs |bin/)invoicejobs ((?:[a-z]+ ?)+)", text)
    assert told
    for words in told:
        command = main
        for word in words.split():
            command = getattr(command, "commands", {}).get(word, command)
        assert command is not main, words


def test_the_health_check_gets_into_the_image():
    # Podman's own format has none, and says so only while it builds.
    builds = re.findall(
        r"podman build .*", CONTAINERFILE + (CONTAINER / "README.md").read_text(encoding="utf-8")
    )
    assert builds
    assert all("--format docker" in build for build in builds)


def test_who_runs_a_command_as_the_service_leaves_its_folder_closed():
    folder = "-p StateDirectory=invoicejobs"
    text = (SYSTEMD / "README.md").read_text(encoding="utf-8")
    assert text.count(folder) == text.count(f"{folder} -p StateDirectoryMode=0700") > 0


def test_the_unit_keeps_rights_away():
    service = Unit(UNIT)["Service"]
    assert service["DynamicUser"] == service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectoryMode"] == "0700"


@pytest.fixture
def gateway():
    """Stands in for a gateway; gives its port and what it shall answer."""

    class Answer(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            self.send_response(self.status if self.path == "/readyz" else 404)
            self.end_headers()
            self.wfile.write(json.dumps({}).encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port, Answer
        server.shutdown()


def check_health(port):
    return subprocess.run(
        [sys.executable, CONTAINER / "healthcheck.py"],
        env=os.environ | {"INVOICEJOBS_REST_PORT": str(port)},
        check=False,
    ).returncode


def test_the_health_check_tells_whether_the_service_is_ready(gateway):
    port, answer = gateway
    assert check_health(port) == 0
    answer.status = 503
    assert check_health(port) == 1


def test_the_health_check_fails_where_nobody_answers():
    assert check_health(1) == 1
