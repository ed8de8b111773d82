"""The service that is fuzzed: a server and a gateway, with tokens or without."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from invoicejobs.v1 import tenant_settings_pb2

from server.domain.caller import SCOPES
from tests.fuzz.known import Known
from tests.fuzz.shop import Shop
from tests.fuzz.watch import Watch
from tests.journeys.service import ROOT, Service

#: The tenant whose settings stay as they are, and the one whose settings are fuzzed.
TENANT, MOODY = "acme", "moody"
ORDERS = sorted((ROOT / "examples/orders").glob("*.json"))

SETTINGS = {
    # Limits have tests of their own; here they would keep inputs from what they shall reach.
    "INVOICEJOBS_TENANT_RATE": "0",
    "INVOICEJOBS_ADDRESS_RATE": "0",
    "INVOICEJOBS_MAX_RUNNING_JOBS": "100000",
    "INVOICEJOBS_WORK_PROCESSES": "1",
    "INVOICEJOBS_LOG_FORMAT": "json",
    "INVOICEJOBS_TOKEN_LIFETIME": "86400",
}


class Plant:
    """A service, clients of two tenants, and what they know of it."""

    def __init__(self, folder: Path, auth: str, database_url: str = "") -> None:
        """Takes a folder for all that the service keeps, and what INVOICEJOBS_AUTH shall be."""
        folder.mkdir(parents=True, exist_ok=True)
        database = {"INVOICEJOBS_DATABASE_URL": database_url} if database_url else {}
        self.service = Service(folder, **SETTINGS, **database, INVOICEJOBS_AUTH=auth)
        self._locked = auth == "jwt"
        self._log = folder / "log.txt"
        self.known = Known()

    def start(self) -> None:
        """Starts the processes and issues the invoices of the examples."""
        self.service.start()
        self.service.start_gateway()
        self.channel = grpc.insecure_channel(self.service.target)
        self.shop, self.moody = (self._shop(tenant) for tenant in (TENANT, MOODY))
        orders = [path.read_bytes() for path in ORDERS]
        for shop in (self.shop, self.moody):
            shop.save(example_settings())
            shop.bring(orders)
        self.shop.learn(self.known, *self.shop.invoice([json.loads(o)["id"] for o in orders]))
        assert self.service.server
        assert self.service.gateway
        processes = {"server": self.service.server, "gateway": self.service.gateway}
        self.watch = Watch(processes, self._log)

    def stop(self) -> Iterator[str]:
        """Ends the processes; tells what `verify` finds and what is wrong about how they end."""
        self.channel.close()
        verified = self._run("verify")
        if verified.returncode:
            yield f"verify finds: {verified.stdout[-3000:]}{verified.stderr[-1000:]}"
        if code := self.service.stop():
            yield f"a process ended with {code} when it was asked to"

    @property
    def headers(self) -> dict[str, str]:
        """Gives what requests of the tenant carry over REST."""
        return {name.title(): value for name, value in self.shop.metadata}

    def _shop(self, tenant: str) -> Shop:
        return Shop(self.channel, tenant, self._token(tenant) if self._locked else "")

    def _token(self, tenant: str) -> str:
        scopes = [f"--scope={scope}" for scope in SCOPES]
        made = self._run("clients", "create", "fuzz", "--tenant", tenant, *scopes, "--json")
        assert made.returncode == 0, made.stderr
        client: dict[str, Any] = json.loads(made.stdout)
        self.known.add("client_id", client["clientId"])
        form = {
            "grant_type": "client_credentials",
            "client_id": client["clientId"],
            "client_secret": client["clientSecret"],
        }
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.service.rest}/oauth/token", data, 60) as answer:
            return str(json.load(answer)["access_token"])

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "server", *command],
            cwd=ROOT,
            env=self.service._environment,
            capture_output=True,
            text=True,
            check=False,
        )


def example_settings() -> tenant_settings_pb2.Settings:
    """Reads the settings that the examples are made for."""
    text = (ROOT / "examples/settings.json").read_text()
    return json_format.Parse(text, tenant_settings_pb2.Settings())
