"""How the command finds the server, and what it says when the server does not help."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from click.testing import CliRunner
from google.rpc.error_details_pb2 import ErrorInfo

from gateway.cli import main
from gateway.cli.config import child_environment
from gateway.retrying import ATTEMPTS
from tests.builders.certificates import Authority


def invoke(*arguments, **environment):
    return CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)


def test_target_and_tenant_come_from_the_environment(services):
    result = invoke(
        *("orders", "list"),
        INVOICEJOBS_GRPC_TARGET=services.target,
        INVOICEJOBS_TENANT="fromenv",
    )
    assert result.exit_code == 0
    assert services.requests["ListOrders"][0].tenant == "fromenv"


def test_options_win_over_the_environment_before_and_after_the_command(services):
    environment = {"INVOICEJOBS_GRPC_TARGET": "127.0.0.1:1", "INVOICEJOBS_TENANT": "fromenv"}
    for arguments in (
        ("--target", services.target, "--tenant", "acme", "orders", "list"),
        ("orders", "list", "--target", services.target, "--tenant", "acme"),
        ("--tenant", "other", "orders", "list", "--target", services.target, "--tenant", "acme"),
    ):
        assert invoke(*arguments, **environment).exit_code == 0
    assert {request.tenant for request in services.requests["ListOrders"]} == {"acme"}


def test_without_a_tenant_nothing_is_asked(services):
    result = invoke("orders", "list", "--target", services.target)
    assert result.exit_code == 2
    assert "INVOICEJOBS_TENANT" in result.stderr
    assert not services.requests["ListOrders"]


def test_a_server_that_is_not_there_is_told_with_what_to_do():
    result = invoke("orders", "list", "--tenant", "acme", "--target", "127.0.0.1:1")
    assert result.exit_code == 3
    assert result.stderr == (
        "Error: No server answers at 127.0.0.1:1. Is it running? Start it with 'invoicejobs "
        "serve', or name another one with --target.\n"
    )


@pytest.fixture
def door(tmp_path):
    """Starts a server that has TLS and wants certificates of its clients, and gives its port."""
    authority = Authority(tmp_path)
    certificate, key = authority.issue("localhost")
    server = grpc.server(ThreadPoolExecutor(1))
    credentials = grpc.ssl_server_credentials(
        [(key.read_bytes(), certificate.read_bytes())],
        authority.file.read_bytes(),
        require_client_auth=True,
    )
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    yield port
    server.stop(None).wait()


def asked_with(tmp_path, port, *, host="localhost", **settings):
    """Asks a server with TLS settings that name files of a folder."""
    files = {f"INVOICEJOBS_GRPC_{name}": str(tmp_path / file) for name, file in settings.items()}
    return invoke("orders", "list", "--tenant", "acme", "--target", f"{host}:{port}", **files)


CLIENT = {"CLIENT_CERTIFICATE": "localhost.pem", "CLIENT_KEY": "localhost.key"}


@pytest.mark.parametrize(
    ("settings", "host", "said"),
    [
        ({}, "localhost", "If it has TLS, set INVOICEJOBS_GRPC_CA"),
        ({"CA": "authority.pem"}, "localhost", "INVOICEJOBS_GRPC_CLIENT_CERTIFICATE and INVOICE"),
        (CLIENT | {"CA": "authority.pem"}, "127.0.0.1", "INVOICEJOBS_GRPC_SERVER_NAME"),
        (
            CLIENT | {"CA": "other/authority.pem"},
            "localhost",
            "no authority of INVOICEJOBS_GRPC_CA",
        ),
    ],
    ids=["no TLS", "no certificate", "another name", "another authority"],
)
def test_a_server_with_which_tls_is_not_agreed_upon_is_told_with_the_setting(
    tmp_path, door, settings, host, said
):
    (tmp_path / "other").mkdir()
    Authority(tmp_path / "other")
    result = asked_with(tmp_path, door, host=host, **settings)
    assert result.exit_code == 3
    assert result.stderr.startswith(f"Error: Somebody answers at {host}:{door}, ")
    assert said in result.stderr


def test_a_server_without_tls_is_told_from_one_that_is_not_there(tmp_path, services):
    Authority(tmp_path)
    host, _, port = services.target.rpartition(":")
    result = asked_with(tmp_path, port, host=host, CA="authority.pem")
    assert "without TLS: leave INVOICEJOBS_GRPC_CA empty" in result.stderr


INFO = ErrorInfo(reason="DATABASE_AWAY", domain="invoicejobs")


@pytest.mark.parametrize(
    ("code", "message", "details", "said"),
    [
        (grpc.StatusCode.NOT_FOUND, "There is no order 'A'.", (), "There is no order 'A'."),
        (grpc.StatusCode.INVALID_ARGUMENT, "tenant: is wrong", (), "tenant: is wrong"),
        (grpc.StatusCode.FAILED_PRECONDITION, "No settings yet.", (), "No settings yet."),
        (grpc.StatusCode.UNAVAILABLE, "The database is away.", (INFO,), "The database is away."),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "late", (), "did not answer within 30 seconds"),
        (grpc.StatusCode.UNIMPLEMENTED, "what?", (), "another version"),
        (grpc.StatusCode.INTERNAL, "It broke.", (), "failed: It broke. Its log says more."),
        (grpc.StatusCode.PERMISSION_DENIED, "", (), "The server answered PERMISSION_DENIED."),
        (grpc.StatusCode.ABORTED, "\x1b[2Jwipe", (), "\N{REPLACEMENT CHARACTER}[2Jwipe"),
    ],
)
def test_a_refusal_is_one_sentence_on_stderr(run, services, code, message, details, said):
    for _ in range(ATTEMPTS):
        services.refuse("ListOrders", code, message, *details)
    result = run("orders", "list", "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_the_timeout_is_the_deadline_of_a_call(run, services):
    result = run("orders", "list", "--timeout", "0")
    assert result.exit_code == 2
    services.refuse("ListOrders", grpc.StatusCode.DEADLINE_EXCEEDED, "")
    assert "within 2.5 seconds" in run("orders", "list", "--timeout", "2.5").stderr


@pytest.mark.parametrize(
    "command",
    [
        "",
        *("demo", "gateway", "migrate", "serve", "server"),
        *("invoices download", "invoices get", "invoices list"),
        *("jobs create", "jobs get", "jobs list"),
        *("orders get", "orders import", "orders list"),
        *("settings get", "settings set"),
    ],
)
def test_every_command_has_help(command):
    result = invoke(*command.split(), "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


def test_a_clean_environment_hands_on_none_of_the_services_own_variables():
    outside = {"PATH": "/bin", "INVOICEJOBS_DATABASE_URL": "postgresql://real"}
    changes = {"INVOICEJOBS_DATA_DIR": "/demo"}
    assert child_environment(changes, clean=True, environment=outside) == {
        "PATH": "/bin",
        "INVOICEJOBS_DATA_DIR": "/demo",
    }
    assert child_environment(changes, environment=outside) == outside | changes


def test_each_process_gets_only_the_secrets_that_it_needs():
    servers = {"JWT_SECRET": "s1", "LINK_KEYS": "s2", "DATABASE_URL": "s3"}
    ours = {"TOKEN": "s4", "CLIENT_ID": "s5", "CLIENT_SECRET": "s6"}
    both = {"INVOICEJOBS_AUTH": "jwt", "PATH": "/bin"}
    of_server = {f"INVOICEJOBS_{name}": value for name, value in servers.items()}
    outside = both | of_server | {f"INVOICEJOBS_{name}": value for name, value in ours.items()}
    assert child_environment({}, environment=outside) == both | of_server
    assert child_environment({}, of_server=False, environment=outside) == both
