"""Why a rate of tax applies (BT-118), from who sells to whom, and where the goods go.

Goods are meant: services across a border, and goods that do not start in the seller's country,
are not told apart. The rate is the shop's; what is decided here is what makes it right. Where
nothing does, the order is refused rather than invoiced wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.domain import tax_texts
from server.domain.errors import OrderRejected
from server.domain.invoice import TaxCategory
from server.domain.party import Seller
from server.domain.settings import TaxRegistrations
from server.domain.tax_area import EU_AREAS, same_area, vat_id_area


@dataclass(frozen=True, slots=True)
class Sale:
    """What decides the tax of an order."""

    seller: Seller
    registrations: TaxRegistrations
    #: Where the goods come from, and where they go (`tax_area`).
    seller_area: str
    delivery_area: str
    #: Checked, with its prefix; empty where the buyer gave none.
    buyer_vat_id: str
    #: Where the order holds the buyer's VAT id.
    vat_id_field: str
    supply_date: date | None
    #: Whether anything in the order is taxed.
    taxed: bool

    @property
    def foreign_vat_id(self) -> str:
        """Gives the seller's VAT id where the goods go, if that is a country of registration."""
        known = (self.seller.vat_id, *self.registrations.vat_ids)
        if same_area(self.delivery_area, self.seller_area):
            return ""
        return next((v for v in known if vat_id_area(v) == self.delivery_area), "")

    @property
    def domestic(self) -> bool:
        """Tells whether the seller is at home, or registered, where the goods go."""
        return same_area(self.delivery_area, self.seller_area) or bool(self.foreign_vat_id)

    @property
    def one_stop_shop(self) -> bool:
        """Tells whether a consumer in another EU country is charged that country's tax."""
        return (
            self.registrations.one_stop_shop
            and not self.domestic
            and not self.buyer_vat_id
            and self.delivery_area in EU_AREAS
        )

    @property
    def seller_vat_id(self) -> str:
        """Gives the VAT id under which the seller accounts for this sale (BT-31, or BT-63)."""
        representative = self.seller.tax_representative
        own = self.foreign_vat_id or self.seller.vat_id
        return own or (representative.vat_id if representative else "")


def tax_category(sale: Sale, rate: Decimal, field: str, *, nothing: bool = False) -> TaxCategory:
    """Tells why a rate applies; nothing tells that no amount has it, as with free gifts.

    Raises OrderRejected, naming the BT number and the field, where nothing makes the rate right,
    or the invoice would lack what its category needs. field is where the order holds the rate.
    """
    small_business = sale.registrations.small_business
    if rate:
        if small_business and not (sale.one_stop_shop or sale.foreign_vat_id):
            raise _refusal(
                field,
                f"the order charges {rate.normalize():f} % tax (BT-152), but the seller is an "
                "exempt small business by taxRegistrations.smallBusiness. Correct the tax in "
                "the shop, or the settings",
            )
        return TaxCategory.STANDARD
    if small_business:
        return TaxCategory.EXEMPT
    at_home = same_area(sale.delivery_area, sale.seller_area)
    to_the_eu = sale.delivery_area in EU_AREAS
    if sale.seller_area not in EU_AREAS and not (sale.foreign_vat_id and to_the_eu):
        return _from_outside_the_eu(sale, at_home=at_home)
    if not to_the_eu and not at_home:
        _need_seller_vat_id(sale, "an export")
        return TaxCategory.EXPORT
    if sale.registrations.margin_scheme:
        return TaxCategory.EXEMPT
    if nothing or ((sale.domestic or sale.one_stop_shop) and sale.registrations.zero_rate):
        return TaxCategory.ZERO_RATED
    if sale.domestic:
        return _reverse_charge(sale, field)
    return _intra_community(sale)


