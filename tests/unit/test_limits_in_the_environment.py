"""Limits that contradict each other are refused at the start, before a client runs into them."""

import pytest

from server.config import ConfigError, read_config


def test_a_tenant_must_have_room_for_the_largest_job():
    environment = {"INVOICEJOBS_MAX_WAITING_ORDERS": "99", "INVOICEJOBS_MAX_JOB_ORDERS": "100"}
    with pytest.raises(ConfigError, match="would never find room") as caught:
        read_config(environment)
    for name in environment:
        assert name in str(caught.value)


@pytest.mark.parametrize("waiting", ["100", "101"])
def test_room_for_one_such_job_is_enough(waiting):
    config = read_config(
        {"INVOICEJOBS_MAX_WAITING_ORDERS": waiting, "INVOICEJOBS_MAX_JOB_ORDERS": "100"}
    )
    assert config.max_waiting_orders == int(waiting)


def test_all_messages_together_must_have_room_for_the_largest():
    environment = {
        "INVOICEJOBS_GRPC_MAX_MESSAGES_BYTES": "33554431",
        "INVOICEJOBS_GRPC_MAX_MESSAGE_BYTES": "33554432",
    }
    with pytest.raises(ConfigError, match="would never find room") as caught:
        read_config(environment)
    for name in environment:
        assert name in str(caught.value)
