"""Every promised element of every XML recording is taken out, every promised number or date garbled."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.integration.proof_recordings import Recording, changed, promised, recordings, without

WRAPPED = {"Buckets": "Bucket", "Users": "member", "Roles": "member"}
"""Lists whose elements stand inside an element of the list's name; the others are repeated as they are."""
XML_RECORDINGS = {
    "aws.s3.list_buckets": {"Name": "other", "CreationDate": "2031-02-28T23:59:59.000Z"},
    "aws.s3.list_objects_v2": {"Key": "other", "Size": "12", "LastModified": "2031-02-28T23:59:59.000Z"},
    "aws.iam.list_users": {"UserName": "other", "Arn": "other", "CreateDate": "2031-02-28T23:59:59Z"},
    "aws.iam.list_roles": {"RoleName": "other", "Arn": "other", "CreateDate": "2031-02-28T23:59:59Z"},
}
"""The members that the contracts read, each with another value that is fine."""
GARBLED = ("CreationDate", "Size", "LastModified", "CreateDate")
KNOWN = {"aws.s3.get_bucket_location", "aws.s3.get_bucket_location.not_found", *XML_RECORDINGS}


@dataclass(frozen=True)
class Element:
    """A promised element of a body, "$.Users[0].Arn", and its text."""

    path: str
    name: str
    holder: ET.Element
    node: ET.Element


@pytest.fixture(params=XML_RECORDINGS)
def recording(request):
    return recordings()[request.param]


def test_no_xml_recording_is_left_out():
    found = {key for key, recording in recordings().items() if recording.interactions[0].response.body[:1] == b"<"}

    assert found == KNOWN


def test_a_promised_element_that_is_missing_is_the_providers_fault_at_its_path(recording):
    verdicts = []
    for root, element in _promised(recording):
        element.holder.remove(element.node)
        verdicts.append((element.path, _verdict(recording, root)))

    assert verdicts == [(path, ("provider", [path])) for path, _ in verdicts]
    assert len(verdicts) >= 4


def test_a_garbled_number_or_date_is_the_providers_fault_at_its_path(recording):
    verdicts = []
    for root, element in _promised(recording):
        for text in ("garbled", "", "1.5.2", "2026-13-45T00:00:00Z") if element.name in GARBLED else ():
            element.node.text = text
            verdicts.append((element.path, text, _verdict(recording, root)))

    assert verdicts == [(path, text, ("provider", [path])) for path, text, _ in verdicts]
    assert len(verdicts) >= 8


def test_an_element_with_members_in_place_of_its_text_is_the_providers_fault(recording):
    verdicts = []
    for root, element in _promised(recording):
        element.node.text = None
        ET.SubElement(element.node, "garbled").text = "garbled"
        verdicts.append((element.path, _verdict(recording, root)))

    assert verdicts == [(path, ("provider", [path])) for path, _ in verdicts]


def test_the_list_itself_is_missed_but_an_empty_one_has_nothing_to_miss(recording):
    name = recording.promises[0]["reads"][0].partition("[")[0]
    gone, empty = _root(recording), _root(recording)
    for holder in gone.iter():
        for child in [child for child in holder if _tag(child) == name]:
            holder.remove(child)
    for node in [node for node in empty.iter() if _tag(node) == name]:
        for child in list(node):
            node.remove(child)

    verdicts = _verdict(recording, gone), _verdict(recording, empty) if name in WRAPPED else None

    # list_roles also promises `response:`, in which a list has at least one element
    nothing = ("provider", ["$.Roles"]) if name == "Roles" else None
    assert verdicts == (("provider", [f"$.{name}"]), nothing)


def test_another_value_that_the_rule_allows_is_no_fault(recording):
    verdicts = []
    for root, element in _promised(recording):
        element.node.text = XML_RECORDINGS[recording.key][element.name]
        verdicts.append((element.path, _verdict(recording, root)))

    assert [verdict for verdict in verdicts if verdict[1] is not None] == []


def test_an_unpromised_element_may_go_or_hold_anything(recording):
    names = XML_RECORDINGS[recording.key].keys() | {"AssumeRolePolicyDocument"}
    verdicts = []
    count = len([node for node in _root(recording).iter() if not list(node) and _tag(node) not in names])
    for number in range(count):
        for change in (_remove, _garble):
            root = _root(recording)
            leaves = [(up, node) for up in root.iter() for node in up if not list(node) and _tag(node) not in names]
            change(*leaves[number])
            verdicts.append((_tag(leaves[number][1]), _verdict(recording, root)))

    assert [verdict for verdict in verdicts if verdict[1] is not None] == []
    assert len(verdicts) >= 4


