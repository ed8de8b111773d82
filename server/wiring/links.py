"""Joins what signs and checks download links."""

from __future__ import annotations

from datetime import timedelta

from server.config import Config
from server.ports import Clock, SigningKeys
from server.service.links import PURPOSE, CheckLink, GivenKeys, SignLinks


def join_links(
    config: Config, clock: Clock, signing_keys: SigningKeys
) -> tuple[SignLinks, CheckLink]:
    """Joins what signs links and what checks them."""
    keys = GivenKeys(dict(config.link_keys)) if config.link_keys else signing_keys
    # Made now if need be, so that later nobody who only reads has to write.
    keys.current(PURPOSE)
    return SignLinks(keys, clock, timedelta(days=config.link_days)), CheckLink(keys, clock)
