"""What every database promises about issued invoices and their documents."""

import hashlib
from dataclasses import replace

import pytest

from server.domain.branding import Image
from server.domain.errors import Conflict, InvalidInput
from server.ports import IssuedInvoice
from tests.builders.invoices import make_invoice
from tests.builders.storage_full_invoice import FULL
from tests.builders.storage_values import ACME, BRANDED, LOGO, OTHER, make_document, write


def branded(number, order_id, logo=LOGO):
    return make_invoice(2, number=number, order_id=order_id, branding=replace(BRANDED, logo=logo))


def add(database, *invoices, tenant=ACME, job_id="job-1"):
    write(database, lambda unit: unit.invoices.add(tenant, job_id, invoices))


class TestRoundTrip:
    @pytest.mark.parametrize(
        "invoice",
        [
            FULL,
            branded("R-1", "o-1"),
            make_invoice(60),
            make_invoice(1, order_date=None, supply_date=None, delivery=FULL.draft.buyer),
            replace(make_invoice(0), due_date=None),
        ],
        ids=["every field", "with logo", "60 lines", "optional fields", "no lines"],
    )
    def test_an_invoice_comes_back_equal(self, database, invoice):
        add(database, invoice)
        with database.read() as unit:
            found = unit.invoices.get(ACME, [invoice.number])
        assert found == {invoice.number: invoice}
        # == forgets what print would show: the decimals of an amount.
        assert repr(found[invoice.number]) == repr(invoice)

    def test_invoices_with_different_logos_keep_their_own(self, database):
        other = Image(hashlib.sha256(b"new picture").hexdigest(), b"new picture")
        first, second = branded("R-1", "o-1"), branded("R-2", "o-2", other)
        plain = branded("R-3", "o-3", None)
        add(database, first, second, plain)
        with database.read() as unit:
            found = unit.invoices.get(ACME, ["R-1", "R-2", "R-3"])
        assert found == {"R-1": first, "R-2": second, "R-3": plain}

    def test_unknown_numbers_are_left_out(self, database):
        add(database, branded("R-1", "o-1"))
        with database.read() as unit:
            assert list(unit.invoices.get(ACME, ["R-1", "R-404"])) == ["R-1"]
            assert unit.invoices.get(ACME, []) == {}

    def test_very_many_are_found_at_once(self, database):
        add(database, *(make_invoice(1, number=f"R-{n}", order_id=f"o-{n}") for n in range(1200)))
        with database.read() as unit:
            assert len(unit.invoices.get(ACME, [f"R-{n}" for n in range(1300)])) == 1200
            assert len(unit.invoices.of_orders(ACME, [f"o-{n}" for n in range(1300)])) == 1200
            assert len(unit.invoices.taken(ACME, [f"R-{n}" for n in range(1300)])) == 1200


class TestUniqueness:
    def test_an_order_has_one_invoice(self, database):
        add(database, branded("R-1", "o-1"))
        with pytest.raises(Conflict):
            add(database, branded("R-2", "o-1"))
        with database.read() as unit:
            assert unit.invoices.get(ACME, ["R-2"]) == {}
            assert unit.invoices.of_orders(ACME, ["o-1"])["o-1"].number == "R-1"

    def test_a_number_is_given_once(self, database):
        add(database, branded("R-1", "o-1"))
        with pytest.raises(Conflict):
            add(database, branded("R-1", "o-2"))

    def test_twice_in_one_call_is_a_conflict_too(self, database):
        with pytest.raises(Conflict):
            add(database, branded("R-1", "o-1"), branded("R-2", "o-1"))
        with database.read() as unit:
            assert unit.invoices.page(ACME, "", "", None, 10).items == ()

    def test_tenants_have_numbers_and_orders_of_their_own(self, database):
        ours, theirs = branded("R-1", "o-1"), replace(branded("R-1", "o-1"), layout="theirs")
        add(database, ours)
        add(database, theirs, tenant=OTHER)
        with database.read() as unit:
            assert unit.invoices.get(ACME, ["R-1"]) == {"R-1": ours}
            assert unit.invoices.get(OTHER, ["R-1"]) == {"R-1": theirs}

    def test_another_tenant_sees_nothing(self, database):
        add(database, branded("R-1", "o-1"))
        write(database, lambda unit: unit.invoices.add_documents(ACME, [make_document("R-1")]))
        with database.read() as unit:
            assert unit.invoices.get(OTHER, ["R-1"]) == {}
            assert unit.invoices.of_orders(OTHER, ["o-1"]) == {}
            assert unit.invoices.taken(OTHER, ["R-1"]) == frozenset()
            assert unit.invoices.page(OTHER, "", "", None, 10).items == ()
            assert unit.invoices.page(OTHER, "o-1", "job-1", None, 10).items == ()
            assert unit.invoices.documents(OTHER, "R-1") == ()

    def test_taken_numbers_are_told(self, database):
        add(database, branded("R-1", "o-1"), branded("R-2", "o-2"))
        with database.read() as unit:
            assert unit.invoices.taken(ACME, ["R-0", "R-2"]) == {"R-2"}
            assert unit.invoices.taken(ACME, []) == frozenset()

    def test_nothing_is_added_from_nothing(self, database):
        add(database)
        with database.read() as unit:
            assert unit.invoices.page(ACME, "", "", None, 10).items == ()


