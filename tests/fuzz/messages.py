"""Makes messages of any type from its descriptor, and changes them field by field."""

from __future__ import annotations

from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.fuzz import values
from tests.fuzz.known import Known

_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
    # A message keeps numbers that the enum does not know.
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
}
#: Bytes that open groups within groups, and messages within messages.
DEEP = (b"\x0b" * 20_000, b"\x12\x7f" * 5_000, b"\x0a\xff\xff\xff\xff\x0f", b"\x80" * 200)


def fill(message: Message, known: Known, chance: Random) -> None:
    """Sets most fields to what is likely to be accepted: what is known, or small."""
    for field in message.DESCRIPTOR.fields:
        if chance.random() < 0.25:
            continue
        name = "order_id" if field.name == "order_ids" else field.name
        if field.message_type is not None:
            if not field.is_repeated:
                fill(getattr(message, field.name), known, chance)
        elif value := _likely(field, known.pick(name, chance), chance):
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)


def change(message: Message, known: Known, chance: Random) -> None:
    """Changes one field of a message, or of one within it."""
    fields = tuple(message.DESCRIPTOR.fields)
    if not fields:
        return
    field: Any = chance.choice(fields)
    name = field.name
    if chance.random() < 0.1:
        message.ClearField(name)
    elif field.message_type is not None and field.message_type.GetOptions().map_entry:
        _change_map(getattr(message, name), field.message_type, known, chance)
    elif field.is_repeated:
        _change_list(getattr(message, name), field, known, chance)
    elif field.message_type is not None:
        inner = getattr(message, name)
        inner.SetInParent()
        change(inner, known, chance)
    else:
        setattr(message, name, _nasty(field, known, chance))


def to_bytes(message: Message, chance: Random) -> bytes:
    """Writes a message; sometimes damaged, with texts that are no UTF-8, or nested without end."""
    data = message.SerializeToString()
    data = data.replace(values.BROKEN_STAND_IN.encode(), values.BROKEN)
    match chance.randrange(20):
        case 0 | 1 | 2 | 3:
            return values.damaged(chance, data)
        case 4:
            return data + chance.choice(DEEP)
        case 5:
            return chance.randbytes(chance.randrange(300))
        case _:
            return data


def _change_list(held: Any, field: FieldDescriptor, known: Known, chance: Random) -> None:
    if field.message_type is None:
        times = chance.choice((1, 1, 2, 50, 1000))
        held.extend([_nasty(field, known, chance) for _ in range(times)])
    elif not held or chance.random() < 0.2:
        added = held.add()
        fill(added, known, chance)
        change(added, known, chance)
    elif chance.random() < 0.1:
        held.extend([held[0]] * chance.choice((1, 2, 100)))
    else:
        change(chance.choice(held), known, chance)


def _change_map(held: Any, entry: Any, known: Known, chance: Random) -> None:
    key = values.text(chance)
    if entry.fields_by_name["value"].message_type is not None:
        change(held[key], known, chance)
    else:
        held[key] = _nasty(entry.fields_by_name["value"], known, chance)


def _nasty(field: FieldDescriptor, known: Known, chance: Random) -> Any:
    kind = field.cpp_type
    if kind in _INTEGERS:
        low, high = _INTEGERS[kind]
        if field.enum_type is not None and chance.random() < 0.6:
            return chance.choice(field.enum_type.values).number
        return values.number(chance, low, high)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return chance.random() < 0.5
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return chance.choice((0.0, -1.0, 1e300, float("nan"), float("inf")))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return chance.choice((b"", b"{}", chance.randbytes(50), values.text(chance).encode()))
    if chance.random() < 0.2:
        return known.pick(field.name, chance)
    if chance.random() < 0.005:
        return "long " * chance.choice((100_000, 600_000))
    return values.text(chance)


def _likely(field: Any, name: str, chance: Random) -> Any:
    if name and field.type == FieldDescriptor.TYPE_BYTES:
        return name.encode()
    if field.type == FieldDescriptor.TYPE_STRING:
        return name or chance.choice(("", "a", "1"))
    if field.enum_type is not None:
        return chance.choice(field.enum_type.values).number
    return chance.choice((0, 1, 10)) if field.cpp_type in _INTEGERS else None
