"""What an e-invoice format needs beyond what every invoice has, by EN 16931's term numbers.

Pure rules, so that settings are refused when they are saved, and an order before it draws a
number, rather than an XML by the buyer's software.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from server.domain.code_lists import (
    has_vat_prefix,
    is_address_scheme,
    is_country,
    is_register,
)
from server.domain.document import DocumentFormat
from server.domain.invoice import InvoiceDraft, TaxCategory
from server.domain.money import currency_decimals, round_half_up
from server.domain.party import Identifier, Party, PostalAddress, Seller

XRECHNUNG = frozenset({DocumentFormat.XRECHNUNG_CII, DocumentFormat.XRECHNUNG_UBL})
#: All that is written as XML by EN 16931.
E_INVOICES = XRECHNUNG | {DocumentFormat.FACTUR_X, DocumentFormat.PEPPOL_UBL}

#: Electronic address scheme of e-mail; Peppol has no such scheme.
EMAIL = "EM"
_EMAIL = re.compile(r"[^@\s.][^@\s]*[^@\s.]*@[^@\s.]+(\.[^@\s.]+)+")
_PHONE_DIGITS = 3
_AMOUNT_DECIMALS = 2
_CENT = Decimal("0.01")
#: A tax amount this far from taxable amount x rate is refused, in any currency (BR-CO-17).
_TAX_SLACK = Decimal(1)
_EXEMPT = frozenset(
    {
        TaxCategory.EXEMPT,
        TaxCategory.REVERSE_CHARGE,
        TaxCategory.INTRA_COMMUNITY,
        TaxCategory.EXPORT,
        TaxCategory.NOT_SUBJECT,
    }
)


@dataclass(frozen=True, slots=True)
class MissingTerm:
    """A term that a format needs and the invoice lacks."""

    #: Its number in EN 16931, such as BT-10.
    term: str
    #: Where to give it: a path in the order, or one in the settings beginning with sites[CODE].
    field: str
    #: What is wrong and what to do, without the field's name.
    problem: str

    def __str__(self) -> str:
        """Says it all in one sentence."""
        return f"{self.field}: {self.problem} ({self.term})"


def electronic_address(party: Seller | Party, format: DocumentFormat) -> Identifier | None:
    """Gives where e-invoices go to or come from (BT-34, BT-49): e-mail, where nothing is said."""
    given = party.electronic_address
    if format is DocumentFormat.PEPPOL_UBL:
        return given if given and given.scheme != EMAIL else None
    return given or (Identifier(party.email, EMAIL) if party.email else None)


def missing_terms(draft: InvoiceDraft, format: DocumentFormat) -> tuple[MissingTerm, ...]:
    """Lists what the format needs and the draft lacks; empty where it can be written."""
    if format not in E_INVOICES:
        return ()
    path = f"sites[{draft.site_code}].seller"
    found = (
        *missing_seller_terms(draft.seller, format, path),
        *_amounts(draft, format),
        *_references(draft, format),
        *_buyer(draft, format),
        *_delivery(draft, format),
        *_tax(draft, path),
    )
    # Two rates of one category miss the same thing.
    return tuple(dict.fromkeys(found))


def embeddable(draft: InvoiceDraft) -> DocumentFormat | None:
    """Chooses the XML that the PDF holds (Factur-X); None where it would not be a valid one."""
    return None if missing_terms(draft, DocumentFormat.FACTUR_X) else DocumentFormat.FACTUR_X


def missing_seller_terms(
    seller: Seller, format: DocumentFormat, path: str
) -> tuple[MissingTerm, ...]:
    """Lists what the format needs of the seller, whose fields are named below path."""
    return tuple(_seller(seller, format, path)) if format in E_INVOICES else ()


def _seller(seller: Seller, format: DocumentFormat, path: str) -> Iterator[MissingTerm]:
    if not (seller.vat_id or seller.legal_id):
        yield MissingTerm("BT-31", f"{path}.vatId", f"{format.label} needs a VAT id or a legal id")
    if format in XRECHNUNG:
        if not seller.contact_name:
            yield MissingTerm("BT-41", f"{path}.contactName", f"{format.label} needs a contact")
        if sum(character.isdigit() for character in seller.phone) < _PHONE_DIGITS:
            yield MissingTerm("BT-42", f"{path}.phone", f"{format.label} needs a telephone number")
        if not _EMAIL.fullmatch(seller.email):
            yield MissingTerm("BT-43", f"{path}.email", f"{format.label} needs an e-mail address")
        yield from _address(seller.address, format, f"{path}.address", "postCode", "BT-37 BT-38")
    yield from _country("BT-40", f"{path}.address.country", seller.address)
    yield from _vat_id("BT-31", f"{path}.vatId", seller.vat_id)
    yield from _register("BT-30", f"{path}.legalId.scheme", seller.legal_id)
    yield from _electronic("BT-34", f"{path}.electronicAddress", seller, format)


def _amounts(draft: InvoiceDraft, format: DocumentFormat) -> Iterator[MissingTerm]:
    if currency_decimals(draft.currency) > _AMOUNT_DECIMALS:
        yield MissingTerm(
            "BT-5",
            "currency",
            f"{draft.currency} has more than the two decimals that {format.label} can hold",
        )
    for subtotal in draft.tax_subtotals:
        exact = round_half_up(subtotal.taxable_amount * subtotal.tax_rate / 100, _CENT)
        if abs(subtotal.tax_amount - exact) >= _TAX_SLACK:
            # A shop that rounds line by line in a currency of large units, such as the yen.
            yield MissingTerm(
                "BT-117",
                "calculatedPrice.finalPrice.taxAggregate",
                f"the tax that was paid at {subtotal.tax_rate.normalize():f} % is "
                f"{subtotal.tax_amount}, too far from the {exact} that {format.label} computes",
            )


def _references(draft: InvoiceDraft, format: DocumentFormat) -> Iterator[MissingTerm]:
    if format in XRECHNUNG and not draft.buyer_reference:
        yield MissingTerm(
            "BT-10",
            f"sites[{draft.site_code}].defaultBuyerReference",
            f"{format.label} needs the buyer's reference (Leitweg-ID): give it in the order, at "
            "the settings' orderPaths.buyerReference, or for all of the site's orders here",
        )
    if format is DocumentFormat.PEPPOL_UBL and not (draft.buyer_reference or draft.purchase_order):
        yield MissingTerm(
            "BT-10",
            "orderPaths.buyerReference",
            f"{format.label} needs the buyer's reference (BT-10) or purchase order (BT-13)",
        )


def _buyer(draft: InvoiceDraft, format: DocumentFormat) -> Iterator[MissingTerm]:
    buyer = draft.buyer
    if format in XRECHNUNG:
        yield from _address(buyer.address, format, "billingAddress", "zipCode", "BT-52 BT-53")
    yield from _country("BT-55", "billingAddress.country", buyer.address)
    yield from _vat_id("BT-48", "orderPaths.buyerVatId", buyer.vat_id)
    yield from _register("BT-47", "orderPaths.buyerLegalId", buyer.legal_id)
    yield from _electronic("BT-49", "orderPaths.buyerElectronicAddress", buyer, format)


def _delivery(draft: InvoiceDraft, format: DocumentFormat) -> Iterator[MissingTerm]:
    if draft.delivery is None:
        return
    address = draft.delivery.address
    if format in XRECHNUNG:
        yield from _address(address, format, "shippingAddress", "zipCode", "BT-77 BT-78")
    yield from _country("BT-80", "shippingAddress.country", address)


def _address(
    address: PostalAddress, format: DocumentFormat, path: str, post_code: str, terms: str
) -> Iterator[MissingTerm]:
    city_term, post_code_term = terms.split()
    if not address.city:
        yield MissingTerm(city_term, f"{path}.city", f"{format.label} needs the city")
    if not address.post_code:
        yield MissingTerm(
            post_code_term, f"{path}.{post_code}", f"{format.label} needs the post code"
        )


def _electronic(
    term: str, field: str, party: Seller | Party, format: DocumentFormat
) -> Iterator[MissingTerm]:
    peppol = format is DocumentFormat.PEPPOL_UBL
    given = electronic_address(party, format)
    if given and not is_address_scheme(given.scheme, peppol=peppol):
        yield MissingTerm(term, field, f"{given.scheme!r} is no scheme that {format.label} knows")
    if given is None and format is not DocumentFormat.FACTUR_X:
        wanted = (
            "a Peppol address, which is never an e-mail address"
            if peppol
            else "an electronic address, such as an e-mail address"
        )
        yield MissingTerm(term, field, f"{format.label} needs {wanted}")


def _country(term: str, field: str, address: PostalAddress) -> Iterator[MissingTerm]:
    if not is_country(address.country):
        yield MissingTerm(term, field, f"{address.country!r} is no country (ISO 3166-1)")


def _vat_id(term: str, field: str, vat_id: str) -> Iterator[MissingTerm]:
    if vat_id and not has_vat_prefix(vat_id):
        yield MissingTerm(term, field, f"{vat_id!r} does not begin with a country")


def _register(term: str, field: str, legal_id: Identifier | None) -> Iterator[MissingTerm]:
    if legal_id and not is_register(legal_id.scheme):
        yield MissingTerm(term, field, f"{legal_id.scheme!r} is no ISO 6523 code of a register")


def _tax(draft: InvoiceDraft, path: str) -> Iterator[MissingTerm]:
    for subtotal in draft.tax_subtotals:
        category = subtotal.tax_category
        if category in _EXEMPT and not (subtotal.exemption_reason or subtotal.exemption_code):
            yield MissingTerm(
                "BT-120", "calculatedPrice.finalPrice.taxAggregate", "no reason for tax exemption"
            )
        yield from _seller_ids(draft.seller, category, path)
        yield from _buyer_ids(draft, category)


def _seller_ids(seller: Seller, category: TaxCategory, path: str) -> Iterator[MissingTerm]:
    if category is TaxCategory.NOT_SUBJECT:
        # The VAT id must not be shown then (BR-O-02), and the seller be known by another.
        if not seller.legal_id:
            yield MissingTerm("BT-30", f"{path}.legalId", "is needed where VAT does not apply")
        return
    enough = seller.vat_id or seller.tax_representative
    if category not in {TaxCategory.INTRA_COMMUNITY, TaxCategory.EXPORT}:
        enough = enough or seller.tax_number
    if not enough:
        yield MissingTerm("BT-31", f"{path}.vatId", f"is needed for tax category {category}")


def _buyer_ids(draft: InvoiceDraft, category: TaxCategory) -> Iterator[MissingTerm]:
    buyer, field = draft.buyer, "orderPaths.buyerVatId"
    if category is TaxCategory.REVERSE_CHARGE and not (buyer.vat_id or buyer.legal_id):
        yield MissingTerm("BT-48", field, "is needed where the buyer owes the tax")
    if category is TaxCategory.INTRA_COMMUNITY:
        if not buyer.vat_id:
            yield MissingTerm("BT-48", field, "is needed for an intra-EU supply")
        if draft.supply_date is None:
            day = "deliveryWindow.deliveryDate"
            yield MissingTerm("BT-72", day, "is needed for an intra-EU supply")
