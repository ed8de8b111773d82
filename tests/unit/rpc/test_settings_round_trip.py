"""Settings that use every field of the contract come back as they were sent."""

from dataclasses import replace
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from invoicejobs.v1 import tenant_settings_pb2 as pb

from server.domain.settings import TenantSettings
from server.rpc.read_settings import ALL_FIELDS, read_settings
from server.rpc.translate_settings import settings_message
from tests.builders.storage_values import make_settings as full_settings

NOTHING = TenantSettings(sites=(), number_sequences=())

#: What a field must hold to be taken as it is; all other fields get what tells them apart.
GIVEN = {
    "update_time": None,  # the server alone says when
    "schema_type": "invoiceNoSequence",
    "threshold": "24",
    "formats": [2, 3, 4, 5],
    "rate": "0.9312",
    # None of them the default.
    "layout": 2,
    "paper": 2,
    "typeface": 3,
}


def fill(message: Message, path: str) -> None:
    """Gives every field a value that no other field has: one that is lost or swapped shows."""
    fields: list[Any] = list(message.DESCRIPTOR.fields)
    for number, field in enumerate(fields, start=1):
        given = GIVEN.get(field.name, f"{path}.{field.name}")
        value = getattr(message, field.name)
        if given is None:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type:
                fill(value["one"], f"{path}.one")
            else:
                value.update(one="1", two="2")
        elif field.is_repeated and field.message_type:
            fill(value.add(), f"{path}.{number}a")
            fill(value.add(), f"{path}.{number}b")
        elif field.is_repeated:
            value.extend(given if isinstance(given, list) else [f"{given}.1", f"{given}.2"])
        elif field.message_type:
            fill(value, f"{path}.{number}")
        else:
            setattr(message, field.name, scalar(field, given))


def scalar(field: FieldDescriptor, given: object) -> object:
    """Gives a value of the field's type."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return True
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return given
    if field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64):
        return 100 + field.number
    return str(given).encode() if field.type == FieldDescriptor.TYPE_BYTES else given


def test_what_is_sent_reads_back_the_same_in_every_field():
    sent = pb.Settings()
    fill(sent, "s")
    assert len(sent.sites) == 2
    assert sent.sites[0].seller.tax_representative.address.lines
    assert settings_message(read_settings(sent, ALL_FIELDS, NOTHING)) == sent


def test_all_that_settings_can_hold_can_be_sent():
    full = replace(full_settings(), updated_at=None)
    read = read_settings(settings_message(full), ALL_FIELDS, NOTHING)
    assert read == full
    # == forgets what print would show: the decimals of an exchange rate.
    assert repr(read) == repr(full)
