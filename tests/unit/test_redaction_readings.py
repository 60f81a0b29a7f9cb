"""Each way to write a name with its value, and where the value ends."""

from __future__ import annotations

import pytest
from tests.unit.redaction_corpus import _answer

from pactproof.redaction import Redactor

WRITTEN = {
    "assigned": ("a password='b2c3' d", "a password='REDACTED-1' d"),
    "JSON": ('{"password": "b\\"2", "n": 1.0}', '{"password": "REDACTED-1", "n": 1.0}'),
    "number": ('{"password": 12345678}', '{"password": 0}'),
    "object": (
        '{"credentials": {"user": "ada", "value": "b2", "expires": "2026-01-05"}}',
        '{"credentials": {"user": "ada", "value": "REDACTED-1", "expires": "2026-01-05"}}',
    ),
    "list": ('{"recovery_codes": ["b2", "c3"]}', '{"recovery_codes": ["REDACTED-1", "REDACTED-2"]}'),
    "env line": ("A=1\nexport DB_PASSWORD=b2#c\nB=2", "A=1\nexport DB_PASSWORD=REDACTED-1\nB=2"),
    "setting": ("app.password = b2 c  # why\n", "app.password = REDACTED-1  # why\n"),
    "YAML line": ("db:\n  password: b2  # why\n  port: 1\n", "db:\n  password: REDACTED-1  # why\n  port: 1\n"),
    "YAML block": ("password: |\n  b2\n  c3\nport: 1\n", "password: |\n  REDACTED-1\n  REDACTED-2\nport: 1\n"),
    "header line": ("Host: x\nX-Api-Key: b2 \nAccept: y", "Host: x\nX-Api-Key: REDACTED-1 \nAccept: y"),
    "query": ("see /x?page=2&token=b2%20c#top", "see /x?page=2&token=REDACTED-1#top"),
    "connection string": ("Server=db;Password=b2;Encrypt=yes", "Server=db;Password=REDACTED-1;Encrypt=yes"),
    "log line": ("login user=ada password=b2 from x", "login user=ada password=REDACTED-1 from x"),
    "prose": ("ada signed in, password: b2, from x", "ada signed in, password: REDACTED-1, from x"),
    "said": ("the password is Hunter-42!", "the password is REDACTED-1!"),
    "flag": ("tool --token b2 --out x", "tool --token REDACTED-1 --out x"),
    "flag in quotes": ("tool --token 'b2 c' --out x", "tool --token 'REDACTED-1' --out x"),
    "flag in a list": ('["tool", "--password", "b2", "x"]', '["tool", "--password", "REDACTED-1", "x"]'),
    "pair": ('[["X-Api-Key", "b2"], ["Accept", "x"]]', '[["X-Api-Key", "REDACTED-1"], ["Accept", "x"]]'),
    "argument": ("define('DB_PASSWORD', 'b2');", "define('DB_PASSWORD', 'REDACTED-1');"),
    "symbol": (":password => 'b2', :a => 'c'", ":password => 'REDACTED-1', :a => 'c'"),
    "netrc": ("machine a.test login ada password b2\n", "machine a.test login ada password REDACTED-1\n"),
    "said behind a login": ("docker login x; the password is Hunter-42", "docker login x; the password is REDACTED-1"),
    "element": ("<a><password x='1'>b2</password></a>", "<a><password x='1'>REDACTED-1</password></a>"),
    "CDATA": ("<password><![CDATA[b2<]]></password>", "<password><![CDATA[REDACTED-1]]></password>"),
    "beside": (
        '[{"name": "DB_PASSWORD", "scope": {"a": [1]}, "value": "b2"}]',
        '[{"name": "DB_PASSWORD", "scope": {"a": [1]}, "value": "REDACTED-1"}]',
    ),
    "form's list": ("user[password][]=b2&n=1", "user[password][]=REDACTED-1&n=1"),
    "CSV": ("user,password\nada,b2\nbob,c3\n", "user,password\nada,REDACTED-1\nbob,REDACTED-2\n"),
    "Markdown": (
        "| user | password |\n|---|---|\n| ada | b2 |\n",
        "| user | password |\n|---|---|\n| ada | REDACTED-1 |\n",
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_a_value_is_hidden_from_its_start_to_its_end(text: str, expected: str):
    assert Redactor().redact(_answer(text, "text/plain")).response.body.decode() == expected
