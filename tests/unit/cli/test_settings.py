"""`invoicejobs settings`: one JSON document in, the same out."""

import json

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest

PICTURE = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def file(tmp_path):
    document = {
        "sites": [{"code": "DE", "currency": "EUR"}, {"code": "CH", "currency": "CHF"}],
        "numberSequences": [{"name": "main", "preText": "RE-__year__-"}],
        "invoiceSettings": {"threshold": "24", "status": "CREATED"},
    }
    (path := tmp_path / "settings.json").write_text(json.dumps(document))
    return path


def test_settings_are_saved_and_shown(run, services, file):
    result = run("settings", "set", file)
    assert result.exit_code == 0
    assert [site.code for site in services.settings.sites] == ["DE", "CH"]
    assert "status CREATED; 24 hours after delivery" in result.stdout


def test_a_logo_goes_to_its_site_and_to_no_other(run, services, file, tmp_path):
    (logo := tmp_path / "logo=1.png").write_bytes(PICTURE)
    assert run("settings", "set", file, "--logo", f"DE={logo}").exit_code == 0
    assert [site.branding.logo for site in services.settings.sites] == [PICTURE, b""]


def test_what_get_prints_is_what_set_takes(run, services, file, tmp_path):
    (logo := tmp_path / "logo.png").write_bytes(PICTURE)
    run("settings", "set", file, "--logo", f"CH={logo}")
    first = services.settings
    printed = run("settings", "get", "--json").stdout
    assert run("settings", "set", "-", stdin=printed).exit_code == 0
    assert services.settings == first


def test_people_see_an_outline(run, file):
    run("settings", "set", file)
    stdout = run("settings", "get").stdout
    assert "RE-__year__-" in stdout
    assert "CHF" in stdout


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"sites": [', "line 1"),
        ('{"sites": 7}', "sites"),
        ('{"sties": []}', "sties"),
        ("[]", "holds no settings"),
        ('{"sites": [{"code": "\xff"}]}', "holds no settings"),
    ],
)
def test_a_file_that_holds_no_settings_is_told_with_what_is_wrong(
    run, services, tmp_path, content, problem
):
    (path := tmp_path / "wrong.json").write_bytes(content.encode("latin-1"))
    result = run("settings", "set", path)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert services.settings is None


@pytest.mark.parametrize(
    ("logo", "problem"),
    [
        ("logo.png", "is not SITE=PATH"),
        ("FR=logo.png", "no site 'FR'; they have: DE, CH"),
        ("DE=missing.png", "missing.png cannot be read"),
    ],
)
def test_a_logo_that_fits_nowhere_is_told_and_nothing_saved(run, services, file, logo, problem):
    result = run("settings", "set", file, "--logo", logo)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert services.settings is None


def test_a_picture_that_is_too_large_is_told_before_it_is_sent(run, services, file, tmp_path):
    (logo := tmp_path / "huge.png").write_bytes(PICTURE * 100_000)
    result = run("settings", "set", file, "--logo", f"DE={logo}")
    assert result.exit_code == 2
    assert "at most 1048576" in result.stderr


def test_every_wrong_field_that_the_server_found_is_listed(run, services, file):
    violations = [
        BadRequest.FieldViolation(field="sites[0].currency", description="is no currency"),
        BadRequest.FieldViolation(field="sites[1].seller.name", description="must not be empty"),
    ]
    services.refuse(
        "UpdateTenantSettings",
        grpc.StatusCode.INVALID_ARGUMENT,
        "two fields are wrong",
        BadRequest(field_violations=violations),
    )
    result = run("settings", "set", file)
    assert result.exit_code == 3
    assert "  sites[0].currency: is no currency" in result.stderr.splitlines()
    assert "  sites[1].seller.name: must not be empty" in result.stderr.splitlines()


def test_settings_without_a_rule_say_what_that_means(run, tmp_path):
    (path := tmp_path / "plain.json").write_text('{"sites": [{"code": "DE"}]}')
    assert "AUTOMATIC jobs are off" in run("settings", "set", path).stdout


def test_a_file_without_schedules_leaves_them_and_one_with_none_removes_them(run, services, file):
    run("settings", "set", file)
    run("schedules", "set", "mornings", "--cron", "0 6 * * *")
    result = run("settings", "set", file)
    assert [schedule.name for schedule in services.settings.schedules] == ["mornings"]
    assert "Schedule mornings" in result.stdout
    document = json.loads(file.read_text()) | {"schedules": [], "sites": [{"code": "AT"}]}
    file.write_text(json.dumps(document))
    assert run("settings", "set", file).exit_code == 0
    assert not services.settings.schedules
    assert [site.code for site in services.settings.sites] == ["AT"]
