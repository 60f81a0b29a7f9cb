"""XML as Pact compares it: elements and attributes by name, text without the space around it, nothing else.

Prefixes, the order of attributes, comments, space between elements and the order of elements that differ in name make
no difference; elements of one name are compared in turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class XmlTree:
    """One element. Names are spelled as Pact spells them, "urn:books:title" for `title` in the namespace urn:books."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple[XmlTree, ...]


def is_xml(media: str) -> bool:
    """Whether Pact reads bodies of this media type as XML; image/svg+xml it does not."""
    return media in ("application/xml", "text/xml") or (media.startswith("application/") and media.endswith("+xml"))


def parsed_xml(body: bytes | str) -> XmlTree:
    """The root element of `body`. Raises ValueError where it is no XML."""
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        return _tree(fromstring(body))  # noqa: S314  # expat refuses entity bombs, external entities are not loaded
    except (ParseError, LookupError, RecursionError) as error:
        raise ValueError(f"not XML: {error}") from error


def _tree(element: Element) -> XmlTree:
    texts = [element.text, *(child.tail for child in element)]
    children = sorted((_tree(child) for child in element), key=lambda child: child.name)
    attributes = sorted((_name(name), value) for name, value in element.items())
    text = "".join(text or "" for text in texts).strip()
    return XmlTree(_name(element.tag), tuple(attributes), text, tuple(children))


def _name(name: str) -> str:
    namespace, _, local = name.rpartition("}")
    return f"{namespace[1:]}:{local}" if namespace else local


def leaves(tree: XmlTree) -> Iterator[tuple[str, ...]]:
    """The path of every attribute and every text, such as ("books", "book", "@id") or ("books", "book", "#text").

    Elements of one name have one path.
    """
    found: defaultdict[tuple[str, ...], None] = defaultdict()
    _collect(tree, (tree.name,), found)
    return iter(found)


def _collect(tree: XmlTree, path: tuple[str, ...], found: defaultdict[tuple[str, ...], None]) -> None:
    for name, _ in tree.attributes:
        found[(*path, f"@{name}")] = None
    if tree.text:
        found[(*path, "#text")] = None
    for child in tree.children:
        _collect(child, (*path, child.name), found)
