"""Settings between message and value: defaults, presence, paths of wrong fields."""

import hashlib

import pytest
from invoicejobs.v1 import invoices_pb2
from invoicejobs.v1 import tenant_settings_pb2 as pb

from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput
from server.domain.numbering import Placeholder
from server.domain.party import BankAccount, PostalAddress
from server.domain.settings import SelectionRule, TenantSettings
from server.rpc.read_settings import ALL_FIELDS, read_settings

NOTHING = TenantSettings(sites=(), number_sequences=())


def read(**fields):
    return read_settings(pb.Settings(**fields), ALL_FIELDS, NOTHING)


def read_site(**fields):
    return read(sites=[pb.Site(**fields)]).sites[0]


def read_sequence(**fields):
    return read(number_sequences=[pb.NumberSequence(**fields)]).number_sequences[0]


def read_rule(**fields):
    return read(invoice_settings=pb.InvoiceSettings(**fields)).selection_rule


def test_a_site_without_time_zone_is_in_utc():
    assert read_site(code="main").time_zone == "UTC"
    assert read_site(time_zone="Europe/Berlin").time_zone == "Europe/Berlin"


def test_an_iban_loses_its_blanks_and_the_holder_is_the_seller():
    account = pb.BankAccount(iban=" DE89 3704 0044\t0532 0130 00 ")
    seller = read_site(seller=pb.Seller(name="Nordlicht GmbH", bank_account=account)).seller
    assert seller.bank_account == BankAccount("Nordlicht GmbH", "DE89370400440532013000")


def test_a_holder_that_is_given_is_kept():
    account = pb.BankAccount(holder="Inga Petersen", iban="DE1")
    seller = read_site(seller=pb.Seller(name="Nordlicht GmbH", bank_account=account)).seller
    assert seller.bank_account is not None
    assert seller.bank_account.holder == "Inga Petersen"


def test_a_seller_without_an_account_has_none():
    assert read_site(seller=pb.Seller(name="Nordlicht GmbH")).seller.bank_account is None


def test_a_site_without_a_seller_has_an_empty_one_for_the_check_to_refuse():
    seller = read_site(code="main").seller
    assert (seller.name, seller.address) == ("", PostalAddress())


def test_a_logo_is_known_by_its_hash():
    logo = read_site(branding=pb.Branding(logo=b"png")).branding.logo
    assert logo is not None
    assert (logo.data, logo.sha256) == (b"png", hashlib.sha256(b"png").hexdigest())
    assert read_site(branding=pb.Branding(brand_name="Nordlicht")).branding.logo is None


def test_a_sequence_counts_from_1_with_5_digits_and_without_end():
    sequence = read_sequence(name="a")
    assert (sequence.start_value, sequence.max_value) == (1, None)
    assert sequence.number_of_digits == 5


def test_a_start_of_0_and_an_end_of_0_are_kept():
    sequence = read_sequence(name="a", start_value=0, max_value=0)
    assert (sequence.start_value, sequence.max_value) == (0, 0)


def test_a_placeholder_takes_3_values_joined_by_a_hyphen():
    sequence = read_sequence(placeholders={"__x__": pb.Placeholder(site_path="languages")})
    assert sequence.placeholders == {"__x__": Placeholder(site_path="languages")}
    assert Placeholder().array_limit == 3
    assert Placeholder().delimiter == "-"


def test_an_empty_delimiter_is_kept():
    sequence = read_sequence(placeholders={"__x__": pb.Placeholder(delimiter="", array_limit=7)})
    assert sequence.placeholders["__x__"] == Placeholder(delimiter="", array_limit=7)


@pytest.mark.parametrize(("text", "hours"), [("", 0), (" ", 0), ("0", 0), (" 24 ", 24), ("007", 7)])
def test_a_threshold_is_read_from_its_text(text, hours):
    assert read_rule(threshold=text) == SelectionRule(hours)


@pytest.mark.parametrize("text", ["-1", "1.5", "24h", "+1", "1_0", "٣", "9" * 5000])
def test_a_threshold_that_is_no_whole_number_is_refused(text):
    with pytest.raises(InvalidInput) as error:
        read_rule(threshold=text)
    assert "invoice_settings.threshold" in [v.field for v in error.value.violations]


def test_lists_are_split_at_commas_and_blanks_are_ignored():
    rule = read_rule(status=" CREATED ,,CONFIRMED, ", extended_order_status="70")
    assert rule == SelectionRule(0, ("CREATED", "CONFIRMED"), ("70",))


def test_no_invoice_settings_are_not_the_same_as_empty_ones():
    assert read().selection_rule is None
    assert read_rule() == SelectionRule()


@pytest.mark.parametrize("schema_type", ["", "invoiceNoSequence"])
def test_the_platforms_schema_type_is_taken(schema_type):
    assert read_sequence(name="a", schema_type=schema_type).name == "a"


def test_another_schema_type_is_refused_by_its_path():
    sequences = [pb.NumberSequence(name="a"), pb.NumberSequence(schema_type="orderNoSequence")]
    with pytest.raises(InvalidInput) as error:
        read(number_sequences=sequences)
    assert error.value.violations[0].field == "number_sequences[1].schema_type"


def violations_of(**site):
    with pytest.raises(InvalidInput) as error:
        read(sites=[pb.Site(), pb.Site(**site)])
    return {violation.field: violation.description for violation in error.value.violations}


def test_formats_are_read_in_their_order():
    numbers = [invoices_pb2.DOCUMENT_FORMAT_PEPPOL_UBL, invoices_pb2.DOCUMENT_FORMAT_FACTUR_X]
    assert read_site(formats=numbers).formats == (
        DocumentFormat.PEPPOL_UBL,
        DocumentFormat.FACTUR_X,
    )


@pytest.mark.parametrize(
    ("formats", "wrong", "problem"),
    [
        ([0], 0, "must be one of DOCUMENT_FORMAT_FACTUR_X, "),
        ([2, 99], 1, "must be one of DOCUMENT_FORMAT_FACTUR_X, "),
        ([invoices_pb2.DOCUMENT_FORMAT_PDF], 0, "the PDF is always made"),
        ([4, 5, 4], 2, "XRechnung UBL stands twice"),
    ],
)
def test_a_wrong_format_is_refused_by_its_path(formats, wrong, problem):
    violations = violations_of(formats=formats)
    assert problem in violations[f"sites[1].formats[{wrong}]"]
    assert sum("formats" in path for path in violations) == 1


@pytest.mark.parametrize("text", ["", "0", "0.000", "-1", "1,5", "1e3", "NaN", " 1", "٣", "9" * 99])
def test_an_exchange_rate_that_is_no_positive_decimal_is_refused_by_its_path(text):
    rates = [pb.ExchangeRate(currency="PLN", rate="0.2341"), pb.ExchangeRate(rate=text)]
    violations = violations_of(exchange_rates=rates)
    assert "decimal above 0" in violations["sites[1].exchange_rates[1].rate"]
    assert "sites[1].exchange_rates[0].rate" not in violations


def test_an_exchange_rate_keeps_its_digits():
    rates = read_site(exchange_rates=[pb.ExchangeRate(currency="PLN", rate="0.2300")])
    assert str(rates.exchange_rates[0].rate) == "0.2300"


def test_ids_and_a_representative_that_are_not_given_are_none():
    seller = read_site(seller=pb.Seller(name="N")).seller
    assert (seller.legal_id, seller.electronic_address, seller.tax_representative) == (None,) * 3
