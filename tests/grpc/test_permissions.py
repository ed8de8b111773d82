"""No method is without a rule, and no rule without a method."""

from __future__ import annotations

from pathlib import Path

from server.domain.caller import SCOPES
from server.rpc.permissions import RULES
from tests.grpc.test_authentication import METHODS, OURS

PROTOS = Path(__file__).parents[2] / "protos/invoicejobs/v1"


def test_the_table_has_a_rule_for_each_method_and_no_other() -> None:
    assert set(RULES) == set(METHODS)


def test_no_proto_is_left_out_of_the_comparison() -> None:
    compared = {method.containing_service.file.name for method in OURS.values()}
    assert compared == {f"invoicejobs/v1/{path.name}" for path in PROTOS.glob("*.proto")}


def test_a_rule_knows_whether_its_requests_name_a_tenant() -> None:
    for path, method in OURS.items():
        assert RULES[path].has_tenant == ("tenant" in method.input_type.fields_by_name), path


def test_only_what_cannot_show_a_token_is_public() -> None:
    public = {path for path, rule in RULES.items() if rule.public}
    assert {path for path in public if path in OURS} == {
        "/invoicejobs.v1.Access/IssueToken",
        # Each call in a tunnel shows its own.
        "/invoicejobs.v1.Tunnel/OpenTunnel",
    }
    assert all(path.startswith("/grpc.health.v1.") for path in public - set(OURS))


def test_scopes_are_those_of_the_contract() -> None:
    assert {rule.scope for rule in RULES.values() if rule.scope} == set(SCOPES)


def test_every_method_of_ours_that_is_not_public_needs_a_scope() -> None:
    assert all(RULES[path].scope or RULES[path].public for path in OURS)
