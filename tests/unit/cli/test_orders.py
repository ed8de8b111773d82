"""`invoicejobs orders`: what is sent, what is said, and the exit code."""

import json
import os
import threading

import grpc

ORDER = '{"id": "A", "total": 501.8290}'


def test_orders_of_several_files_go_in_and_are_counted(run, services, tmp_path):
    one, many = tmp_path / "one.json", tmp_path / "many.ndjson"
    one.write_text(ORDER)
    many.write_text('{"id": "B"}\n{"id": "C"}\n{"id": "A"}\n')
    result = run("orders", "import", one, many)
    assert result.exit_code == 0
    assert result.stdout == "3 new, 1 replaced, 0 unchanged, 0 failed.\n"
    assert sorted(services.orders) == ["A", "B", "C"]


def test_an_order_is_sent_byte_for_byte_with_its_tenant_and_place(run, services, tmp_path):
    (path := tmp_path / "one.json").write_text(f"  {ORDER}\n")
    run("orders", "import", path)
    (request,) = services.requests["ImportOrders"]
    assert request.order_json == ORDER.encode()
    assert (request.tenant, request.origin) == ("acme", f"{path}:1")


def test_orders_that_fail_are_listed_with_their_place_and_the_others_go_in(run, services, tmp_path):
    lines, broken = tmp_path / "lines.ndjson", tmp_path / "broken.json"
    lines.write_text('{"id": "A"}\n{"no": "id"}\n')
    broken.write_text('[{"id": "B"}, {"id": ]')
    result = run("orders", "import", lines, broken)
    assert result.exit_code == 1
    assert result.stdout == "2 new, 0 replaced, 0 unchanged, 2 failed.\n"
    assert result.stderr.splitlines() == [
        f"{lines}:2: id: is missing",
        f"{broken}:1: is no JSON: Expecting value (column 22).",
    ]


def test_json_counts_and_names_what_failed(run, tmp_path):
    (path := tmp_path / "lines.ndjson").write_text('{"id": "A"}\n{"no": "id"}\n')
    result = run("--json", "orders", "import", path)
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert (answer["createdCount"], answer["failedCount"]) == ("1", "1")
    assert answer["failures"][0]["origin"] == f"{path}:2"


def test_stdin_is_read_too(run, services):
    result = run("orders", "import", "-", stdin='{"id": "A"}\nnonsense\n')
    assert result.exit_code == 1
    assert list(services.orders) == ["A"]
    assert "stdin:2: id: is missing" in result.stderr


def test_orders_are_on_their_way_before_their_file_ends(run, services, tmp_path):
    os.mkfifo(pipe := tmp_path / "orders.ndjson")

    def feed():
        with pipe.open("w") as file:
            file.write('{"id": "A"}\n')
            file.flush()
            arrived.append(services.first_order_arrived.wait(30))
            file.write('{"id": "B"}\n')

    arrived: list[bool] = []
    (feeder := threading.Thread(target=feed)).start()
    result = run("orders", "import", pipe)
    feeder.join()
    assert arrived == [True]
    assert result.stdout.startswith("2 new")


def test_files_without_orders_are_no_error_and_ask_the_server_nothing(run, services, tmp_path):
    (path := tmp_path / "none.json").write_text("[]")
    result = run("orders", "import", path)
    assert (result.exit_code, services.requests["ImportOrders"]) == (0, [])
    assert result.stdout == "0 new, 0 replaced, 0 unchanged, 0 failed.\n"


def test_a_file_that_is_missing_is_wrong_usage(run, tmp_path):
    result = run("orders", "import", tmp_path / "missing.json")
    assert result.exit_code == 2
    assert "missing.json" in result.stderr


def test_an_import_that_breaks_off_says_that_it_may_be_repeated(run, services, tmp_path):
    services.refuse("ImportOrders", grpc.StatusCode.RESOURCE_EXHAUSTED, "Too many calls.")
    (path := tmp_path / "one.json").write_text(ORDER)
    result = run("orders", "import", path)
    assert result.exit_code == 3
    assert "Repeating it is safe" in result.stderr
    assert "Too many calls." in result.stderr


def test_an_order_is_shown_with_its_total(run, services):
    services.orders["A"] = ORDER.encode()
    result = run("orders", "get", "A")
    assert "501.829 EUR" in result.stdout
    assert "none yet" in result.stdout


def test_the_source_of_an_order_comes_out_as_it_went_in(run, services):
    services.orders["A"] = ORDER.encode()
    assert run("orders", "get", "A", "--source").stdout == ORDER


def test_json_holds_the_order_with_all_decimals(run, services):
    services.orders["A"] = ORDER.encode()
    stdout = run("orders", "get", "A", "--json").stdout
    assert ORDER in stdout
    assert json.loads(stdout)["order"]["orderId"] == "A"


def test_a_list_walks_through_all_pages(run, services):
    services.orders = {f"order-{n}": b"{}" for n in range(5)}
    services.page_size = 2
    ids = [json.loads(line)["orderId"] for line in run("orders", "list", "--json").stdout.split()]
    assert ids == sorted(services.orders)
    assert len(services.requests["ListOrders"]) == 3
    table = run("orders", "list").stdout
    assert all(order_id in table for order_id in services.orders)


def test_an_empty_list_says_so(run):
    assert run("orders", "list").stdout == "No orders.\n"
    assert run("orders", "list", "--json").stdout == ""


def test_filters_go_to_the_server(run, services):
    run("orders", "list")
    run("orders", "list", "--not-invoiced", "--status", "CREATED")
    run("orders", "list", "--invoiced")
    every, waiting, done = services.requests["ListOrders"]
    assert not every.HasField("invoiced")
    assert (waiting.HasField("invoiced"), waiting.invoiced) == (True, False)
    assert (waiting.order_status, done.invoiced) == ("CREATED", True)
