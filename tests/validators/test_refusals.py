"""The checks bite: each mandatory term removed, each total shifted, each trap is refused.

What is changed is the XML, behind the back of everything that would have prevented it.
"""

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from server.domain.document import DocumentFormat
from server.rendering.xml import render_xml
from tests.validators.full import full_invoice

SPACES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CII, UBL = (
    (DocumentFormat.FACTUR_X, DocumentFormat.XRECHNUNG_CII),
    (
        DocumentFormat.XRECHNUNG_UBL,
        DocumentFormat.PEPPOL_UBL,
    ),
)

# CII's path, UBL's path, and the rule that misses what was there.
REMOVED = {
    "number": ("//rsm:ExchangedDocument/ram:ID", "/*/cbc:ID", "BR-02"),
    "issue date": ("//ram:IssueDateTime", "/*/cbc:IssueDate", "BR-03"),
    "type": ("//ram:ExchangedDocument/ram:TypeCode | //rsm:ExchangedDocument/ram:TypeCode",
             "//cbc:InvoiceTypeCode", "BR-04"),
    "currency": ("//ram:InvoiceCurrencyCode", "//cbc:DocumentCurrencyCode", "BR-05"),
    "seller's name": ("//ram:SellerTradeParty/ram:Name",
                      "//cac:AccountingSupplierParty//cbc:RegistrationName", "BR-06"),
    "buyer's name": ("//ram:BuyerTradeParty/ram:Name",
                     "//cac:AccountingCustomerParty//cbc:RegistrationName", "BR-07"),
    "seller's address": ("//ram:SellerTradeParty/ram:PostalTradeAddress",
                         "//cac:AccountingSupplierParty//cac:PostalAddress", "BR-08"),
    "seller's country": ("//ram:SellerTradeParty/ram:PostalTradeAddress/ram:CountryID",
                         "//cac:AccountingSupplierParty//cac:PostalAddress/cac:Country", "BR-09"),
    "buyer's country": ("//ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID",
                        "//cac:AccountingCustomerParty//cac:PostalAddress/cac:Country", "BR-11"),
    "sum of lines": ("//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:LineTotalAmount",
                     "//cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "BR-12"),
    "total without tax": ("//ram:TaxBasisTotalAmount", "//cbc:TaxExclusiveAmount", "BR-13"),
    "total with tax": ("//ram:GrandTotalAmount", "//cbc:TaxInclusiveAmount", "BR-14"),
    "amount due": ("//ram:DuePayableAmount", "//cbc:PayableAmount", "BR-15"),
    "lines": ("//ram:IncludedSupplyChainTradeLineItem", "//cac:InvoiceLine", "BR-16"),
    "quantity": ("//ram:BilledQuantity", "//cbc:InvoicedQuantity", "BR-22"),
    "unit": ("//ram:BilledQuantity/@unitCode", "//cbc:InvoicedQuantity/@unitCode", "BR-23"),
    "line's amount": (
        "//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        "//cac:InvoiceLine/cbc:LineExtensionAmount", "BR-24"),
    "item's name": ("//ram:SpecifiedTradeProduct/ram:Name", "//cac:Item/cbc:Name", "BR-25"),
    "price": ("//ram:ChargeAmount", "//cbc:PriceAmount", "BR-26"),
    "line's tax category": (
        "//ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode",
        "//cac:ClassifiedTaxCategory", "BR-CO-04"),
    "tax breakdown": (
        "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax",
        "//cac:TaxSubtotal", "BR-CO-18"),
    "seller's ids": (
        "//ram:SellerTradeParty/*[starts-with(local-name(), 'Specified')]",
        "//cac:AccountingSupplierParty//*[self::cac:PartyTaxScheme or self::cbc:CompanyID]",
        "BR-CO-26"),
    "account": ("//ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
                "//cac:PayeeFinancialAccount/cbc:ID", "BR-50"),
    "discount's reason": (
        "//ram:SpecifiedLineTradeSettlement//*[self::ram:Reason or self::ram:ReasonCode]",
        "//cac:InvoiceLine//*[starts-with(local-name(), 'AllowanceChargeReason')]", "BR-42"),
}  # fmt: skip

SHIFTED = {
    "sum of lines": ("//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:LineTotalAmount",
                     "//cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "BR-CO-10"),
    "allowances": ("//ram:AllowanceTotalAmount", "//cbc:AllowanceTotalAmount", "BR-CO-11"),
    "charges": ("//ram:ChargeTotalAmount", "//cbc:ChargeTotalAmount", "BR-CO-12"),
    "total without tax": ("//ram:TaxBasisTotalAmount", "//cbc:TaxExclusiveAmount", "BR-CO-13"),
    "tax": ("//ram:TaxTotalAmount", "/*/cac:TaxTotal/cbc:TaxAmount", "BR-CO-14"),
    "total with tax": ("//ram:GrandTotalAmount", "//cbc:TaxInclusiveAmount", "BR-CO-15"),
    "prepaid amount": ("//ram:TotalPrepaidAmount", "//cbc:PrepaidAmount", "BR-CO-16"),
    "amount due": ("//ram:DuePayableAmount", "//cbc:PayableAmount", "BR-CO-16"),
    # UBL's sheet lets up to 1.00 pass: that is for our own tests of the sums.
    "taxable amount": ("//ram:BasisAmount", None, "BR-S-08"),
}  # fmt: skip

SET = {
    "country UK": ("//ram:BuyerTradeParty//ram:CountryID",
                   "//cac:AccountingCustomerParty//cac:Country/cbc:IdentificationCode",
                   "UK", "BR-CL-14"),
    "unit PCE": ("//ram:BilledQuantity/@unitCode", "//cbc:InvoicedQuantity/@unitCode",
                 "PCE", "BR-CL-23"),
    "currency EURO": ("//ram:InvoiceCurrencyCode", "//cbc:DocumentCurrencyCode",
                      "EURO", "BR-CL-04"),
    "VAT id without prefix": (
        "//ram:SellerTradeParty//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
        "//cac:AccountingSupplierParty//cbc:CompanyID[../cac:TaxScheme/cbc:ID='VAT']",
        "123456789", "BR-CO-09"),
    "negative price": ("//ram:ChargeAmount", "//cbc:PriceAmount", "-1.00", "BR-27"),
    "line's category Z at 19 %": (
        "//ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode",
        "//cac:ClassifiedTaxCategory/cbc:ID", "Z", "BR-Z-05"),
    "line's category E at 19 %": (
        "//ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode",
        "//cac:ClassifiedTaxCategory/cbc:ID", "E", "BR-E-05"),
    "charge's category AE at 19 %": (
        "//ram:CategoryTradeTax/ram:CategoryCode",
        "/*/cac:AllowanceCharge/cac:TaxCategory/cbc:ID", "AE", "BR-AE-07"),
    "rate 0 of category S": (
        "//ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent",
        "//cac:ClassifiedTaxCategory/cbc:Percent", "0", "BR-S-05"),
    "type 999": ("//rsm:ExchangedDocument/ram:TypeCode", "//cbc:InvoiceTypeCode",
                 "999", "BR-CL-01"),
    "means 999": ("//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode",
                  "//cbc:PaymentMeansCode", "999", "BR-CL-16"),
}  # fmt: skip


def cases(table):
    return [
        pytest.param(format, *rest, id=f"{name}-{format}")
        for name, (cii, ubl, *more) in table.items()
        for formats, path in ((CII, cii), (UBL if ubl else (), ubl))
        for format in formats
        for rest in [(path, *more)]
    ]


def refused(validator, format, path, change):
    """Gives the rules that refuse the invoice after the change of what is at path."""
    invoice = full_invoice()
    root: Any = etree.fromstring(render_xml(invoice, format))
    found = root.xpath(path, namespaces=SPACES)
    assert found, f"nothing to change at {path}"
    change(found)
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return {failure.rule for failure in validator.failures_of(xml, invoice, format)}


def remove(found: list[Any]) -> None:
    for item in found:
        if is_attribute(item):
            del item.getparent().attrib[item.attrname]
        else:
            item.getparent().remove(item)


def write(value):
    def change(found: list[Any]) -> None:
        if is_attribute(found[0]):
            found[0].getparent().set(found[0].attrname, value)
        else:
            found[0].text = value

    return change


def is_attribute(item: Any) -> bool:
    return isinstance(item, str)


def shift(found):
    found[0].text = str(Decimal(found[0].text) + Decimal("0.01"))


@pytest.mark.parametrize("format", [*CII, *UBL])
def test_the_invoice_is_valid_before_anything_is_changed(validator, format):
    assert validator.failures(full_invoice(), format) == []


@pytest.mark.parametrize(("format", "path", "rule"), cases(REMOVED))
def test_an_invoice_without_a_mandatory_term_is_refused(validator, format, path, rule):
    assert rule in refused(validator, format, path, remove)


@pytest.mark.parametrize(("format", "path", "rule"), cases(SHIFTED))
def test_a_sum_that_is_a_cent_off_is_refused(validator, format, path, rule):
    assert rule in refused(validator, format, path, shift)


@pytest.mark.parametrize(("format", "path", "value", "rule"), cases(SET))
def test_a_wrong_value_is_refused(validator, format, path, value, rule):
    assert rule in refused(validator, format, path, write(value))
