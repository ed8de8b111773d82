"""The command line, run in this process against services in memory."""

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.fakes.fake_cli_services import FakeServices, serve

TOKENS = ("TOKEN", "CLIENT_ID", "CLIENT_SECRET")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in (
        "GRPC_TARGET",
        "TENANT",
        "GRPC_HOST",
        "GRPC_PORT",
        "REST_HOST",
        "REST_PORT",
        *TOKENS,
    ):
        monkeypatch.delenv(f"INVOICEJOBS_{name}", raising=False)


@pytest.fixture
def services():
    fake = FakeServices()
    server = serve(fake)
    yield fake
    server.stop(None).wait()


@pytest.fixture
def run(services):
    """Runs `invoicejobs ARGUMENTS` for the tenant acme and gives click's result."""

    def run(*arguments, stdin=None):
        return CliRunner().invoke(
            main,
            ["--target", services.target, "--tenant", "acme", *map(str, arguments)],
            input=stdin,
            catch_exceptions=False,
        )

    return run
