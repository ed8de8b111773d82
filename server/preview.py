"""Renders previews of orders in files, for `python -m server render`.

It needs no running server, no data folder, no database and no network: the orders and the settings
are files, and so are the PDFs.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from server.domain.errors import InvalidInput, InvoiceJobsError
from server.domain.order import Order
from server.domain.settings import OrderPaths, TenantSettings
from server.service.logos import TakeLogos
from server.service.render_preview import Preview

STANDARD = "-"


class WrongUse(Exception):
    """The command makes no sense as it was given; says why."""


@dataclass(frozen=True, slots=True)
class RenderFiles:
    """Renders a preview of every file that holds an order."""

    #: Raises InvalidInput that names every wrong field.
    read_settings: Callable[[bytes], TenantSettings]
    take_logos: TakeLogos
    read_order: Callable[[bytes, OrderPaths], Order]
    render_preview: Callable[[Order, TenantSettings], Preview]

    def __call__(self, asked: Namespace) -> int:
        """Writes the PDFs and a line of JSON for each order, and gives the exit code.

        0 all were rendered, 1 an order or a file is wrong, 2 wrong use.
        """
        stream = sys.stderr if asked.output == STANDARD else sys.stdout
        report = Report(stream)
        try:
            targets = targets_of(asked.orders, asked.output)
            given = self._given(asked.settings)
            _check_site(asked.site, given)
            settings = self.take_logos(_without_addresses(given), None)
        except WrongUse as error:
            sys.stderr.write(f"{error}\n")
            return 2
        except (InvoiceJobsError, OSError) as error:
            report.failed("", error)
            return 1
        report = Report(stream, _unfetched(given))
        rendered = [
            self._render(order, target, settings, asked.site, report)
            for order, target in zip(asked.orders, targets, strict=True)
        ]
        return 0 if all(rendered) else 1

    def _given(self, name: str) -> TenantSettings:
        text = sys.stdin.buffer.read() if name == STANDARD else Path(name).read_bytes()
        return self.read_settings(text)

    def _render(
        self, name: str, target: Path | None, settings: TenantSettings, site: str, report: Report
    ) -> bool:
        """Renders one order and tells whether that went well."""
        try:
            order = self.read_order(Path(name).read_bytes(), settings.order_paths)
            order = replace(order, site_code=site or order.site_code)
            pdf = self.render_preview(order, settings).pdf
            if target is None:
                sys.stdout.buffer.write(pdf)
                sys.stdout.flush()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(pdf)
            report.rendered(name, target, len(pdf), order.site_code)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this order's alone
            report.failed(name, error)
            return False
        return True


@dataclass(frozen=True, slots=True)
class Report:
    """Tells what became of each order, for people and programs: one object of JSON a line."""

    stream: TextIO
    #: Where the logos are that are not fetched, by their site.
    unfetched: Mapping[str, str] = field(default_factory=dict)

    def rendered(self, order: str, target: Path | None, size: int, site: str) -> None:
        """Tells that a PDF was written, None being standard output, and what it lacks."""
        told: dict[str, str | int] = {"order": order, "sizeBytes": size}
        if target is not None:
            told["file"] = str(target)
        if url := self.unfetched.get(site):
            told["warning"] = (
                f"The logo of site {site} is not fetched from {url} for a preview: give a file "
                f"with --logo {site}=FILE."
            )
        self._write(told)

    def failed(self, order: str, error: Exception) -> None:
        """Tells why there is no PDF, of one order or, where it is empty, of any."""
        reason, path = "INTERNAL", ""
        match error:
            case InvalidInput():
                message = "\n".join(f"{v.field}: {v.description}" for v in error.violations)
                reason, path = error.reason, error.violations[0].field
            case InvoiceJobsError():
                message, reason = error.message, error.reason
                path = getattr(error, "field", "")
            case OSError():
                message = ": ".join(str(p) for p in (error.filename, error.strerror) if p) + "."
                reason = "FILE_UNUSABLE"
            case _:
                fault = f"{type(error).__name__}: {error}"
                message = f"A fault in this program keeps it from being rendered ({fault})."
        told = {"order": order, "message": message, "reason": reason, "field": path}
        self._write({name: value for name, value in told.items() if value})

    def _write(self, told: dict[str, str | int]) -> None:
        self.stream.write(json.dumps(told) + "\n")
        # Whoever started this shows how far it is.
        self.stream.flush()


def targets_of(orders: Sequence[str], output: str) -> list[Path | None]:
    """Gives where each order's PDF goes; None is standard output. Raises WrongUse."""
    place = Path(output)
    if output == STANDARD or (place.suffix.lower() == ".pdf" and not place.is_dir()):
        if len(orders) > 1:
            name = "Standard output" if output == STANDARD else output
            raise WrongUse(f"{name} takes one PDF: name one order, or a folder.")
        return [None if output == STANDARD else place]
    targets = [place / f"{Path(order).stem}.pdf" for order in orders]
    taken: dict[str, str] = {}
    for order, target in zip(orders, targets, strict=True):
        # Many file systems take names for the same that differ in case only.
        first = taken.setdefault(target.name.lower(), order)
        if first != order:
            raise WrongUse(
                f"{first} and {order} would both become {target}: render them into different "
                "folders."
            )
    return [*targets]


def _without_addresses(settings: TenantSettings) -> TenantSettings:
    """Forgets where logos are on the internet: nothing is fetched for a preview."""
    sites = (replace(site, branding=replace(site.branding, logo_url="")) for site in settings.sites)
    return replace(settings, sites=tuple(sites))


def _unfetched(settings: TenantSettings) -> dict[str, str]:
    """Gives where the logos are of the sites that have but an address of one."""
    brandings = ((site.code, site.branding) for site in settings.sites)
    return {code: b.logo_url for code, b in brandings if b.logo_url and b.logo is None}


def _check_site(code: str, settings: TenantSettings) -> None:
    if code and settings.site(code) is None:
        known = ", ".join(site.code for site in settings.sites)
        raise WrongUse(f"--site: the settings have no site {code!r}; they have: {known}.")


def add_options(parser: ArgumentParser) -> None:
    """Adds what `python -m server render` takes."""
    parser.add_argument("orders", nargs="+", metavar="ORDER", help="a file with one order's JSON")
    parser.add_argument(
        "--settings",
        required=True,
        metavar="FILE",
        help="the settings' JSON, as examples/settings.json; - reads standard input",
    )
    parser.add_argument("--site", default="", metavar="CODE", help="this site, not the order's")
    parser.add_argument(
        "-o",
        "--output",
        default=".",
        metavar="PATH",
        help="a file that ends in .pdf, a folder, or - for standard output [the working folder]",
    )
