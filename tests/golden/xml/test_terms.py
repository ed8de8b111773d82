"""Where each business term of EN 16931 stands in CII and in UBL."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from server.domain.document import DocumentFormat
from server.domain.invoice import CREDIT_NOTE, Payment, PrecedingInvoice
from server.domain.party import BankAccount
from server.rendering.xml import render_xml
from tests.builders.invoices import make_invoice, make_line
from tests.validators.full import FULL_SELLER, full_invoice

SPACES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
FACTUR_X, CII, UBL, PEPPOL = (
    DocumentFormat.FACTUR_X,
    DocumentFormat.XRECHNUNG_CII,
    DocumentFormat.XRECHNUNG_UBL,
    DocumentFormat.PEPPOL_UBL,
)

SELLER_CII, SELLER_UBL = "//ram:SellerTradeParty", "//cac:AccountingSupplierParty/cac:Party"
BUYER_CII, BUYER_UBL = "//ram:BuyerTradeParty", "//cac:AccountingCustomerParty/cac:Party"
LINE_CII, LINE_UBL = "//ram:IncludedSupplyChainTradeLineItem[1]", "//cac:InvoiceLine[1]"
REPRESENTATIVE_CII = "//ram:SellerTaxRepresentativeTradeParty"
REPRESENTATIVE_UBL = "//cac:TaxRepresentativeParty"
DISCOUNT_CII = f"{LINE_CII}//ram:SpecifiedTradeAllowanceCharge"
HEADER_CII = "//ram:ApplicableHeaderTradeSettlement"

LEGAL_INFORMATION = (
    "Stammkapital 50.000 EUR; Amtsgericht Hamburg, HRB 123456; Geschäftsführung: Dr. Inga Petersen"
)

# BT number: path in CII, path in UBL, what stands there in the full invoice.
TERMS = {
    "BT-9": ("//ram:DueDateDateTime/udt:DateTimeString", "/*/cbc:DueDate", "2025-11-17"),
    "BT-10": ("//ram:BuyerReference", "//cbc:BuyerReference", "04011000-12345-34"),
    "BT-13": ("//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
              "//cac:OrderReference/cbc:ID", "PO-88"),
    "BT-14": ("//ram:SellerOrderReferencedDocument/ram:IssuerAssignedID",
              "//cac:OrderReference/cbc:SalesOrderID", "B-100234"),
    "BT-20": ("//ram:SpecifiedTradePaymentTerms/ram:Description",
              "//cac:PaymentTerms/cbc:Note", "14 Tage netto"),
    "BT-22": ("//ram:IncludedNote[1]/ram:Content", "/*/cbc:Note[1]", "Ohne Abzug."),
    "BT-30": (f"{SELLER_CII}/ram:SpecifiedLegalOrganization/ram:ID",
              f"{SELLER_UBL}/cac:PartyLegalEntity/cbc:CompanyID", "HRB 123456"),
    "BT-33": (f"{SELLER_CII}/ram:Description",
              f"{SELLER_UBL}/cac:PartyLegalEntity/cbc:CompanyLegalForm",
              LEGAL_INFORMATION),
    "BT-41": (f"{SELLER_CII}//ram:PersonName", f"{SELLER_UBL}/cac:Contact/cbc:Name",
              "Dr. Inga Petersen"),
    "BT-42": (f"{SELLER_CII}//ram:CompleteNumber", f"{SELLER_UBL}/cac:Contact/cbc:Telephone",
              "+49 40 5550 1230"),
    "BT-43": (f"{SELLER_CII}//ram:EmailURIUniversalCommunication/ram:URIID",
              f"{SELLER_UBL}/cac:Contact/cbc:ElectronicMail", "hallo@nordlicht.example"),
    "BT-46": (f"{BUYER_CII}/ram:ID", f"{BUYER_UBL}/cac:PartyIdentification/cbc:ID", "K-20815"),
    "BT-47": (f"{BUYER_CII}/ram:SpecifiedLegalOrganization/ram:ID",
              f"{BUYER_UBL}/cac:PartyLegalEntity/cbc:CompanyID", "HRA 4711"),
    "BT-48": (f"{BUYER_CII}/ram:SpecifiedTaxRegistration/ram:ID",
              f"{BUYER_UBL}/cac:PartyTaxScheme/cbc:CompanyID", "DE136695976"),
    "BT-51": (f"{BUYER_CII}//ram:LineTwo", f"{BUYER_UBL}//cbc:AdditionalStreetName", "Haus B"),
    "BT-54": (f"{BUYER_CII}//ram:CountrySubDivisionName", f"{BUYER_UBL}//cbc:CountrySubentity",
              "Niedersachsen"),
    "BT-56": (f"{BUYER_CII}//ram:PersonName", f"{BUYER_UBL}/cac:Contact/cbc:Name",
              "Frauke Janßen"),
    "BT-62": (f"{REPRESENTATIVE_CII}/ram:Name", f"{REPRESENTATIVE_UBL}/cac:PartyName/cbc:Name",
              "Fiskal B.V."),
    "BT-63": (f"{REPRESENTATIVE_CII}/ram:SpecifiedTaxRegistration/ram:ID",
              f"{REPRESENTATIVE_UBL}/cac:PartyTaxScheme/cbc:CompanyID", "NL004495445B01"),
    "BT-69": (f"{REPRESENTATIVE_CII}//ram:CountryID",
              f"{REPRESENTATIVE_UBL}//cbc:IdentificationCode", "NL"),
    "BT-70": ("//ram:ShipToTradeParty/ram:Name", "//cac:DeliveryParty//cbc:Name", "Lager Nord"),
    "BT-72": ("//ram:OccurrenceDateTime/udt:DateTimeString", "//cbc:ActualDeliveryDate",
              "2025-11-02"),
    "BT-75": ("//ram:ShipToTradeParty//ram:LineOne", "//cac:DeliveryLocation//cbc:StreetName",
              "Kai 3"),
    "BT-81": ("//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode",
              "//cbc:PaymentMeansCode", "58"),
    "BT-82": ("//ram:SpecifiedTradeSettlementPaymentMeans/ram:Information",
              "//cbc:PaymentMeansCode/@name", "invoice"),
    "BT-83": ("//ram:PaymentReference", "//cbc:PaymentID", "RE-2025-00042"),
    "BT-84": ("//ram:IBANID", "//cac:PayeeFinancialAccount/cbc:ID", "DE89370400440532013000"),
    "BT-86": ("//ram:BICID", "//cac:FinancialInstitutionBranch/cbc:ID", "COBADEFFXXX"),
    "BT-92": (f"{HEADER_CII}/ram:SpecifiedTradeAllowanceCharge[2]/ram:ActualAmount",
              "/*/cac:AllowanceCharge[2]/cbc:Amount", "3.00"),
    "BT-98": (f"{HEADER_CII}/ram:SpecifiedTradeAllowanceCharge[2]/ram:ReasonCode",
              "/*/cac:AllowanceCharge[2]/cbc:AllowanceChargeReasonCode", "95"),
    "BT-104": (f"{HEADER_CII}/ram:SpecifiedTradeAllowanceCharge[1]/ram:Reason",
               "/*/cac:AllowanceCharge[1]/cbc:AllowanceChargeReason", "Versand mit DHL"),
    "BT-105": (f"{HEADER_CII}/ram:SpecifiedTradeAllowanceCharge[1]/ram:ReasonCode",
               "/*/cac:AllowanceCharge[1]/cbc:AllowanceChargeReasonCode", "FC"),
    "BT-113": ("//ram:TotalPrepaidAmount", "//cbc:PrepaidAmount", "20.00"),
    "BT-130": (f"{LINE_CII}//ram:BilledQuantity/@unitCode",
               f"{LINE_UBL}/cbc:InvoicedQuantity/@unitCode", "KGM"),
    "BT-136": (f"{DISCOUNT_CII}/ram:ActualAmount", f"{LINE_UBL}/cac:AllowanceCharge/cbc:Amount",
               "1.50"),
    "BT-139": (f"{DISCOUNT_CII}/ram:Reason",
               f"{LINE_UBL}/cac:AllowanceCharge/cbc:AllowanceChargeReason", "Mengenrabatt"),
    "BT-146": (f"{LINE_CII}//ram:ChargeAmount", f"{LINE_UBL}//cbc:PriceAmount", "49.50"),
    "BT-154": (f"{LINE_CII}//ram:SpecifiedTradeProduct/ram:Description",
               f"{LINE_UBL}/cac:Item/cbc:Description", "Aus der ersten Ernte"),
    "BT-155": (f"{LINE_CII}//ram:SellerAssignedID",
               f"{LINE_UBL}//cac:SellersItemIdentification/cbc:ID", "NL-1042-38"),
    "BT-156": (f"{LINE_CII}//ram:BuyerAssignedID",
               f"{LINE_UBL}//cac:BuyersItemIdentification/cbc:ID", "E-77"),
    "BT-157": (f"{LINE_CII}//ram:GlobalID[@schemeID='0160']",
               f"{LINE_UBL}//cac:StandardItemIdentification/cbc:ID[@schemeID='0160']",
               "4012345000009"),
    "BT-160": (f"{LINE_CII}//ram:ApplicableProductCharacteristic/ram:Description",
               f"{LINE_UBL}//cac:AdditionalItemProperty/cbc:Name", "Farbe"),
    "BT-161": (f"{LINE_CII}//ram:ApplicableProductCharacteristic/ram:Value",
               f"{LINE_UBL}//cac:AdditionalItemProperty/cbc:Value", "grün"),
}  # fmt: skip


def at(invoice, format, path):
    root: Any = etree.fromstring(render_xml(invoice, format))
    found = root.xpath(path, namespaces=SPACES)
    return [item if isinstance(item, str) else item.text for item in found]


def in_syntax(format, text):
    """Gives a date the way the syntax writes it."""
    if format in (FACTUR_X, CII) and len(text) == len("2025-11-17") and text[4] == text[7] == "-":
        return text.replace("-", "")
    return text


@pytest.mark.parametrize("format", [FACTUR_X, CII, UBL, PEPPOL])
@pytest.mark.parametrize("term", TERMS)
def test_a_term_stands_where_the_syntax_wants_it(term, format):
    cii, ubl, text = TERMS[term]
    if (term, format) == ("BT-22", PEPPOL):
        text = "Ohne Abzug.\n#AAI#Dankeschön."
    path = cii if format in (FACTUR_X, CII) else ubl
    assert at(full_invoice(), format, path) == [in_syntax(format, text)]


def test_a_notes_subject_is_an_element_in_cii_and_a_prefix_in_ubl():
    invoice = full_invoice()
    assert at(invoice, FACTUR_X, "//ram:IncludedNote[2]/ram:Content") == ["Dankeschön."]
    assert at(invoice, FACTUR_X, "//ram:IncludedNote[2]/ram:SubjectCode") == ["AAI"]
    assert at(invoice, UBL, "/*/cbc:Note[2]") == ["#AAI#Dankeschön."]


def test_tax_is_stated_in_the_sellers_currency_too():
    invoice = full_invoice(tax_currency="CZK")
    totals = replace(invoice.draft.totals, tax_in_tax_currency=Decimal("1234.50"))
    invoice = replace(invoice, draft=replace(invoice.draft, totals=totals))
    own, czech = "[@currencyID='EUR']", "[@currencyID='CZK']"
    tax = f"{invoice.draft.totals.tax}"
    assert at(invoice, CII, "//ram:TaxCurrencyCode") == ["CZK"]
    assert at(invoice, CII, f"//ram:TaxTotalAmount{own}") == [tax]
    assert at(invoice, CII, f"//ram:TaxTotalAmount{czech}") == ["1234.50"]
    assert at(invoice, UBL, "//cbc:TaxCurrencyCode") == ["CZK"]
    assert at(invoice, UBL, f"/*/cac:TaxTotal/cbc:TaxAmount{own}") == [tax]
    assert at(invoice, UBL, f"/*/cac:TaxTotal/cbc:TaxAmount{czech}") == ["1234.50"]


def test_a_credit_note_says_what_it_corrects_and_never_asks_for_money():
    preceding = PrecedingInvoice("RE-2025-00041", date(2025, 10, 1))
    credit = replace(full_invoice(preceding=preceding), type_code=CREDIT_NOTE, due_date=None)
    reference = "//ram:InvoiceReferencedDocument"
    assert at(credit, CII, "//rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert at(credit, CII, f"{reference}/ram:IssuerAssignedID") == ["RE-2025-00041"]
    assert at(credit, CII, f"{reference}//qdt:DateTimeString") == ["20251001"]
    assert at(credit, UBL, "//cbc:CreditNoteTypeCode") == ["381"]
    assert at(credit, UBL, "//cac:InvoiceDocumentReference/cbc:ID") == ["RE-2025-00041"]
    assert at(credit, UBL, "//cac:InvoiceDocumentReference/cbc:IssueDate") == ["2025-10-01"]
    assert len(at(credit, UBL, "//cac:CreditNoteLine/cbc:CreditedQuantity")) == 3
    for format in (CII, UBL):
        assert at(credit, format, "//ram:IBANID | //cac:PayeeFinancialAccount") == []


CARD, ONLINE = Payment("stripe", Decimal(0), means_code="48"), "68"
TRANSFER = Payment("invoice", Decimal(0), means_code="30")
ABROAD = BankAccount("Nordlicht", "JP00123", "")


@pytest.mark.parametrize(
    ("format", "changes", "code", "accounts"),
    [
        # What is due decides; where nothing is said, it is a transfer to the seller's account.
        (FACTUR_X, {"payments": ()}, "58", 1),
        (FACTUR_X, {"payments": (CARD,)}, "48", 0),
        # XRechnung wants a card's number, which no order holds.
        (UBL, {"payments": (CARD,)}, ONLINE, 0),
        (CII, {"payments": (CARD,)}, ONLINE, 0),
        (PEPPOL, {"payments": (CARD,)}, "48", 0),
        (PEPPOL, {"payments": (replace(CARD, means_code="59"),)}, "1", 0),
        (FACTUR_X, {"payments": (replace(CARD, means_code="59"),)}, "59", 0),
        # Only accounts in the SEPA take euros by SEPA transfer.
        (UBL, {"seller": replace(FULL_SELLER, bank_account=ABROAD)}, "30", 1),
        (UBL, {"seller": replace(FULL_SELLER, bank_account=None)}, "1", 0),
        (UBL, {"currency": "CZK"}, "30", 1),
        # The open part counts, however much was paid in another way.
        (FACTUR_X, {"payments": (replace(CARD, paid_amount=Decimal(20)), TRANSFER)}, "58", 1),
        # What is paid asks for no transfer.
        (UBL, {"paid": "all", "payments": (Payment("x", Decimal(9)),)}, "1", 0),
        (UBL, {"paid": "all", "payments": (Payment("x", Decimal(9), means_code="68"),)}, "68", 0),
    ],
)
def test_the_payment_means_fit_the_payment_and_the_format(format, changes, code, accounts):
    invoice = full_invoice(**changes)
    paths = "//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode | //cbc:PaymentMeansCode"
    assert at(invoice, format, paths) == [code]
    assert len(at(invoice, format, "//ram:IBANID | //cac:PayeeFinancialAccount")) == accounts


@pytest.mark.parametrize(
    ("unit", "written"),
    [("KGM", "KGM"), ("PK", "XPK"), ("XBO", "XBO"), ("PCE", "C62"), ("ABC", "C62"), ("", "C62")],
)
def test_a_unit_is_one_that_recipients_know(unit, written):
    lines = (make_line(1, unit_code=unit),)
    invoice = make_invoice(lines)
    assert at(invoice, UBL, "//cbc:InvoicedQuantity/@unitCode") == [written]
    assert at(invoice, CII, "//ram:BilledQuantity/@unitCode") == [written]


def test_a_price_that_rounds_too_far_is_given_for_the_whole_quantity():
    # 3 x 333 yen are 999, but the line says 1000: recipients multiply without rounding.
    line = make_line(1, quantity=Decimal(3), unit_price=Decimal("333.3"), net_amount=Decimal(1000))
    invoice = make_invoice((line,), currency="JPY", adjustments=())
    assert at(invoice, UBL, "//cbc:PriceAmount | //cbc:BaseQuantity") == ["1000", "3"]
    assert at(invoice, CII, "//ram:ChargeAmount | //ram:BasisQuantity") == ["1000", "3"]


def test_characters_that_xml_cannot_hold_are_left_out():
    invoice = full_invoice(payment_terms="14\x00 Tage\x0b\ud800 \ufffe& <netto> \U0001f600 ")
    assert at(invoice, FACTUR_X, TERMS["BT-20"][0]) == ["14 Tage & <netto> \U0001f600"]


def test_the_same_invoice_gives_the_same_bytes():
    for format in (FACTUR_X, CII, UBL, PEPPOL):
        first = render_xml(full_invoice(), format)
        assert first == render_xml(full_invoice(), format)
        assert first.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<")


def test_a_format_that_is_no_xml_is_refused():
    with pytest.raises(ValueError, match="PDF is not written as XML"):
        render_xml(full_invoice(), DocumentFormat.PDF)
