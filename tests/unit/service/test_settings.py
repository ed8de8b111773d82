"""Settings are saved whole and right, and nobody overwrites what he has not seen."""

from dataclasses import replace

import pytest

from server.domain.errors import Conflict, InvalidInput, NotFound
from server.domain.tenant import Tenant
from server.service.settings import ReadSettings
from tests.builders.settings import make_settings, make_site

ACME, NOBODY = Tenant("acme"), Tenant("nobody")


def test_what_is_saved_is_read_back_with_its_time_and_etag(shop):
    saved = shop.update_settings(ACME, make_settings(make_site(name="New")))
    assert ReadSettings(shop.database)(ACME) == saved
    assert saved.updated_at == shop.clock.now()
    assert saved.sites[0].name == "New"
    assert shop.update_settings(ACME, make_settings()).etag != saved.etag


def test_settings_that_somebody_changed_since_are_not_overwritten(shop):
    first = shop.update_settings(ACME, make_settings())
    second = shop.update_settings(ACME, replace(first, selection_rule=None))
    with pytest.raises(Conflict) as caught:
        shop.update_settings(ACME, first)
    assert caught.value.reason == "SETTINGS_CHANGED"
    with pytest.raises(Conflict):
        shop.update_settings(NOBODY, first)
    assert ReadSettings(shop.database)(ACME) == second
    shop.update_settings(ACME, replace(first, etag=""))


def test_wrong_settings_change_nothing(shop):
    first = shop.update_settings(ACME, make_settings())
    with pytest.raises(InvalidInput):
        shop.update_settings(ACME, make_settings(make_site(currency="")))
    assert ReadSettings(shop.database)(ACME) == first


def test_a_tenant_without_settings_is_told_so(shop):
    with pytest.raises(NotFound):
        ReadSettings(shop.database)(NOBODY)