def exemption(category: TaxCategory, sale: Sale, language: str) -> tuple[str, str]:
    """Gives why no tax is charged in words (BT-120), and as a VATEX code (BT-121)."""
    match category:
        case TaxCategory.STANDARD | TaxCategory.ZERO_RATED:
            return "", ""
        case TaxCategory.EXEMPT if sale.registrations.small_business:
            reason = tax_texts.small_business_reason(sale.seller_area, language)
            return reason, "VATEX-FR-FRANCHISE" if sale.seller_area == "FR" else ""
        case TaxCategory.EXEMPT:
            return tax_texts.in_language(tax_texts.MARGIN_SCHEME, language), "VATEX-EU-F"
        case TaxCategory.REVERSE_CHARGE:
            return tax_texts.in_language(tax_texts.REVERSE_CHARGE, language), "VATEX-EU-AE"
        case TaxCategory.INTRA_COMMUNITY:
            return tax_texts.in_language(tax_texts.INTRA_COMMUNITY, language), "VATEX-EU-IC"
        case TaxCategory.EXPORT:
            code = "VATEX-EU-G" if sale.seller_area in EU_AREAS else ""
            return tax_texts.in_language(tax_texts.EXPORT, language), code
        case TaxCategory.NOT_SUBJECT:
            return tax_texts.in_language(tax_texts.NOT_SUBJECT, language), "VATEX-EU-O"


def tax_notes(sale: Sale, language: str) -> tuple[str, ...]:
    """Gives what the invoice must say about its tax besides the reasons (BT-22)."""
    if not (sale.one_stop_shop and sale.taxed):
        return ()
    said = tax_texts.in_language(tax_texts.ONE_STOP_SHOP, language)
    return (said.format(country=sale.delivery_area),)


def _from_outside_the_eu(sale: Sale, *, at_home: bool) -> TaxCategory:
    if sale.seller_vat_id and not at_home:
        return TaxCategory.EXPORT
    # Category O must stand alone, and leaves no room for VAT ids (BR-O-02, BR-O-11).
    if sale.seller_vat_id or sale.taxed:
        return TaxCategory.ZERO_RATED
    return TaxCategory.NOT_SUBJECT


def _reverse_charge(sale: Sale, field: str) -> TaxCategory:
    if not sale.buyer_vat_id:
        raise _refusal(
            field,
            f"no tax is charged (BT-152) for a delivery within {sale.delivery_area}, and nothing "
            f"says why: {sale.vat_id_field} holds no VAT id of the buyer (BT-48) for a reverse "
            "charge, and the site's taxRegistrations name no zeroRate, smallBusiness or "
            "marginScheme",
        )
    _need_seller_vat_id(sale, "a reverse charge")
    return TaxCategory.REVERSE_CHARGE


def _intra_community(sale: Sale) -> TaxCategory:
    what = f"no tax is charged for a delivery from {sale.seller_area} to {sale.delivery_area}"
    if not sale.buyer_vat_id:
        raise _refusal(
            sale.vat_id_field, f"{what}, which takes the VAT id of the buyer (BT-48); it is missing"
        )
    given = vat_id_area(sale.buyer_vat_id)
    if given not in EU_AREAS or same_area(given, sale.seller_area):
        raise _refusal(
            sale.vat_id_field,
            f"{what}, which takes a VAT id of the buyer (BT-48) from another EU country; "
            f"{sale.buyer_vat_id} is none",
        )
    _need_seller_vat_id(sale, "an intra-Community supply")
    if sale.supply_date is None:
        raise _refusal(
            "deliveryWindow.deliveryDate", f"{what}, which takes a delivery date (BT-72, BR-IC-11)"
        )
    return TaxCategory.INTRA_COMMUNITY


def _need_seller_vat_id(sale: Sale, what: str) -> None:
    if not sale.seller_vat_id:
        raise _refusal(
            "siteCode",
            f"no tax is charged because it is {what}, which takes the VAT id of the seller "
            "(BT-31); the site's seller has no vat_id in the settings",
        )


def _refusal(field: str, problem: str) -> OrderRejected:
    return OrderRejected(f"{field}: {problem}.", field=field, reason="TAX_NOT_JUSTIFIED")