class TestDocuments:
    def test_documents_are_found_by_number_and_by_order(self, database):
        add(database, branded("R-1", "o-1"), branded("R-2", "o-2"))
        document = make_document("R-1")
        write(database, lambda unit: unit.invoices.add_documents(ACME, [document]))
        with database.read() as unit:
            assert unit.invoices.documents(ACME, "R-1") == (document,)
            assert unit.invoices.documents(ACME, "R-2") == ()
            assert unit.invoices.documents(ACME, "R-404") == ()
            assert unit.invoices.of_orders(ACME, ["o-1", "o-2", "o-404"]) == {
                "o-1": IssuedInvoice("R-1", "job-1", (document,)),
                "o-2": IssuedInvoice("R-2", "job-1", ()),
            }

    def test_a_recorded_document_stays_as_it_is(self, database):
        add(database, branded("R-1", "o-1"))
        first, later = make_document("R-1", b"first"), make_document("R-1", b"later")
        write(database, lambda unit: unit.invoices.add_documents(ACME, [first]))
        write(database, lambda unit: unit.invoices.add_documents(ACME, [later]))
        write(database, lambda unit: unit.invoices.add_documents(ACME, [first, later]))
        with database.read() as unit:
            assert unit.invoices.documents(ACME, "R-1") == (first,)

    def test_no_documents_change_nothing(self, database):
        write(database, lambda unit: unit.invoices.add_documents(ACME, []))


class TestInvoicePages:
    def test_pages_give_every_invoice_once_the_newest_first_without_logo(self, database):
        issued = [branded(f"R-{n}", f"o-{n}") for n in range(5)]
        add(database, *issued)
        document = make_document("R-3")
        write(database, lambda unit: unit.invoices.add_documents(ACME, [document]))
        seen, cursor = [], None
        with database.read() as unit:
            while True:
                page = unit.invoices.page(ACME, "", "", cursor, 2)
                seen += page.items
                cursor = page.next_cursor
                if cursor is None:
                    break
        bare = [branded(f"R-{n}", f"o-{n}", None) for n in (4, 3, 2, 1, 0)]
        assert [record.invoice for record in seen] == bare
        assert [record.documents for record in seen] == [(), (document,), (), (), ()]

    @pytest.mark.parametrize(
        ("order_id", "job_id", "expected"),
        [
            ("", "", ["R-3", "R-2", "R-1"]),
            ("o-2", "", ["R-2"]),
            ("", "job-1", ["R-2", "R-1"]),
            ("o-2", "job-1", ["R-2"]),
            ("o-2", "job-2", []),
            ("o-404", "", []),
        ],
    )
    def test_invoices_are_chosen_by_order_and_job(self, database, order_id, job_id, expected):
        add(database, branded("R-1", "o-1"), branded("R-2", "o-2"))
        add(database, branded("R-3", "o-3"), job_id="job-2")
        with database.read() as unit:
            page = unit.invoices.page(ACME, order_id, job_id, None, 10)
        assert [record.invoice.number for record in page.items] == expected

    def test_a_cursor_that_no_page_gave_is_refused(self, database):
        with database.read() as unit, pytest.raises(InvalidInput) as raised:
            unit.invoices.page(ACME, "", "", "o-1", 10)
        assert [v.field for v in raised.value.violations] == ["page_token"]
