"""Verifying the archive: whatever somebody breaks in it is found, named, and mended if possible."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from server.domain.credit import Credit
from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput
from tests.builders.cancellation import SETTINGS
from tests.unit.service.conftest import ACME


def first_document(shop):
    (_, documents), *_ = shop.invoices()
    return documents[0]


def test_a_sound_archive_has_nothing_to_tell(auditor, shop):
    shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged"))
    assert auditor.verify() == []
    done, total = auditor.progress[-1]
    assert done == total > 0


def test_a_document_that_is_gone_is_found_and_made_again_with_the_same_bytes(auditor, shop):
    document = first_document(shop)
    before = dict(shop.documents.files)
    del shop.documents.files[document.key]
    (finding,) = auditor.verify(quick=True)
    assert (finding.kind, finding.subject) == ("DOCUMENT_MISSING", document.invoice_number)
    assert "--repair" in finding.message
    (mended,) = auditor.verify(repair=True)
    assert (mended.kind, mended.problem) == ("DOCUMENT_REPAIRED", False)
    assert shop.documents.files == before
    assert auditor.verify() == []


def test_a_document_of_the_right_size_with_other_bytes_is_found_and_mended(auditor, shop):
    document = first_document(shop)
    good = shop.documents.files[document.key]
    shop.documents.files[document.key] = b"?" * len(good)
    assert auditor.kinds(quick=True) == [], "quick does not read"
    assert auditor.kinds() == ["DOCUMENT_DAMAGED"]
    assert auditor.kinds(repair=True) == ["DOCUMENT_REPAIRED"]
    assert shop.documents.files[document.key] == good


def test_a_document_that_would_become_another_is_not_replaced(auditor, shop):
    document = first_document(shop)
    del shop.documents.files[document.key]
    changed = "ab" + document.sha256[2:]
    auditor.sql("UPDATE documents SET sha256 = ? WHERE key = ?", changed, document.key)
    auditor.sql("UPDATE job_orders SET pdf_sha256 = ? WHERE pdf_sha256 = ?",
                changed, document.sha256)  # fmt: skip
    (finding,) = auditor.verify(repair=True)
    assert (finding.kind, finding.problem) == ("DOCUMENT_DIFFERS", True)
    assert document.key not in shop.documents.files


def test_an_invoice_whose_document_was_never_recorded_gets_it(auditor, shop):
    document = first_document(shop)
    auditor.sql("DELETE FROM documents WHERE key = ?", document.key)
    assert "DOCUMENT_NOT_RECORDED" in auditor.kinds()
    assert "DOCUMENT_REPAIRED" in auditor.kinds(repair=True)
    assert auditor.verify() == []
    assert first_document(shop) == document


def test_an_invoice_whose_job_still_makes_its_documents_is_not_wrong(auditor, shop):
    shop.sell("o-4")
    shop.start("o-4")
    shop.documents.before = _power_cut
    with pytest.raises(KeyboardInterrupt):
        shop.work()
    assert len(shop.numbers()) == 4, "the invoice is issued"
    assert auditor.verify() == []


def _power_cut():
    raise KeyboardInterrupt


def test_what_is_recorded_while_we_look_again_is_not_wrong(auditor, shop):
    document = first_document(shop)
    auditor.sql("UPDATE documents SET invoice_number = 'x' WHERE key = ?", document.key)
    auditor.while_pausing = lambda: auditor.sql(
        "UPDATE documents SET invoice_number = ? WHERE key = ?",
        *(document.invoice_number, document.key),
    )
    assert auditor.verify() == []


def test_files_that_belong_to_nobody_are_told_apart_and_are_no_problem(auditor, shop):
    shop.documents.files |= {
        "0.part": b"half",
        "acme/00/00.pdf": b"stray",
        "other/zz.txt": b"a note",
    }
    found = auditor.verify()
    assert [(f.kind, f.subject, f.problem) for f in found] == [
        ("TEMPORARY_FILE", "0.part", False),
        ("LEFT_OVER", "acme/00/00.pdf", False),
        ("LEFT_OVER", "other/zz.txt", False),
    ]
    assert [f.subject for f in auditor.verify(tenant=ACME)] == ["acme/00/00.pdf"]


def test_no_transaction_is_open_while_the_folder_is_walked_through(auditor, shop, monkeypatch):
    opened, walked = [], []
    read = shop.database.read

    @contextmanager
    def counted():
        with read() as unit:
            opened.append(unit)
            yield unit
            opened.remove(unit)

    def keys(prefix=""):
        for key in sorted(shop.documents.files):
            walked.append(list(opened))
            yield key

    monkeypatch.setattr(shop.database, "read", counted)
    monkeypatch.setattr(shop.documents, "keys", keys)
    monkeypatch.setattr("server.service.verify_archive.PAGE", 2)
    assert auditor.verify() == []
    assert walked == [[]] * len(shop.documents.files)


def test_a_file_that_is_being_recorded_is_not_left_over(auditor, shop):
    shop.documents.files["acme/00/00.pdf"] = b"new"
    auditor.while_pausing = lambda: shop.documents.files.pop("acme/00/00.pdf")
    assert auditor.verify() == []


def test_a_lost_invoice_leaves_its_number_behind(auditor, shop):
    first, second, third = shop.numbers()
    auditor.sql("DELETE FROM documents WHERE invoice_number IN (?, ?)", first, third)
    auditor.sql("DELETE FROM invoices WHERE number IN (?, ?)", first, third)
    found = [f for f in auditor.verify() if f.kind == "NUMBER_LOST"]
    assert [f.subject for f in found] == [first, third]
    assert all(second not in f.message for f in found)


@pytest.mark.parametrize(
    ("value", "told"), [(1, "value 1 is"), (2, "value 2 is"), (3, "value 3 is")]
)
def test_a_gap_is_found_at_the_beginning_in_the_middle_and_at_the_end(auditor, value, told):
    auditor.sql("DELETE FROM drawn_numbers WHERE value = ?", value)
    found = {f.kind: f.message for f in auditor.verify()}
    assert set(found) == {"NUMBER_GAP", "NUMBER_NOT_DRAWN"}
    assert told in found["NUMBER_GAP"]


def test_a_counter_that_was_put_back_is_found(auditor):
    auditor.sql("UPDATE number_counters SET next_value = 3")
    assert auditor.kinds() == ["COUNTER_BEHIND"]


def test_credit_notes_have_a_sequence_of_their_own_that_is_checked(auditor, shop):
    shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged"))
    note = shop.numbers()[-1]
    auditor.sql("DELETE FROM documents WHERE invoice_number = ?", note)
    auditor.sql("DELETE FROM invoices WHERE number = ?", note)
    assert ("NUMBER_LOST", note) in [(f.kind, f.subject) for f in auditor.verify()]


def test_an_order_with_two_live_invoices_is_found(auditor):
    auditor.sql("DROP INDEX invoices_live_unique")
    auditor.sql("UPDATE invoices SET order_id = 'o-1' WHERE order_id = 'o-2'")
    found = {(f.kind, f.subject) for f in auditor.verify()}
    assert {("ORDER_INVOICED_TWICE", "o-1"), ("ORDER_MARK", "o-2")} < found


@pytest.mark.parametrize("mark", [0, 1])
def test_an_order_marked_wrongly_is_found(auditor, shop, mark):
    shop.sell("o-4")
    auditor.sql("UPDATE orders SET invoiced = ? WHERE order_id = ?", mark, "o-4" if mark else "o-1")
    (finding,) = auditor.verify()
    assert (finding.kind, finding.subject) == ("ORDER_MARK", "o-4" if mark else "o-1")
    assert ("false" if mark else "true") in finding.message


def test_a_job_that_is_done_with_an_order_pending_is_found(auditor):
    auditor.sql("UPDATE job_orders SET status = 'PENDING' WHERE position = 1")
    assert auditor.kinds() == ["JOB_PENDING", "JOB_COUNTS", "JOB_RECORDED"]


def test_a_job_that_is_not_done_and_has_nothing_left_to_do_is_found(auditor):
    auditor.sql("UPDATE jobs SET done_at = NULL")
    assert auditor.kinds() == ["JOB_STUCK"]


def test_an_invoice_that_cannot_be_read_is_found(auditor, shop):
    number = shop.numbers()[0]
    auditor.sql("UPDATE invoices SET snapshot = '{' WHERE number = ?", number)
    assert [(f.kind, f.subject) for f in auditor.verify()] == [("SNAPSHOT_UNREADABLE", number)]


def test_settings_that_cannot_be_read_are_found(auditor):
    auditor.sql("UPDATE settings SET snapshot = '{'")
    assert auditor.kinds() == ["SETTINGS_UNREADABLE"]


def test_only_the_tenant_that_was_named_is_looked_at(auditor):
    with auditor.shop.database.write() as unit:
        unit.settings.put("other", SETTINGS)
        unit.commit()
    auditor.sql("UPDATE jobs SET done_at = NULL")
    assert auditor.kinds(tenant="other") == []


def test_a_tenant_of_whom_nothing_is_kept_is_not_called_sound(auditor):
    with pytest.raises(InvalidInput, match="only of acme"):
        auditor.verify(tenant="acne")


def test_every_finding_is_a_sentence_that_says_what_to_do(auditor, shop):
    auditor.sql("UPDATE jobs SET done_at = NULL, order_count = 9")
    auditor.sql("UPDATE settings SET snapshot = '{'")
    auditor.sql("UPDATE invoices SET snapshot = '{' WHERE order_id = 'o-1'")
    auditor.sql("DELETE FROM drawn_numbers WHERE value = 1")
    del shop.documents.files[first_key(auditor)]
    found = auditor.verify()
    assert len(found) >= 5
    for finding in found:
        assert finding.message.endswith(".")
        assert ":" in finding.message
        assert "\n" not in finding.message


def first_key(auditor):
    with closing(sqlite3.connect(auditor.file)) as connection:
        query = "SELECT documents.key FROM documents JOIN invoices ON number = invoice_number"
        return connection.execute(f"{query} WHERE order_id = 'o-2'").fetchone()[0]


def test_formats_besides_the_pdf_are_asked_for(auditor, shop):
    invoice, documents = shop.invoices()[0]
    assert {d.format for d in documents} >= {DocumentFormat.PDF, *invoice.draft.formats}
