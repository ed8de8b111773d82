"""Invoices arrive in another process as they were sent, each logo once."""

from dataclasses import replace

from server.domain.branding import Branding, Image
from server.domain.document import DocumentFormat
from server.work.parcels import pack, unpack
from tests.builders.invoices import make_invoice

PDF = DocumentFormat.PDF
LOGO = Image("5" * 64, b"PNG of a lighthouse")


def test_invoices_come_out_as_they_went_in():
    plain = make_invoice(3, number="RE-1")
    branded = replace(plain, draft=replace(plain.draft, branding=Branding(logo=LOGO)))
    tasks = [(plain, PDF), (branded, DocumentFormat.XRECHNUNG_CII), (branded, PDF)]
    assert unpack(pack(tasks)) == tasks


def test_many_invoices_with_one_logo_hold_it_once():
    draft = make_invoice(1).draft
    branded = [
        make_invoice(1, number=f"RE-{n}", branding=replace(draft.branding, logo=LOGO))
        for n in range(50)
    ]
    parcel = pack([(invoice, PDF) for invoice in branded])
    assert list(parcel.logos.values()) == [LOGO]
    assert LOGO.data not in parcel.tasks
