"""The keys of the tokens that this service issues itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.access.keys import Key, make_key
from server.ports import SigningKeys

#: What these keys are called among the service's signing keys.
PURPOSE = "tokens"


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The keys that all servers of a database share."""

    keys: SigningKeys

    def find(self, key_id: str, algorithm: str) -> Sequence[Key]:
        """Gives the key that a token may be signed with."""
        # Our tokens name their key, so that no other is tried.
        found = self.keys.find(PURPOSE, key_id) if key_id and algorithm == "HS256" else None
        return (make_key(key_id, found.secret),) if found else ()
