"""Texts as shops paste them and as attackers would."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = (
    "</Name></Item><Item><Name>free",
    "<b>bold</b> & <i>italic</i>",
    '" onload="x',
    "' x='",
    "]]><![CDATA[",
    "<!-- hidden --><?php x ?>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    "&amp;&#60;&lt;",
    "a\x00b\x0b\x1c\x1f\x7f\x85",
    "\ud800\udfff \ufffe\uffff \U0001fffe",
    "tab\tline\nend\r\nreturn\r",
    "\u00a0\u2028\u3000",
    "{line.name} %s {{}}",
    "\U0001f600 漢字 عربي ﬁ e\u0301",
    "\x1e<x>\x1e</x>",
)

#: Any text at all, lone surrogates included, with markup more often than by chance.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(
        st.one_of(st.sampled_from([*HOSTILE, "<", ">", "&", '"', "'", "\r", "\n", "\t", " ", "\0"]))
        | st.text(st.characters(exclude_categories=()), max_size=3)
    ).map("".join),
)
