"""Text in Atlassian Document Format, which Jira's descriptions are written in since version 3 of its API.

Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_OF_INLINE_NODES = frozenset({"paragraph", "heading", "codeBlock", "caption"})


def document(text: str) -> dict[str, Any]:
    """Plain text as a document: a paragraph for each block between empty lines, a hard break for each line in it."""
    blocks = [block.strip("\n") for block in re.split(r"\n(?:[ \t]*\n)+", text) if block.strip()]
    return {"type": "doc", "version": 1, "content": [_paragraph(block) for block in blocks]}


def plain_text(node: object) -> str | None:
    """What a document says, without its marks, tables' frames and pictures. None for none, text as it is."""
    return node if node is None or isinstance(node, str) else _text(node)


def _paragraph(block: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in block.splitlines():
        if content:
            content.append({"type": "hardBreak"})
        if line:  # an empty text node is not allowed
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _text(node: object) -> str:
    if not isinstance(node, Mapping):
        return ""
    kind, attributes = node.get("type"), node.get("attrs")
    if kind == "hardBreak":
        return "\n"
    if kind == "text":
        return str(node.get("text", ""))
    if isinstance(attributes, Mapping) and isinstance(attributes.get("text"), str):
        return str(attributes["text"])  # a mention, an emoji, a status
    inner = node.get("content")
    parts = [_text(child) for child in inner] if isinstance(inner, list) else []
    return "".join(parts) if kind in _OF_INLINE_NODES else _joined(parts, "\n\n" if kind == "doc" else "\n")


def _joined(parts: Iterable[str], between: str) -> str:
    return between.join(part for part in parts if part)
