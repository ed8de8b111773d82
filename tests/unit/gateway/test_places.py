"""What one client has of the gateway's places, and how long its bodies may take."""

import pytest
from aiohttp import hdrs, web
from aiohttp.test_utils import make_mocked_request

from gateway.channel import CONFIG
from gateway.errors import ApiError
from gateway.places import Places, body_seconds
from tests.rest.service import config_for

WORDS = ("There is no room.", "TOO_MANY")


def refusal(places: Places, count: int, client: str) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        places.take(count, client, *WORDS)
    return caught.value.status, caught.value.detail


def test_a_client_that_has_as_much_as_one_may_is_refused_and_others_are_not():
    places = Places(4, 2)
    places.take(1, "192.0.2.1", *WORDS)
    places.take(1, "192.0.2.1", *WORDS)
    assert refusal(places, 1, "192.0.2.1") == (429, "TOO_MANY_OF_ADDRESS")
    places.take(2, "192.0.2.2", *WORDS)
    assert refusal(places, 1, "192.0.2.3") == (503, "TOO_MANY")
    places.give_back(1, "192.0.2.1")
    places.take(1, "192.0.2.1", *WORDS)


def test_this_machine_itself_may_have_all():
    places = Places(4, 2)
    places.take(4, "", *WORDS)
    assert refusal(places, 1, "") == (503, "TOO_MANY")


@pytest.mark.parametrize(
    ("size", "seconds"), [("0", 5), ("100", 5), ("655360", 15), ("9999999", 30), (None, 30)]
)
def test_a_body_has_as_much_time_as_its_size_needs(size, seconds):
    app = web.Application()
    app[CONFIG] = config_for("127.0.0.1:1")
    headers = {hdrs.CONTENT_LENGTH: size} if size else {hdrs.TRANSFER_ENCODING: "chunked"}
    request = make_mocked_request("POST", "/", headers, app=app)
    assert body_seconds(request) == pytest.approx(seconds, abs=0.01)
