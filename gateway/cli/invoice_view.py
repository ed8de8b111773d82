"""Shows an invoice to people."""

from __future__ import annotations

from invoicejobs.v1.invoices_pb2 import Invoice, Party

from gateway.cli.output import amount, print_fields, print_table, results


def show(invoice: Invoice) -> None:
    """Prints an invoice with everything that stands on it."""
    totals, currency = invoice.totals, invoice.currency
    print_fields(
        [
            ("Invoice", invoice.invoice_number),
            ("Issued", invoice.issue_date),
            ("Supplied", invoice.supply_date),
            ("Due", invoice.due_date),
            ("Corrects", invoice.preceding_invoice_number),
            ("Credit notes", ", ".join(invoice.credit_note_numbers)),
            ("Order", invoice.order_id),
            ("Site", invoice.site_code),
            ("Buyer's reference", invoice.buyer_reference),
            ("Purchase order", invoice.purchase_order),
            ("Seller", _party(invoice.seller)),
            ("Buyer", _party(invoice.buyer)),
            ("Delivered to", _party(invoice.delivery)),
        ]
    )
    results().print()
    print_table(
        (">", "Item", ">Quantity", "Unit", ">Price", ">Discount", ">Tax", ">Net"),
        (
            (
                str(line.position),
                line.name,
                line.quantity,
                line.unit_code,
                line.unit_price,
                line.discount,
                f"{line.tax_rate} %",
                line.net_amount,
            )
            for line in invoice.lines
        ),
        empty="No lines.",
    )
    results().print()
    print_fields(
        [
            *((a.description, amount(a.net_amount, currency)) for a in invoice.adjustments),
            ("Total without tax", amount(totals.tax_exclusive, currency)),
            *(
                (f"Tax {s.tax_rate} % of {s.taxable_amount}", amount(s.tax_amount, currency))
                for s in invoice.tax_subtotals
            ),
            ("Total with tax", amount(totals.tax_inclusive, currency)),
            ("Tax in " + invoice.tax_currency, totals.tax_in_tax_currency),
            ("Paid", amount(totals.prepaid, currency)),
            ("To pay", amount(totals.due, currency)),
            ("Terms", invoice.payment_terms),
            *(("Note", note) for note in invoice.notes),
            *(
                ("Document", f"{d.file_name} ({d.media_type}, {d.size_bytes} bytes)")
                for d in invoice.documents
            ),
        ]
    )


def _party(party: Party) -> str:
    address = party.address
    place = f"{address.post_code} {address.city}".strip()
    parts = (party.name, *address.lines, place, address.country, party.vat_id)
    return ", ".join(part for part in parts if part)
