"""XML bodies against the XML that is promised, as Pact compares them.

In a response, what is promised has to be there, and text and attributes may be any: elements and attributes beside it
are allowed. In a request, or below `$exactly`, they are equal. Pact's own matcher judges both; that a request holds
nothing else, it says at its mock server only, so that trees are compared here.
"""

from __future__ import annotations

from typing import Any

from pactproof.expectation import TYPE, Value
from pactproof.interaction import Mismatch
from pactproof.matching import Rules, pact_mismatches, path_text
from pactproof.xml_tree import leaves, parsed_xml

_XML = "application/xml"
SHOWN_CHARS = 80


def xml_rules(promised: Value) -> Rules:
    """Pact's rules: every text and attribute of a type, or none, by which all are equal."""
    if promised.rule != TYPE:
        return {}
    by_type: dict[str, Any] = {"combine": "AND", "matchers": [{"match": "type"}]}
    return {path_text(path): by_type for path in leaves(parsed_xml(str(promised.example)))}


def xml_mismatches(promised: Value, body: bytes, *, extra_allowed: bool) -> list[Mismatch]:
    """Where `body` is not as `promised`, whose example is the text of an XML document."""
    from xml.etree.ElementTree import canonicalize

    expected = str(promised.example)
    try:
        tree = parsed_xml(body)
        # Pact reads UTF-8 without a byte order mark and no DOCTYPE; this form has the same content.
        actual = canonicalize(body)
    except ValueError as error:
        shown = body[: SHOWN_CHARS * 4].decode("utf-8", "replace")[:SHOWN_CHARS]
        return [Mismatch("$", "an XML body", repr(shown), str(error))]
    raw = pact_mismatches(expected, xml_rules(promised), actual, _XML)
    found = [
        Mismatch(
            str(one["path"]), str(one.get("expected", "")), str(one.get("actual") or "nothing"), str(one["mismatch"])
        )
        for one in raw
    ]
    if not found and not extra_allowed and tree != parsed_xml(expected):
        text = "elements or attributes that are not promised"
        found.append(Mismatch(path_text((tree.name,)), expected[:SHOWN_CHARS], actual[:SHOWN_CHARS], text))
    return found
