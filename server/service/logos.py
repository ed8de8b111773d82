"""Takes the logos that are saved with settings.

Those that are given by an address are fetched, and all are made ones that invoices can hold. It is
done once, here, so that issuing an invoice waits for nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.branding import Branding, Image
from server.domain.errors import FieldViolation, InvalidInput, LogoRefused
from server.domain.settings import Site, TenantSettings
from server.ports import Clock, FetchLogo, PrepareLogo

#: For the logos of one save together; the last one begun may take its own time on top.
PATIENCE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class TakeLogos:
    """Fetches and prepares logos."""

    clock: Clock
    fetch_logo: FetchLogo
    prepare_logo: PrepareLogo

    def __call__(self, settings: TenantSettings, current: TenantSettings | None) -> TenantSettings:
        """Gives the settings with their logos as they are to be kept.

        Those that current holds are taken as they are. Raises InvalidInput that names every logo
        which cannot be had.
        """
        taking = _Taking(self, current.sites if current else (), self.clock.now() + PATIENCE)
        brandings = [
            taking.take(site, f"sites[{index}].branding")
            for index, site in enumerate(settings.sites)
        ]
        if taking.violations:
            raise InvalidInput(*taking.violations, reason="INVALID_SETTINGS")
        sites = zip(settings.sites, brandings, strict=True)
        return replace(
            settings, sites=tuple(replace(site, branding=branding) for site, branding in sites)
        )


class _Taking:
    """The logos of one save: sites with the same logo share it."""

    def __init__(self, ports: TakeLogos, saved: tuple[Site, ...], end: datetime) -> None:
        self.violations: list[FieldViolation] = []
        self._ports = ports
        self._end = end
        self._saved = {site.code: site.branding for site in saved}
        #: Logos by their hash, and by the address they were fetched from in this save.
        self._taken = {logo.sha256: logo for logo in _logos(saved)}

    def take(self, site: Site, path: str) -> Branding:
        """Gives a site's branding with its logo, and adds what is wrong with it to violations."""
        branding = site.branding
        saved = self._saved.get(site.code)
        is_new = saved is None or saved.logo_url != branding.logo_url
        fetches = bool(branding.logo_url) and (branding.logo is None or is_new)
        logo = branding.logo
        try:
            if fetches:
                logo = self._fetched(branding.logo_url)
            elif logo:
                logo = self._given(logo)
        except LogoRefused as refusal:
            field = f"{path}.logo_url" if fetches else f"{path}.logo"
            self.violations.append(FieldViolation(field, refusal.message))
            return branding
        return replace(branding, logo=logo)

    def _given(self, logo: Image) -> Image:
        if logo.sha256 not in self._taken:
            self._check_time()
        return self._prepared(logo)

    def _fetched(self, url: str) -> Image:
        if url not in self._taken:
            self._check_time()
            data = self._ports.fetch_logo(url)
            try:
                self._taken[url] = self._prepared(_image(data))
            except LogoRefused as refusal:
                raise LogoRefused(f"gives no usable logo: it {refusal.message}") from refusal
        return self._taken[url]

    def _prepared(self, logo: Image) -> Image:
        if logo.sha256 not in self._taken:
            self._taken[logo.sha256] = _image(self._ports.prepare_logo(logo.data))
        return self._taken[logo.sha256]

    def _check_time(self) -> None:
        if self._ports.clock.now() > self._end:
            raise LogoRefused("was not tried, as others took too long; save fewer at once")


def _logos(sites: tuple[Site, ...]) -> Iterator[Image]:
    return (site.branding.logo for site in sites if site.branding.logo)


def _image(data: bytes) -> Image:
    return Image(hashlib.sha256(data).hexdigest(), data)
