"""XML as Pact compares it: elements and attributes by name, text without the space around it, nothing else.

Prefixes, the order of attributes, comments, space between elements and the order of elements that differ in name make
no difference; elements of one name are compared in turn.
"""

from __future__ import annotations

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
    text = "".join((text or "").strip() for text in texts)  # each piece by itself, as Pact does
    return XmlTree(_name(element.tag), tuple(attributes), text, tuple(children))


def _name(name: str) -> str:
    namespace, _, local = name.rpartition("}")
    return f"{namespace[1:]}:{local}" if namespace else local


def leaves(tree: XmlTree) -> Iterator[tuple[str, ...]]:
    """The path of every attribute and every text, such as ("books", "book", "@id") or ("books", "book", "#text").

    Elements of one name have one path.
    """
    return iter(dict.fromkeys(path for path, _ in texts(tree)))


def texts(tree: XmlTree, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every attribute and every text with its path."""
    path = (*above, tree.name)
    for name, value in tree.attributes:
        yield (*path, f"@{name}"), value
    if tree.text:
        yield (*path, "#text"), tree.text
    for child in tree.children:
        yield from texts(child, path)
