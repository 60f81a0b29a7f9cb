"""Every scalar of real answers is garbled in turn; botocore's own parser says where it stands in parsed terms."""

from __future__ import annotations

import copy
import json
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import ResponseParserError, create_parser

from pactproof.aws.raw import read_answer
from pactproof.aws.wire import normalised, parse_body, protocol_of

# name of the answer: how many of its scalars are known to the model, so that the walk below cannot shrink unseen
GARBLED = {
    "s3.list_buckets": 4,
    "s3.list_objects_v2": 12,
    "iam.list_users": 6,
    "iam.list_roles": 8,
    "ce.get_cost_and_usage": 8,
    "cloudwatch.describe_alarms": 15,
    "ecr.describe_repositories": 8,
    "ecr.list_images": 2,
    "ec2.describe_instances": 120,
    "sqs.get_queue_attributes": 12,
    "dynamodb.describe_table": 16,
    "dynamodb.get_item": 4,
    "lambda.list_functions": 18,
    "route53.list_hosted_zones": 6,
}


@pytest.mark.parametrize("name", GARBLED)
def test_each_garbled_scalar_is_one_problem_at_its_path(recorded, name):
    answer = recorded[name]
    whole = read_answer(answer.operation, answer.status, answer.headers, answer.body).parsed

    judged = [
        (path, read_answer(answer.operation, answer.status, answer.headers, body)) for path, body in _garbled(answer)
    ]

    assert [(path, [problem.path for problem in read.problems]) for path, read in judged] == [
        (path, [path]) for path, _ in judged
    ]
    assert all(set(_differences(whole, read.parsed, "$")) <= {path} for path, read in judged)
    assert len(judged) >= GARBLED[name]


def _garbled(answer: Any) -> Iterator[tuple[str, bytes]]:
    """A body for each scalar that the model knows, with the path botocore's parser has it under."""
    if protocol_of(answer.operation, answer.headers) in ("query", "ec2", "rest-xml"):
        yield from _garbled_xml(answer)
    else:
        yield from _garbled_tree(answer)


def _garbled_tree(answer: Any) -> Iterator[tuple[str, bytes]]:
    tree = parse_body(answer.operation, answer.status, answer.headers, answer.body)
    write = _cbor if protocol_of(answer.operation, answer.headers).endswith("cbor") else _json
    for spot in _spots(tree):
        bodies = [write(_with(tree, spot, changed)) for changed in _valid_changes(_at(tree, spot))]
        path = _path_of_change(answer, bodies)
        if path:
            value = _at(tree, spot)
            other_type = 7 if isinstance(value, str | datetime | bytes) else str(value)
            # A number is no bad time in JSON, nor is a text a bad time in CBOR's tag.
            wrong = "garbled" if isinstance(value, datetime | bytes) else other_type
            yield path, write(_with(tree, spot, wrong))


def _garbled_xml(answer: Any) -> Iterator[tuple[str, bytes]]:
    root = ET.fromstring(answer.body)  # noqa: S314  # the emulator's own answer
    parsed = normalised(_parse(answer, answer.body))
    for leaf in [node for node in root.iter() if not list(node)]:
        text, bodies = leaf.text, []
        for changed in ((text or "") + "x", "987", "true", "false", "2001-01-01T00:00:00Z"):
            leaf.text = changed
            bodies.append(ET.tostring(root))
        leaf.text = text
        path = _path_of_change(answer, bodies)
        if path:
            if isinstance(_at(parsed, _steps(path)), str) and not _is_time(answer, path):
                child = ET.SubElement(leaf, "garbled")
                yield path, ET.tostring(root)
                leaf.remove(child)
            else:
                leaf.text = "garbled"
                yield path, ET.tostring(root)
            leaf.text = text


def _path_of_change(answer: Any, bodies: list[bytes]) -> str:
    """Where botocore's parser sees the change; "" where it sees none (what the model does not know, map keys)."""
    before = _parse(answer, answer.body)
    for body in bodies:
        try:
            paths = list(_differences(before, _parse(answer, body), "$"))
        except (ValueError, TypeError, ResponseParserError):
            continue
        if len(paths) == 1:
            return paths[0]
    return ""


def _parse(answer: Any, body: bytes) -> Any:
    response = {
        "status_code": answer.status, "headers": HeadersDict(dict(answer.headers.items)), "body": body, "context": {},
    }  # fmt: skip
    parsed = create_parser(protocol_of(answer.operation, answer.headers)).parse(response, answer.operation.output_shape)
    return {key: value for key, value in parsed.items() if key != "ResponseMetadata"}


def _is_time(answer: Any, path: str) -> bool:
    return isinstance(_at(_parse(answer, answer.body), _steps(path)), datetime)


def _differences(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            if key in one and key in other:
                yield from _differences(one[key], other[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif one != other:
        yield path


def _spots(tree: Any, spot: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _spots(value, (*spot, key))
    elif tree is not None:
        yield spot


def _valid_changes(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if isinstance(value, datetime):
        return [value.replace(year=2001)]
    return [value + b"x"] if isinstance(value, bytes) else [value + "x", "AAAA", "2001-01-01T00:00:00Z"]


def _with(tree: Any, spot: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(tree)
    inner = changed
    for key in spot[:-1]:
        inner = inner[key]
    inner[spot[-1]] = value
    return changed


def _at(tree: Any, spot: tuple[Any, ...]) -> Any:
    for key in spot:
        tree = tree[key]
    return tree


def _steps(path: str) -> tuple[Any, ...]:
    parts = path.removeprefix("$.").replace("]", "").replace("[", ".").split(".")
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _json(tree: Any) -> bytes:
    return json.dumps(tree).encode()


def _cbor(value: Any) -> bytes:
    if isinstance(value, bool) or value is None:
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, datetime):
        return b"\xc1" + _cbor(value.timestamp())
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(_cbor, value))
    return _head(5, len(value)) + b"".join(_cbor(key) + _cbor(inner) for key, inner in value.items())


def _head(major: int, size: int) -> bytes:
    return bytes([major << 5 | 27]) + size.to_bytes(8, "big")
