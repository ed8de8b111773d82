"""Makes lost documents again from the invoices, and refuses what would not be the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.domain.document import Document
from server.domain.tenant import Tenant
from server.ports import Database, DocumentStore, Renderer
from server.service.archive_findings import Finding
from server.service.hashing import hash_all
from server.service.keep_documents import describe
from server.service.verify_documents import Fault


@dataclass(frozen=True, slots=True)
class RepairDocuments:
    """Renders what is missing or damaged; what is recorded decides whether it is right."""

    database: Database
    renderer: Renderer
    store: DocumentStore

    def __call__(self, tenant: Tenant, faults: Sequence[Fault]) -> Sequence[Finding]:
        """Mends faults and tells what came of each.

        Raises Unavailable when nothing can be rendered or stored for now.
        """
        with self.database.read() as unit:
            invoices = unit.invoices.get(tenant, [fault.number for fault in faults])
        known = [fault for fault in faults if fault.number in invoices]
        made = self.renderer.render([(invoices[f.number], f.format) for f in known], _as_it_is)
        findings: list[Finding] = []
        good: dict[str, bytes] = {}
        new: list[Document] = []
        for fault, data in zip(known, made, strict=True):
            if isinstance(data, Exception):
                findings.append(_not_made(fault, data))
                continue
            [sha256] = hash_all([data])
            document = describe(tenant, invoices[fault.number], fault.format, data, sha256)
            if fault.recorded is None:
                new.append(document)
            elif document.sha256 != fault.recorded.sha256:
                findings.append(_differs(fault))
                continue
            good[document.key] = data
            findings.append(_repaired(fault))
        # What is damaged may be of the right size, which storing takes for the right bytes.
        self.store.remove(list(good))
        self.store.store(good)
        if new:
            with self.database.write() as unit:
                unit.invoices.add_documents(tenant, new)
                unit.commit()
        return findings


def _as_it_is(_wanted: object, rendered: Sequence[bytes | Exception]) -> list[bytes | Exception]:
    return list(rendered)


def _repaired(fault: Fault) -> Finding:
    again = "made and recorded" if fault.recorded is None else "made again, with the same bytes"
    return replace(
        fault.finding,
        kind="DOCUMENT_REPAIRED",
        message=f"The {fault.format.label} of invoice {fault.number} was {again}.",
        problem=False,
    )


def _differs(fault: Fault) -> Finding:
    return replace(
        fault.finding,
        kind="DOCUMENT_DIFFERS",
        message=f"The {fault.format.label} of invoice {fault.number} was not made again, for this "
        "installation would make other bytes than were issued: bring the file back from a backup, "
        "or run 'invoicejobs verify --repair' with the release and the fonts that made it.",
    )


def _not_made(fault: Fault, error: Exception) -> Finding:
    return replace(
        fault.finding,
        message=f"The {fault.format.label} of invoice {fault.number} could not be made again "
        f"({error}): bring the file back from a backup.",
    )
