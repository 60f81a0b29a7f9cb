"""What a project's own choices do: rules that it adds, rules that it switches off, e-mail addresses and the like."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactproof.errors import SecretFoundError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording.cassette import Cassette, Provenance, dump_cassette
from pactproof.redact_choices import EVERY_RECORDING, OwnRule, path_pattern
from pactproof.redaction import Redactor, Rules, scan
from pactproof.redaction.hits import is_hidden

OWN = Rules(
    own=(
        OwnRule("shop-token", r"shop_[0-9a-f]{8}"),
        OwnRule("coupon", r"(?i)coupon (?P<secret>[A-Z0-9-]{6,})"),
        OwnRule("customer", names=("customer_number", "X-Customer")),
        OwnRule("invite", path_pattern("/invites/{secret}/accept")),
    )
)
TOLD = Provenance(
    operation="shop.get_item",
    scenario="ok",
    source="sandbox",
    recorded_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    consumer="till",
    recorded_with="pactproof 0.1.0",
)
TOKEN = "_".join(["shop", "0123abcd"])
NPM = "npm_" + hashlib.sha256(b"of no account").hexdigest()[:36]
JWT = ".".join(
    base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"HS256"}', '{"sub":"1234"}', NPM)
)


def answer(body: bytes | str, media: str = "application/json", *headers: tuple[str, str]) -> Interaction:
    raw = body.encode() if isinstance(body, str) else body
    return Interaction(
        Request("GET", "https://a.test/items"), Response(200, Headers((("Content-Type", media), *headers)), raw)
    )


def hidden(one: Interaction, rules: Rules) -> str:
    return Redactor(rules=rules).redact(one).response.body.decode()


ENCODED = {
    "plain": lambda text: text,
    "in a URL": lambda text: f"https://a.test/?q={quote(text, safe='')}",
    "JSON in JSON": lambda text: json.dumps({"note": text}),
    "base64": lambda text: base64.b64encode(f"a note of {text}, long enough".encode()).decode(),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_pattern_of_the_project_is_found_in_every_encoding(encoding: str) -> None:
    body = json.dumps({"note": ENCODED[encoding](TOKEN)})

    redacted = hidden(answer(body), OWN)

    assert [finding.rule for finding in scan(body, rules=OWN)] == ["shop-token"]
    assert redacted == json.dumps({"note": ENCODED[encoding]("REDACTED-1")})
    assert scan(redacted, rules=OWN) == []
    assert scan(body) == []


def test_only_the_group_called_secret_is_hidden() -> None:
    assert hidden(answer("a Coupon AB-12-CD for you", "text/plain"), OWN) == "a Coupon REDACTED-1 for you"


UNDER_NAMES = {
    "JSON": ('{"customerNumber": "C 17", "x": 1}', '{"customerNumber": "REDACTED-1", "x": 1}', "application/json"),
    "a number": ('{"customer_number": 4711}', '{"customer_number": 0}', "application/json"),
    "an object": (
        '{"customer-number": {"home": "C 17", "old": ["C 18"]}}',
        '{"customer-number": {"home": "REDACTED-1", "old": ["REDACTED-2"]}}',
        "application/json",
    ),
    "JSON in JSON": (
        json.dumps({"log": '{"customer_number": "C 17"}'}),
        json.dumps({"log": '{"customer_number": "REDACTED-1"}'}),
        "application/json",
    ),
    "a form": ("customer_number=C17&page=2", "customer_number=REDACTED-1&page=2", "application/x-www-form-urlencoded"),
    "XML": (
        "<o><CustomerNumber>C 17</CustomerNumber></o>",
        "<o><CustomerNumber>REDACTED-1</CustomerNumber></o>",
        "application/xml",
    ),
    "a multipart form": (
        '--b\r\nContent-Disposition: form-data; name="customer_number"\r\n\r\nC 17\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="customer_number"\r\n\r\nREDACTED-1\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    "null": ('{"customer_number": null}', '{"customer_number": null}', "application/json"),
    "another name": (
        '{"customer_numbers": 3, "old_customer_number": "a"}',
        '{"customer_numbers": 3, "old_customer_number": "a"}',
        "application/json",
    ),
}


@pytest.mark.parametrize("kind", UNDER_NAMES)
def test_what_stands_under_a_name_of_the_project_is_hidden(kind: str) -> None:
    body, expected, media = UNDER_NAMES[kind]

    redacted = hidden(answer(body, media), OWN)

    assert redacted == expected
    assert scan(redacted, rules=OWN) == []


@pytest.mark.parametrize("kind", ["JSON", "a number", "JSON in JSON", "a form", "XML"])
def test_the_scan_finds_what_stands_under_a_name_of_the_project(kind: str) -> None:
    body = UNDER_NAMES[kind][0]

    assert [finding.rule for finding in scan(f"?{body}", rules=OWN)] == ["customer"]
    assert scan(f"?{body}") == []


def test_a_header_of_the_project_is_hidden_as_a_whole_and_the_scan_knows_it() -> None:
    one = answer("{}", "application/json", ("X-Customer", "C 17, of Berlin"))

    headers = Redactor(rules=OWN).redact(one).response.headers

    assert headers.get("x-customer") == "REDACTED-1"
    stored = "    headers:\n      X-Customer:\n      - {}\n"
    assert [finding.rule for finding in scan(stored.format("C 17, of Berlin"), rules=OWN)] == ["customer"]
    assert scan(stored.format("REDACTED-1"), rules=OWN) == []


def test_a_path_of_the_project_is_hidden_in_urls_and_in_links() -> None:
    one = answer('{"next": "https://a.test/invites/k1/accept?x=1", "other": "/invites/k1"}')
    asked = Interaction(Request("GET", "https://a.test/v1/invites/k0/accept"), one.response)

    redacted = Redactor(rules=OWN).redact(asked)

    assert redacted.request.url == "https://a.test/v1/invites/REDACTED-1/accept"
    assert redacted.response.body == b'{"next": "https://a.test/invites/REDACTED-2/accept?x=1", "other": "/invites/k1"}'


def test_a_rule_that_is_off_hides_nothing_and_holds_nothing_back() -> None:
    off = Rules(off=frozenset({"npm-token"}))
    body = json.dumps({"note": NPM, "jwt_of": JWT})

    redacted = hidden(answer(body), off)

    assert NPM not in hidden(answer(body), Rules())
    assert NPM in redacted
    assert JWT not in redacted
    assert scan(redacted, rules=off) == []
    assert [finding.rule for finding in scan(redacted)] == ["npm-token"]


UPLOAD = '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter22\r\n--b--\r\n'


def test_names_that_mean_secrets_can_be_off_too() -> None:
    off = Rules(off=frozenset({"secret-name", "kubernetes-secret"}))
    texts: list[tuple[str, str]] = [
        ('{"password": "hunter22-hunter22-7F"}', "application/json"),
        ('{"kind": "Secret", "data": {"password": "aHVudGVyMjI="}}', "application/json"),
        (UPLOAD, "multipart/form-data; boundary=b"),
    ]

    for text, media in texts:
        assert hidden(answer(text, media), off) == text
        assert scan(text, rules=off) == []
        assert hidden(answer(text, media), Rules()) != text


def test_a_known_secret_is_hidden_whatever_is_off() -> None:
    rules = Rules(off=frozenset({"known-secret", "secret-name"}))

    redacted = Redactor(["hunter22"], rules=rules).redact(answer('{"a": "hunter22"}')).response.body

    assert redacted == b'{"a": "REDACTED-1"}'
    assert [finding.rule for finding in scan('{"a": "hunter22"}', ["hunter22"], rules)] == ["known-secret"]


PERSONAL = {
    "mail": ('{"to": "ada.l+x@mail.example.com"}', '{"to": "REDACTED-1"}'),
    "mail in a link": ("mailto:ada@example.com?a=b", "mailto:REDACTED-1?a=b"),
    "mail of git": ("git@github.com:acme/till.git", "git@github.com:acme/till.git"),
    "a handle": ("thanks @ada, see a@b", "thanks @ada, see a@b"),
    "an address": ('{"ip": "203.0.113.7"}', '{"ip": "REDACTED-1"}'),
    "an IPv6 address": ("at 2001:db8:0:0:0:0:0:7 now", "at REDACTED-1 now"),
    "a version": ("v1.2.3.4.5 and 1.2.3", "v1.2.3.4.5 and 1.2.3"),
    "a time": ("2026-01-05T10:11:12Z", "2026-01-05T10:11:12Z"),
    "a person": ('{"by": "ADA Lovelace", "not": "Adam Lovelaced"}', '{"by": "REDACTED-1", "not": "Adam Lovelaced"}'),
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_addresses_and_people_are_hidden_where_that_is_asked_for(kind: str) -> None:
    text, expected = PERSONAL[kind]
    rules = Rules(email=True, ip_addresses=True, words=("Ada Lovelace",))

    redacted = hidden(answer(text, "text/plain"), rules)

    assert redacted == expected
    assert scan(redacted, rules=rules) == []
    assert bool(scan(text, rules=rules)) is (text != expected)
    assert hidden(answer(text, "text/plain"), Rules()) == text


def test_what_every_recording_has_is_found_by_no_rule() -> None:
    assert scan(EVERY_RECORDING, rules=Rules(email=True, ip_addresses=True)) == []


VALUES = st.one_of(st.text(min_size=1, max_size=30), st.integers(), st.lists(st.text(min_size=1, max_size=9)))


@given(VALUES, st.sampled_from(["customer_number", "CustomerNumber", "x-customer"]), st.booleans())
def test_what_was_hidden_under_a_name_passes_the_scan(value: Any, name: str, is_packed: bool) -> None:
    inner = json.dumps({name: value, "note": [TOKEN]})
    one = answer(json.dumps({"log": inner}) if is_packed else inner, "application/json", ("X-Customer", "C 17"))

    redacted = Redactor(rules=OWN).redact(one)

    assert scan(dump_cassette(Cassette((redacted,), TOLD)), rules=OWN) == []
    body = json.loads(redacted.response.body)
    found = (json.loads(body["log"]) if is_packed else body)[name]
    texts = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    assert [text for text in texts if not is_hidden(text) and text.strip().lower() not in NOTHING] == []


NOTHING = ("", "null", "none", "nil", "~", "0")


HOSTILE = {
    "objects without end": '{"customer_number": {' * 40_000,
    "texts without end": '"customer_number": "' * 40_000,
    "elements without end": "<customer_number a " * 40_000,
    "names alone": "customer_number " * 60_000,
    "one long line": "customer_number: " * 60_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_takes_long_to_look_through_for_a_name(kind: str) -> None:
    names, began = OWN.own_names, perf_counter()
    assert names is not None

    hits, left = list(names.hits(HOSTILE[kind])), list(names.left_in(HOSTILE[kind]))

    assert perf_counter() - began < 5  # 0.1 s as a rule, hours where it grows by the square
    assert len(hits) + len(left) < 200_000


def test_equal_choices_share_what_was_learnt_of_words() -> None:
    made: list[Any] = [Rules(own=(OwnRule("a", "a_[0-9]{3}"),), off=frozenset({"jwt"})) for _ in range(2)]

    assert made[0] == made[1]
    assert hash(made[0]) == hash(made[1])


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_body_that_a_key_signs_is_held_back_with_rule_and_line(packed: bool) -> None:
    body = f'{{\n  "id": 1,\n  "note": "{TOKEN}",\n  "password": "hunter22"\n}}'
    raw = gzip.compress(body.encode()) if packed else body.encode()
    encoding = [("Content-Encoding", "gzip")] if packed else []
    signed = answer(raw, "application/json", ("X-Hub-Signature-256", "sha256=" + "0" * 64), *encoding)

    with pytest.raises(SecretFoundError) as caught:
        Redactor(rules=OWN).redact(signed)

    assert caught.value.what == (
        "the body of the answer 200 holds a secret, and its header X-Hub-Signature-256 signs the body; nothing was "
        "written. By place and rule:\n  line 3 of the body: shop-token\n  line 4 of the body: secret-name"
    )


def test_a_password_of_letters_with_a_plus_sign_and_a_mark_is_no_sentence_of_a_form():
    body = '{"db_password": "DApcKe+ROWAHK!"}'

    assert Redactor().redact_value(json.loads(body)) == {"db_password": "REDACTED-1"}


def test_a_key_in_a_path_leaves_the_address_before_it_as_it_is():
    key = "a1B2c3D4e5F6" * 4 + "Az" + "Fu" + "x9Y8z7=="

    assert Redactor().redact_value(f"http://127.0.0.1:34567/v1/{key}/run") == "http://127.0.0.1:34567/v1/REDACTED-1/run"
