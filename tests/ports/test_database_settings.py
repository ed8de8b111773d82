"""What every database promises about tenants' settings."""

import hashlib
from dataclasses import replace

from server.domain.branding import Image
from server.domain.settings import SelectionRule
from tests.builders.storage_values import ACME, OTHER, make_settings, write


def put(database, settings, tenant=ACME):
    write(database, lambda unit: unit.settings.put(tenant, settings))


def get(database, tenant=ACME):
    with database.read() as unit:
        return unit.settings.get(tenant)


class TestSettings:
    def test_settings_come_back_equal_logos_included(self, database):
        put(database, make_settings())
        assert get(database) == make_settings()

    def test_settings_with_as_little_as_possible_come_back_equal(self, database):
        settings = make_settings(
            sites=(), number_sequences=(), selection_rule=None, etag="", updated_at=None
        )
        put(database, settings)
        assert get(database) == settings

    def test_a_rule_that_filters_nothing_is_not_no_rule(self, database):
        put(database, make_settings(selection_rule=SelectionRule()))
        assert get(database).selection_rule == SelectionRule()

    def test_later_settings_replace_the_earlier(self, database):
        first = make_settings()
        logo = Image(hashlib.sha256(b"new").hexdigest(), b"new")
        main = replace(first.sites[0], branding=replace(first.sites[0].branding, logo=logo))
        second = replace(first, sites=(main,), etag="second")
        put(database, first)
        put(database, second)
        assert get(database) == second
        put(database, first)
        assert get(database) == first

    def test_a_tenant_without_settings_has_none(self, database):
        put(database, make_settings())
        assert get(database, OTHER) is None

    def test_tenants_have_settings_of_their_own(self, database):
        put(database, make_settings())
        put(database, make_settings(etag="theirs"), OTHER)
        assert get(database) == make_settings()
        assert get(database, OTHER) == make_settings(etag="theirs")