def test_a_policy_document_is_judged_by_its_own_members():
    recording = recordings()["aws.iam.list_roles"]
    spec = recording.promises[0]["response"]["Roles"][0]["AssumeRolePolicyDocument"]
    verdicts = []
    for index, text in enumerate(_documents(recording)):
        document = json.loads(text)
        for spot in promised(spec, document):
            path = f"$.Roles[{index}].AssumeRolePolicyDocument{spot.path[1:]}"
            changes = [changed(document, spot.keys, "garbled" if not isinstance(spot.value, str) else 7)]
            if spot.keys and isinstance(spot.keys[-1], str) and "Principal" not in spot.keys[:-1]:
                changes.append(without(document, spot.keys))
            for change in changes:
                verdicts.append((path, _verdict(recording, _with_document(recording, index, json.dumps(change)))))

    # a text that is no document at all is one mismatch, where the document should be
    assert verdicts == [(path, ("provider", [path])) for path, _ in verdicts]
    assert len(verdicts) >= 20


def test_a_member_of_a_policy_document_that_nobody_reads_may_change():
    recording = recordings()["aws.iam.list_roles"]
    document = json.loads(_documents(recording)[0])
    document["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    document["Id"] = 7

    assert _verdict(recording, _with_document(recording, 0, json.dumps(document))) is None


def test_another_region_is_fine_and_another_element_is_not():
    recording = recordings()["aws.s3.get_bucket_location"]
    body = recording.interactions[0].response.body

    other = recording.answered(0, body=body.replace(b"eu-west-1", b"ap-south-1")).fault()
    wrong = recording.answered(0, body=body.replace(b"LocationConstraint", b"Location")).fault()
    none = recording.answered(0, body=body.replace(b">eu-west-1<", b"><")).fault()

    assert other is None
    assert [_told(wrong), _told(none)] == [("provider", ["$"]), ("provider", ["$.LocationConstraint"])]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"status": 403}, "status"),
        ({"body": b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"}, "error.code"),
        ({"body": b"<Error><Message>no</Message></Error>"}, "error.code"),
        ({"body": b"<html><body>busy</body></html>"}, "error.code"),
        ({"status": 200, "body": b"<LocationConstraint/>"}, "error"),
    ],
    ids=["status", "code", "no-code", "html", "no-error"],
)
def test_a_recorded_error_is_the_promised_one(change, path):
    recording = recordings()["aws.s3.get_bucket_location.not_found"]

    fault = recording.answered(0, **change).fault()

    assert _told(fault) == ("provider", [path])


def test_an_error_may_say_something_else_about_itself():
    recording = recordings()["aws.s3.get_bucket_location.not_found"]
    body = b"<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>"

    assert recording.answered(0, body=body).fault() is None


@pytest.mark.parametrize("key", sorted(key for key in recordings() if key.startswith("aws.")))
@pytest.mark.parametrize("body", [b"", b"<html><body>Sign in</body></html>", b"{", b"<a><b></a>"])
def test_an_answer_that_is_none_is_the_providers_fault(key, body):
    recording = recordings()[key]

    fault = recording.answered(0, body=body).fault()

    assert fault is not None
    assert fault.name == "provider"


@pytest.mark.parametrize("key", sorted(key for key in recordings() if key.startswith("aws.") and "not" not in key))
def test_a_recorded_failure_is_the_providers_fault(key):
    recording = recordings()[key]
    as_xml = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    body = as_xml if key in KNOWN else b'{"__type": "AccessDenied", "message": "no"}'
    if "s3" in key:
        body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"

    fault = recording.answered(0, status=403, body=body).fault()

    assert fault is not None
    assert [str(m) for m in fault.mismatches] == ["status: expected an answer, found 403 AccessDenied: no"]


def _promised(recording: Recording) -> Iterator[tuple[ET.Element, Element]]:
    """Each promised element with a root of its own that may be changed."""
    for number in range(len(list(_elements(recording, _root(recording))))):
        root = _root(recording)
        yield root, list(_elements(recording, root))[number]


def _elements(recording: Recording, root: ET.Element) -> Iterator[Element]:
    for read in recording.promises[0]["reads"]:
        list_name, _, name = read.partition("[].")
        for index, holder in enumerate(_list(root, list_name)):
            node = next(child for child in holder if _tag(child) == name)
            yield Element(f"$.{list_name}[{index}].{name}", name, holder, node)


def _list(root: ET.Element, name: str) -> list[ET.Element]:
    found = [node for node in root.iter() if _tag(node) == name]
    return list(found[0]) if name in WRAPPED else found


def _root(recording: Recording) -> ET.Element:
    return ET.fromstring(recording.interactions[0].response.body)  # noqa: S314  # a file of this repository


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _remove(holder: ET.Element, node: ET.Element) -> None:
    holder.remove(node)


def _garble(holder: ET.Element, node: ET.Element) -> None:
    node.text = "garbled"


def _documents(recording: Recording) -> list[str]:
    return [str(node.text) for node in _root(recording).iter() if _tag(node) == "AssumeRolePolicyDocument"]


def _with_document(recording: Recording, index: int, text: str) -> ET.Element:
    root = _root(recording)
    [node for node in root.iter() if _tag(node) == "AssumeRolePolicyDocument"][index].text = text
    return root


def _verdict(recording: Recording, root: ET.Element) -> Any:
    return _told(recording.answered(0, body=ET.tostring(root)).fault())


def _told(fault: Any) -> Any:
    return (fault.name, [mismatch.path for mismatch in fault.mismatches]) if fault else None
