"""A promised body in Pact's words: its example, its content type and its matching rules; or that Pact has none for it.

What Pact cannot say: null as a whole body (its file takes that for none), a body without a Content-Type, bytes under a
media type that Pact reads (JSON, XML, text), text in another charset than UTF-8. Such a body is left out of the pact
file, and in a request it is judged by pactproof alone. Of a multipart form Pact knows parts by name and media type: it
takes further parts and any file name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

from pactproof.expectation import BOUNDARY, Binary, Multipart, Node, Object, Value, Variant, example
from pactproof.expectation import Sequence as Elements
from pactproof.interaction import bare_media_type, is_json, text_bytes
from pactproof.matching import Rules, matching_rules, path_text
from pactproof.multipart import FORM_DATA, multipart_bytes, parsed_parts
from pactproof.multipart import Part as FormPart
from pactproof.promised_interaction import FORM, RequestPromise, ResponsePromise
from pactproof.xml_matching import xml_rules
from pactproof.xml_tree import is_xml

Part: TypeAlias = RequestPromise | ResponsePromise

_BY_TYPE: dict[str, Any] = {"combine": "AND", "matchers": [{"match": "type"}]}
_ANY_BOUNDARY = r"multipart/form-data;\s*boundary=.*"


@dataclass(frozen=True)
class PactBody:
    """rules: Pact's, by "body" and "header"."""

    content: str | bytes
    content_type: str
    rules: Mapping[str, Rules] = field(default_factory=dict)


def is_sayable(part: Part) -> bool:
    """Whether a pact can hold the body of `part`, where it has one."""
    if part.body is None:
        return True
    if part.is_untyped or (isinstance(part.body, Value) and part.body.example is None):
        return False
    if isinstance(part.body, Binary):
        return not _is_read(bare_media_type(part.content_type))
    return isinstance(part.body, Multipart) or not _is_in_another_charset(part)


def is_judged_by_pact(request: RequestPromise) -> bool:
    """Whether Pact's mock server sees everything that may be wrong with the body of a request."""
    return is_sayable(request) and not isinstance(request.body, Multipart)


def _is_read(media: str) -> bool:
    """Whether Pact takes bodies of this media type apart, whatever is promised of them."""
    return is_json(media) or is_xml(media) or media.startswith("text/") or media in (FORM, FORM_DATA)


def _is_in_another_charset(part: Part) -> bool:
    sample = part.body.example if isinstance(part.body, Value) else None
    is_text = isinstance(sample, str) and not is_json(bare_media_type(part.content_type))
    return is_text and text_bytes(str(sample), part.content_type) != str(sample).encode()


def pact_body(part: Part, variant: Variant) -> PactBody:
    """The body of `part`, which has one that `variant` does not leave out."""
    match part.body:
        case Multipart():
            return _multipart(part.body)
        case Binary(_, content):
            # Without a rule the bytes have to be equal; "contentType" guesses, and takes few bytes for text.
            return PactBody(content, part.content_type, {"body": {"$": _BY_TYPE}})
    assert part.body is not None  # noqa: S101  # the caller looked
    return PactBody(_encoded(part, variant), part.content_type, _rules(part, part.body))


def _encoded(part: Part, variant: Variant) -> str | bytes:
    """The example as text, or as bytes where its charset makes other bytes of it than UTF-8."""
    assert part.body is not None  # noqa: S101  # the caller looked
    sample, media = example(part.body, variant), bare_media_type(part.content_type)
    if media == FORM and isinstance(part.body, Object):
        return urlencode(sample, doseq=True)
    if is_json(media) or not isinstance(sample, str):
        text = json.dumps(sample)
        # Read as JSON, a mock server's example loses the digits of whole numbers beyond 64 bits.
        return text.encode() if isinstance(part, ResponsePromise) and variant != "pact" else text
    encoded = text_bytes(sample, part.content_type)
    return sample if encoded == sample.encode() else encoded


def _rules(part: Part, body: Node) -> Mapping[str, Rules]:
    media = bare_media_type(part.content_type)
    if media == FORM and isinstance(body, Object):
        named = {path_text((member.name,)): repeated_rule(member.node) for member in body.members}
        rules = {path: rule for path, rule in named.items() if rule}
    elif is_xml(media) and isinstance(body, Value):
        rules = xml_rules(body)
    elif isinstance(part, RequestPromise) and not _has_rules(body):
        rules = {}
    else:
        rules = matching_rules(body)
    return {"body": rules} if rules else {}


def _has_rules(node: Node) -> bool:
    return any(rule["matchers"] != [{"match": "equality"}] for rule in matching_rules(node).values())


def repeated_rule(node: Node) -> dict[str, Any]:
    """The rule for a repeated text value, which holds for all of them: that of the first; {} where there is none."""
    elements = node.elements if isinstance(node, Elements) else ()
    matchers = [value.matcher for value in elements if isinstance(value, Value) and value.matcher][:1]
    return {"combine": "AND", "matchers": matchers} if matchers else {}


# --- multipart -----------------------------------------------------------------------------------------------


def _multipart(form: Multipart) -> PactBody:
    """The form as Pact can check it: a part that it would take apart goes without its media type."""
    content_type = f"{FORM_DATA}; boundary={BOUNDARY}"
    nodes: dict[str, list[Value | Binary]] = {}
    for one in form.parts:
        nodes.setdefault(one.name, []).append(one.node)
    parts = []
    for part in parsed_parts(example(form), content_type):
        is_plain = len(nodes[part.name]) == 1 and not _is_read(bare_media_type(part.content_type))
        parts.append(FormPart(part.name, part.body, part.file_name, part.content_type if is_plain else ""))
    matchers = {name: _part_matcher(named) for name, named in nodes.items()}
    rules = {path_text((name,)): {"combine": "AND", "matchers": [one]} for name, one in matchers.items() if one}
    header = {"Content-Type": {"combine": "AND", "matchers": [{"match": "regex", "regex": _ANY_BOUNDARY}]}}
    told: dict[str, Rules] = {"header": header, "body": rules} if rules else {"header": header}
    return PactBody(multipart_bytes(parts, BOUNDARY), content_type, told)


def _part_matcher(nodes: Sequence[Value | Binary]) -> dict[str, Any] | None:
    """Pact's one matcher for all parts of a name; None where they have to be equal."""
    patterns = []
    for node in nodes:
        if isinstance(node, Binary):
            return {"match": "type"}
        if len(nodes) == 1:
            return node.matcher
        matcher = node.matcher or {"regex": re.escape(str(node.example))}
        if "regex" not in matcher:
            return {"match": "type"}
        patterns.append(f"(?:{matcher['regex']})")
    return {"match": "regex", "regex": f"^(?:{'|'.join(patterns)})$"}
