"""Orders are found in files of every shape, byte for byte, and each knows where it stood."""

import io
import json

import pytest

from gateway.cli.reading import MAX_ORDER_BYTES, ORIGIN_LENGTH, Unreadable, read_orders


def read(content, name="orders.json"):
    return list(read_orders(io.BytesIO(content), name))


def found(content, name="orders.json"):
    return [(item.origin, item.order_json) for item in read(content, name)]


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": "A", "total": 501.8290}',
        b'{\n  "id": "A",\n  "total": 501.8290\n}\n',
        b'\n\n  {"id":\n"A"}',
        b'\xef\xbb\xbf{"id": "A"}',
    ],
)
def test_a_file_of_one_order_gives_its_very_bytes(content):
    ((_, order_json),) = found(content)
    assert order_json == content.removeprefix(b"\xef\xbb\xbf").strip()


def test_one_order_over_several_lines_is_named_after_its_file():
    assert found(b'{\n"id": 1\n}', "shop/A.json") == [("shop/A.json", b'{\n"id": 1\n}')]


def test_every_line_is_an_order_that_knows_its_line():
    content = b'{"id": "A"}\n\n  {"id": "B"}\r\n{"id": "C"}'
    assert found(content) == [
        ("orders.json:1", b'{"id": "A"}'),
        ("orders.json:3", b'{"id": "B"}'),
        ("orders.json:4", b'{"id": "C"}'),
    ]


def test_every_element_of_an_array_is_an_order_that_knows_its_index():
    content = b' [ {"id": "A", "x": 1.10} , {"id": "B"},\n 7 ] '
    assert found(content) == [
        ("orders.json[0]", b'{"id": "A", "x": 1.10}'),
        ("orders.json[1]", b'{"id": "B"}'),
        ("orders.json[2]", b"7"),
    ]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[]", b" [ ]\n"])
def test_a_file_without_orders_gives_none(content):
    assert read(content) == []


def test_objects_one_after_the_other_know_the_lines_they_begin_on():
    content = b'{\n"id": "A"\n}\n{\n"id": "B"\n}'
    assert [origin for origin, _ in found(content)] == ["orders.json", "orders.json:4"]


def test_a_wrong_line_is_left_to_the_server_and_does_not_hide_the_others():
    content = b'{"id": "A" oops}\nnot json\n\xff\xfe\n{"id": "B"}\n'
    assert [origin for origin, _ in found(content)] == [
        f"orders.json:{line}" for line in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("name", ["orders.ndjson", "orders.JSONL"])
def test_the_name_says_that_lines_are_orders_even_when_the_first_one_is_wrong(name):
    assert [o for o, _ in found(b'{\n{"id": "B"}', name)] == [f"{name}:1", f"{name}:2"]
    assert [o for o, _ in found(b'[\n{"id": "B"}', name)] == [f"{name}:1", f"{name}:2"]


def test_lines_are_read_one_at_a_time():
    class Endless(io.RawIOBase):
        def readline(self, size=-1):
            return b'{"id": "A"}\n'

        def read(self, size=-1):
            raise AssertionError("read whole")

    orders = read_orders(Endless(), "stdin")  # type: ignore[arg-type]
    assert [next(orders).origin for _ in range(3)] == ["stdin:1", "stdin:2", "stdin:3"]


@pytest.mark.parametrize(
    ("content", "origins", "problem"),
    [
        (b'[{"id": "A"}, {"id": oops}]', ["orders.json[0]", "orders.json:1"], "Expecting value"),
        (b'[{"id": "A"}\n {"id": "B"}]', ["orders.json[0]", "orders.json:2"], "Expecting ','"),
        (b'[{"id": "A"},]', ["orders.json[0]", "orders.json:1"], "Expecting value"),
        (b'[{"id": "A"}', ["orders.json[0]", "orders.json:1"], "Expecting ','"),
        (b'\n[\n{"id":\n', ["orders.json:4"], "Expecting value"),
        (b'{\n"id": "A",\n"b" "c"}', ["orders.json:3"], "Expecting ':'"),
        (b'{\n"id": "\xff"}', ["orders.json"], "not UTF-8"),
        (b"[" * 100_000, ["orders.json"], "nested too deeply"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(content, origins, problem):
    items = read(content)
    assert [item.origin for item in items] == origins
    assert isinstance(items[-1], Unreadable)
    assert problem in items[-1].message


def test_an_order_that_is_too_long_is_told_and_its_neighbours_go_on():
    long = json.dumps({"id": "x" * MAX_ORDER_BYTES}).encode()
    just = b'{"id": "' + b"x" * (MAX_ORDER_BYTES - 10) + b'"}'
    assert len(just) == MAX_ORDER_BYTES
    for content, name in (
        (b'{"id": "A"}\n' + long + b"\n" + just + b"\r\n" + just + b"\n", "orders.ndjson"),
        (long + b'\n{"id": "B"}\n' + just, "orders.ndjson"),
        (b"[" + b",".join([just, long, just]) + b"]", "orders.json"),
    ):
        kinds = [(item.origin, type(item)) for item in read(content, name)]
        assert [kind for _, kind in kinds].count(Unreadable) == 1
        assert len(kinds) == content.count(b"id")
        assert [origin for origin, _ in kinds] == [
            f"{name}:{i + 1}" if name.endswith("ndjson") else f"{name}[{i}]"
            for i in range(len(kinds))
        ]


def test_a_file_that_breaks_off_is_told():
    class Broken(io.RawIOBase):
        def readline(self, size=-1):
            raise OSError(5, "Input/output error")

    (problem,) = read_orders(Broken(), "tape")  # type: ignore[arg-type]
    assert problem == Unreadable("tape", "cannot be read: Input/output error.")


def test_the_origin_of_a_long_path_keeps_its_end_and_fits():
    ((origin, _),) = found(b'{"id": 1}', "folder/" * 100 + "last.ndjson")
    assert len(origin) == ORIGIN_LENGTH
    assert origin.endswith("last.ndjson:1")
