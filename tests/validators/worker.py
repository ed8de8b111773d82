"""Runs checks in a process of its own, because Saxon starts a virtual machine in its process.

A line of JSON in, one out: `{"xml": ..., "checks": [...]}` gives the failures as lists of check,
rule, flag, text and place. A check is compiled when it is first wanted.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

from tests.validators.checks import FILES

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SAXON = PySaxonProcessor(license=False)


@cache
def schema(check: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(FILES[check]))


@cache
def sheet(check: str) -> PyXsltExecutable:
    return SAXON.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(FILES[check]))


def by_schema(check: str, xml: str) -> list[list[str]]:
    found = schema(check)
    if found.validate(etree.fromstring(xml.encode())):
        return []
    errors: Any = found.error_log  # iterable, which its stub does not know
    return [[check, "XSD", "fatal", e.message, e.path or ""] for e in errors]


def by_sheet(check: str, xml: str) -> list[list[str]]:
    report = sheet(check).transform_to_string(xdm_node=SAXON.parse_xml(xml_text=xml))
    root = etree.fromstring(report.encode())
    return [
        [
            check,
            found.get("id") or found.get("role") or "",
            found.get("flag") or found.get("role") or "fatal",
            " ".join("".join(map(str, found.itertext())).split()),
            found.get("location") or "",
        ]
        for kind in ("failed-assert", "successful-report")
        for found in root.iter(f"{SVRL}{kind}")
    ]


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        # Text with a declaration of its encoding is no longer in that encoding.
        xml = asked["xml"].partition("?>")[2]
        failures = [
            failure
            for check in asked["checks"]
            for failure in (by_schema if check.startswith("xsd-") else by_sheet)(check, xml)
        ]
        sys.stdout.write(json.dumps(failures) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
