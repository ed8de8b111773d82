"""`invoicejobs settings`: what a tenant decides about its invoices, as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
import orjson
from google.protobuf import json_format
from invoicejobs.v1.tenant_settings_pb2 import (
    GetTenantSettingsRequest,
    InvoiceSettings,
    Settings,
    UpdateTenantSettingsRequest,
)

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.output import as_dict, moment, print_fields, print_json, print_table, results

MAX_LOGO_BYTES = 1024 * 1024


@click.group(cls=ClientGroup)
def settings() -> None:
    """Shows and replaces the tenant's settings."""


@settings.command(
    examples=(
        "invoicejobs settings get",
        "invoicejobs settings get --json > settings.json",
    )
)
@pass_session
def get(session: Session) -> None:
    """Shows the settings; with --json all of them, in the form that 'settings set' takes."""
    request = GetTenantSettingsRequest(tenant=session.need_tenant())
    response = session.settings.GetTenantSettings(request, timeout=session.timeout)
    if session.json:
        print_json(as_dict(response.settings))
    else:
        show_settings(response.settings)


@settings.command(
    "set",
    examples=(
        "invoicejobs settings set examples/settings.json --logo DE=examples/logo.png",
        "invoicejobs settings get --json | jq '.invoiceSettings.threshold=\"48\"' \\",
        "  | invoicejobs settings set -",
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--logo",
    "logos",
    multiple=True,
    metavar="SITE=PATH",
    help="A PNG, JPEG or SVG picture for the site's invoices; may be repeated.",
)
@pass_session
def set_(session: Session, file: str, logos: tuple[str, ...]) -> None:
    """Replaces the settings by those in FILE, after the service checked all of them.

    FILE is the JSON form of the settings, as in examples/settings.json. When it holds the etag
    that 'settings get --json' gave, settings that somebody changed since are not overwritten.
    Schedules stay as they are unless FILE has "schedules".
    """
    text = _read(file)
    wanted = _parse(file, text)
    add_logos(wanted, logos)
    saved = save_settings(session, wanted, with_schedules="schedules" in orjson.loads(text))
    if session.json:
        print_json(as_dict(saved))
    else:
        results().print("Saved.")
        show_settings(saved)


def save_settings(session: Session, wanted: Settings, *, with_schedules: bool = True) -> Settings:
    """Replaces the tenant's settings and gives them back as they were saved.

    Without schedules it leaves those: whoever changes a logo must not stop the nightly job.
    """
    request = UpdateTenantSettingsRequest(tenant=session.need_tenant(), settings=wanted)
    if not with_schedules:
        fields = Settings.DESCRIPTOR.fields
        request.update_mask.paths.extend(f.name for f in fields if f.name != "schedules")
    return session.settings.UpdateTenantSettings(request, timeout=session.timeout).settings


def read_settings(file: str) -> Settings:
    """Reads settings from a JSON file. Raises a usage error that says what is wrong where."""
    return _parse(file, _read(file))


def _read(file: str) -> bytes:
    with click.open_file(file, "rb") as source:
        text: bytes = source.read()
    return text


def _parse(file: str, text: bytes) -> Settings:
    try:
        # orjson's errors name line and column; protobuf's name the field.
        if not isinstance(orjson.loads(text), dict):
            raise json_format.ParseError("it is no JSON object.")
        return json_format.Parse(text, Settings())
    except (orjson.JSONDecodeError, json_format.ParseError) as error:
        raise click.UsageError(f"{file} holds no settings: {error}") from error


def add_logos(wanted: Settings, logos: Iterable[str]) -> None:
    """Puts pictures, each given as SITE=PATH, into the settings of their sites."""
    sites = {site.code: site for site in wanted.sites}
    for logo in logos:
        code, separator, path = logo.partition("=")
        if not separator or not path:
            raise click.BadParameter(f"{logo!r} is not SITE=PATH.", param_hint="--logo")
        if code not in sites:
            known = ", ".join(sites) or "none"
            raise click.BadParameter(
                f"The settings have no site {code!r}; they have: {known}.", param_hint="--logo"
            )
        try:
            picture = Path(path).read_bytes()
        except OSError as error:
            problem = f"{path} cannot be read: {error.strerror or error}."
            raise click.BadParameter(problem, param_hint="--logo") from error
        if len(picture) > MAX_LOGO_BYTES:
            raise click.BadParameter(
                f"{path} has {len(picture)} bytes; a logo has at most {MAX_LOGO_BYTES}.",
                param_hint="--logo",
            )
        sites[code].branding.logo = picture


def show_settings(shown: Settings) -> None:
    """Prints the settings' outline for people."""
    print_table(
        ("Site", "Seller", "VAT id", "Currency", "Prices", "Language", "Numbers", "Logo"),
        (
            (
                site.code,
                site.seller.name,
                site.seller.vat_id or site.seller.tax_number,
                site.currency,
                "gross" if site.includes_tax else "net",
                site.default_language,
                site.number_sequence,
                f"{len(site.branding.logo)} bytes" if site.branding.logo else "none",
            )
            for site in shown.sites
        ),
        empty="No sites.",
    )
    results().print()
    rule = shown.invoice_settings
    print_fields(
        [
            *(
                (f"Numbers {sequence.name}", f"{sequence.pre_text}…{sequence.post_text}")
                for sequence in shown.number_sequences
            ),
            (
                "Due",
                _rule(rule) if shown.HasField("invoice_settings") else "AUTOMATIC jobs are off",
            ),
            *(
                (f"Schedule {schedule.name}", "paused" if schedule.paused else schedule.cron)
                for schedule in shown.schedules
            ),
            ("Changed", moment(shown.update_time)),
            ("Etag", shown.etag),
        ]
    )


def _rule(rule: InvoiceSettings) -> str:
    parts = (
        f"status {rule.status}" if rule.status else "any status",
        f"extended status {rule.extended_order_status}" if rule.extended_order_status else "",
        f"{rule.threshold or 0} hours after delivery",
    )
    return "; ".join(part for part in parts if part)
