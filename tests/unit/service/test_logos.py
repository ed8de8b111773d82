"""Logos are had when settings are saved: fetched once, drawn once, or refused with everything."""

import hashlib
from dataclasses import replace

import pytest

from server.domain.branding import Branding, Image
from server.domain.errors import Conflict, InvalidInput, Unavailable
from server.domain.tenant import Tenant
from server.service.settings import ReadSettings
from tests.builders.settings import make_settings, make_site

ACME = Tenant("acme")
URL, OTHER_URL = "https://shop.example/logo.svg", "https://shop.example/new.svg"


def image(data):
    return Image(hashlib.sha256(data).hexdigest(), data)


def branded(code="main", data=b"", **branding):
    logo = image(data) if data else None
    return make_site(code=code, branding=Branding(logo=logo, **branding))


def save(shop, *sites, **changes):
    """Saves sites and gives the logos that were kept."""
    settings = make_settings(*sites, **changes)
    saved = shop.update_settings(ACME, settings)
    assert ReadSettings(shop.database)(ACME) == saved
    return [site.branding.logo and site.branding.logo.data for site in saved.sites]


def refusals(shop, *sites):
    before = ReadSettings(shop.database)(ACME)
    with pytest.raises(InvalidInput) as caught:
        shop.update_settings(ACME, make_settings(*sites))
    assert ReadSettings(shop.database)(ACME) == before
    assert caught.value.reason == "INVALID_SETTINGS"
    return {violation.field: violation.description for violation in caught.value.violations}


def saved_again(shop, **branding):
    """Saves the settings as they are kept, with changes of their one branding."""
    current = ReadSettings(shop.database)(ACME)
    (site,) = current.sites
    changed = replace(site, branding=replace(site.branding, **branding))
    return save(shop, changed, etag=current.etag)


def test_a_logo_is_kept_as_it_was_prepared_under_the_hash_of_that(shop):
    assert save(shop, branded(data=b"<svg/>")) == [b"PNG of <svg/>"]
    (site,) = ReadSettings(shop.database)(ACME).sites
    assert site.branding.logo == image(b"PNG of <svg/>")


def test_a_logo_is_fetched_from_its_address_and_prepared(shop):
    shop.logos.internet[URL] = b"<svg/>"
    assert save(shop, branded(logo_url=URL)) == [b"PNG of <svg/>"]


def test_sites_without_a_logo_need_nobody(shop):
    assert save(shop, branded()) == [None]
    assert (shop.logos.fetched, shop.logos.prepared) == ([], [])


def test_what_is_saved_again_is_neither_fetched_nor_prepared_again(shop):
    shop.logos.internet[URL] = b"<svg/>"
    save(shop, branded(logo_url=URL))
    assert saved_again(shop, brand_name="New") == [b"PNG of <svg/>"]
    assert len(shop.logos.fetched) == len(shop.logos.prepared) == 1


def test_a_kept_logo_stays_though_it_would_be_refused_today(shop):
    shop.save(make_settings(branded(data=b"bad, but old")))
    assert saved_again(shop, brand_name="New") == [b"bad, but old"]
    assert refusals(shop, branded(data=b"bad and new")) == {"sites[0].branding.logo": "is damaged"}


def test_another_address_is_fetched_though_the_old_logo_came_along(shop):
    shop.logos.internet |= {URL: b"old", OTHER_URL: b"new"}
    save(shop, branded(logo_url=URL))
    assert saved_again(shop, logo_url=OTHER_URL) == [b"PNG of new"]


def test_the_same_address_is_fetched_anew_for_those_who_send_no_logo(shop):
    shop.logos.internet[URL] = b"old"
    save(shop, branded(logo_url=URL))
    shop.logos.internet[URL] = b"new"
    assert saved_again(shop, logo=None) == [b"PNG of new"]


def test_a_logo_that_is_given_replaces_the_one_that_was_fetched(shop):
    shop.logos.internet[URL] = b"fetched"
    save(shop, branded(logo_url=URL))
    assert saved_again(shop, logo=image(b"given")) == [b"PNG of given"]
    assert shop.logos.fetched == [URL]


def test_an_address_that_is_removed_leaves_the_logo(shop):
    shop.logos.internet[URL] = b"fetched"
    save(shop, branded(logo_url=URL))
    assert saved_again(shop, logo_url="") == [b"PNG of fetched"]
    assert saved_again(shop, logo=None) == [None]


def test_sites_that_share_a_logo_have_it_fetched_and_prepared_once(shop):
    shop.logos.internet[URL] = b"same"
    sites = [branded("a", logo_url=URL), branded("b", logo_url=URL), branded("c", b"same")]
    assert save(shop, *sites) == [b"PNG of same"] * 3
    assert (shop.logos.fetched, shop.logos.prepared) == ([URL], [b"same"])


def test_every_logo_that_cannot_be_had_is_named_and_nothing_saved(shop):
    shop.logos.internet |= {URL: b"bad page", OTHER_URL: b"good"}
    sites = [
        branded("a", b"bad picture"),
        branded("b", logo_url=URL),
        branded("c", logo_url=OTHER_URL),
        branded("d", logo_url="https://gone.example/"),
    ]
    assert refusals(shop, *sites) == {
        "sites[0].branding.logo": "is damaged",
        "sites[1].branding.logo_url": "gives no usable logo: it is damaged",
        "sites[3].branding.logo_url": "cannot be reached",
    }


def test_nothing_is_fetched_for_settings_that_are_wrong_anyway(shop):
    assert list(refusals(shop, replace(branded(logo_url=URL), currency=""))) == [
        "sites[0].currency"
    ]
    assert shop.logos.fetched == []


def test_nothing_is_fetched_for_settings_that_are_stale_anyway(shop):
    with pytest.raises(Conflict):
        save(shop, branded(logo_url=URL), etag="stale")
    assert shop.logos.fetched == []


def test_settings_that_are_changed_while_a_logo_is_fetched_are_not_overwritten(shop):
    first = shop.update_settings(ACME, make_settings())

    def fetch_and_be_overtaken(url):
        shop.update_settings(ACME, make_settings(make_site(name="Theirs")))
        return b"logo"

    slow = replace(shop.update_settings, fetch_logo=fetch_and_be_overtaken)
    with pytest.raises(Conflict):
        slow(ACME, make_settings(branded(logo_url=URL), etag=first.etag))
    assert ReadSettings(shop.database)(ACME).sites[0].name == "Theirs"


def test_slow_logos_do_not_keep_a_save_waiting_for_ever(shop):
    def fetch_slowly(url):
        shop.clock.advance(seconds=9)
        return url.encode()

    urls = [f"https://shop.example/{number}.png" for number in range(4)]
    sites = [branded(f"site-{url[-5]}", logo_url=url) for url in urls]
    slow = replace(shop.update_settings, fetch_logo=fetch_slowly)
    with pytest.raises(InvalidInput) as caught:
        slow(ACME, make_settings(*sites))
    fields = [violation.field for violation in caught.value.violations]
    assert fields == ["sites[2].branding.logo_url", "sites[3].branding.logo_url"]


def test_a_failure_of_ours_is_not_blamed_on_the_logo(shop):
    def fetch(url):
        raise Unavailable("Many logos are being fetched just now.")

    busy = replace(shop.update_settings, fetch_logo=fetch)
    with pytest.raises(Unavailable):
        busy(ACME, make_settings(branded(logo_url=URL)))
