"""Who takes part, and how to get those that are not installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True, slots=True)
class Entry:
    """A contender, not yet imported."""

    #: What --only calls it.
    key: str
    #: What tables call it.
    name: str
    #: Module in benchmarks.rivals.
    module: str
    #: Packages whose versions matter.
    packages: tuple[str, ...]
    #: How to install what it needs.
    hint: str = "pip install 'invoicejobs[bench]'"

    @property
    def versions(self) -> dict[str, str]:
        """Gives the versions of its packages, as far as they are installed."""
        found = {}
        for package in self.packages:
            try:
                found[package] = version(package)
            except PackageNotFoundError:
                continue
        return found


OURS = Entry("ours", "InvoiceJobs", "ours", ("invoicejobs", "deflate"))
ENTRIES = (
    OURS,
    Entry("platypus", "platypus", "with_platypus", ("reportlab", "rl_accel")),
    Entry(
        "factur-x",
        "platypus + factur-x",
        "with_platypus_and_factur_x",
        ("reportlab", "factur-x"),
    ),
    Entry("typst", "typst", "with_typst", ("typst",)),
    Entry(
        "weasyprint",
        "WeasyPrint",
        "with_weasyprint",
        ("weasyprint", "jinja2"),
        hint="pip install 'invoicejobs[bench]', and on Debian: "
        "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    ),
)
