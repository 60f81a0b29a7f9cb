# ruff: noqa: E501 - one secret, place or look-alike a line reads as the table it is
"""Secrets of many kinds, the places they stand in, and innocent values that look like some of them.

Every value is made at run time from parts and a seeded generator, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import string
import zlib
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.multipart import Part, multipart_bytes

_random = random.Random(20260105)  # noqa: S311 - the values have to be the same in every run

LOWER_HEX = "0123456789abcdef"
ALNUM = string.ascii_letters + string.digits
URL_SAFE = ALNUM + "_-"
BASE64 = ALNUM + "+/"
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits


def some(chars: str, count: int) -> str:
    """`count` characters, with a digit and letters of both cases among them where `chars` has such."""
    while True:
        value = "".join(_random.choices(chars, k=count))
        if count < 12 or (
            all(any(map(test, value)) for test in (str.isdigit, str.isalpha) if any(map(test, chars)))
            and (any(map(str.isupper, value)) or not any(map(str.isupper, chars)))
        ):
            return value


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def b64url(text: str | bytes) -> str:
    return base64.urlsafe_b64encode(text.encode() if isinstance(text, str) else text).decode().rstrip("=")


def pem(kind: str, lines: int = 3) -> str:
    body = "\n".join(some(BASE64, 64) for _ in range(lines))
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----"


def jwt() -> str:
    head = b64url(json.dumps({"alg": "HS256", "typ": "JWT"}))
    return f"{head}.{b64url(json.dumps({'sub': some(LOWER, 8), 'exp': 1767603600}))}.{some(URL_SAFE, 43)}"


def shaped() -> dict[str, str]:
    """Tokens that are known by their looks, by kind."""
    private = " ".join(["PRIVATE", "KEY"])
    return {
        "AWS access key id": "AK" + "IA" + some(UPPER, 16),
        "AWS temporary key id": "AS" + "IA" + some(UPPER, 16),
        "AWS secret access key": some(ALNUM, 20) + "/" + some(ALNUM, 10) + "+" + some(ALNUM, 8),
        "AWS session token": "IQoJb3" + "JpZ2luX2V" + some(BASE64, 200) + "==",
        "AWS session token, old": "Fwo" + "GZXIvYXdz" + some(BASE64, 180),
        "GitHub personal": "gh" + "p_" + some(ALNUM, 36),
        "GitHub OAuth": "gh" + "o_" + some(ALNUM, 36),
        "GitHub server": "gh" + "s_" + some(ALNUM, 36),
        "GitHub user": "gh" + "u_" + some(ALNUM, 36),
        "GitHub refresh": "gh" + "r_" + some(ALNUM, 76),
        "GitHub fine-grained": "github" + "_pat_" + some(ALNUM, 22) + "_" + some(ALNUM, 59),
        "GitLab personal": "gl" + "pat-" + some(URL_SAFE, 20),
        "GitLab deploy": "gl" + "dt-" + some(URL_SAFE, 20),
        "Slack bot": "xo" + "xb-" + some(string.digits, 12) + "-" + some(string.digits, 12) + "-" + some(ALNUM, 24),
        "Slack user": "xo"
        + "xp-"
        + some(string.digits, 12)
        + "-"
        + some(string.digits, 12)
        + "-"
        + some(LOWER_HEX, 32),
        "Slack app": "xa" + "pp-1-A" + some(UPPER, 10) + "-" + some(string.digits, 13) + "-" + some(LOWER_HEX, 64),
        "Slack webhook": "https://hooks.slack"
        + ".com/services/T"
        + some(UPPER, 8)
        + "/B"
        + some(UPPER, 8)
        + "/"
        + some(ALNUM, 24),
        "Atlassian API": "AT" + "ATT3xFfGF0" + some(URL_SAFE, 160) + "=" + some(UPPER, 8),
        "PagerDuty": "u" + "+" + some(URL_SAFE.replace("-", "").replace("_", ""), 18),
        "Grafana service account": "gl" + "sa_" + some(ALNUM, 32) + "_" + some(LOWER_HEX, 8),
        "Grafana cloud": "gl" + "c_" + b64(json.dumps({"o": "1", "n": "x", "k": some(ALNUM, 24)})),
        "Grafana API key": "eyJr" + "Ijoi" + some(ALNUM, 60),
        "JWT": jwt(),
        "Argo CD JWT": jwt(),
        "Stripe live": "sk" + "_live_" + some(ALNUM, 24),
        "Stripe restricted": "rk" + "_live_" + some(ALNUM, 24),
        "Stripe webhook": "wh" + "sec_" + some(ALNUM, 32),
        "Twilio key": "S" + "K" + some(LOWER_HEX, 32),
        "SendGrid": "S" + "G." + some(URL_SAFE.replace("-", "x"), 22) + "." + some(URL_SAFE.replace("-", "x"), 43),
        "npm": "np" + "m_" + some(ALNUM, 36),
        "PyPI": "py" + "pi-AgEIcHlwaS5vcmc" + some(URL_SAFE, 120),
        "Docker": "dc" + "kr_pat_" + some(URL_SAFE, 27),
        "Vault": "hv" + "s." + some(URL_SAFE, 90),
        "Vault, old": "s" + "." + some(ALNUM, 24),
        "Terraform": some(ALNUM, 14) + ".atlas" + "v1." + some(ALNUM, 67),
        "DigitalOcean": "do" + "p_v1_" + some(LOWER_HEX, 64),
        "Google API key": "AI" + "za" + some(URL_SAFE, 35),
        "Google access token": "ya" + "29." + some(URL_SAFE, 120),
        "Google client secret": "GO" + "CSPX-" + some(URL_SAFE, 28),
        "Google refresh token": "1/" + "/0" + some(URL_SAFE, 60),
        "Azure client secret": some(ALNUM, 3) + "8" + "Q~" + some(ALNUM, 34),
        "OpenAI": "sk" + "-" + some(ALNUM, 48),
        "OpenAI project": "sk" + "-proj-" + some(URL_SAFE, 60),
        "Anthropic": "sk" + "-ant-api03-" + some(URL_SAFE, 90),
        "HuggingFace": "h" + "f_" + some(string.ascii_letters, 34),
        "New Relic": "NR" + "AK-" + some(UPPER, 27),
        "Sentry": "sn" + "trys_" + some(ALNUM, 60),
        "Mailgun": "ke" + "y-" + some(LOWER_HEX, 32),
        "Mailchimp": some(LOWER_HEX, 32) + "-us" + "12",
        "Discord": "M" + some(ALNUM, 25) + "." + some(ALNUM, 6) + "." + some(ALNUM, 38),
        "Telegram": some(string.digits[1:], 10) + ":A" + "A" + some(URL_SAFE, 33),
        "Facebook": "EA" + "A" + some(ALNUM, 80),
        "Shopify": "shp" + "at_" + some(LOWER_HEX, 32),
        "Square": "sq0" + "atp-" + some(URL_SAFE, 22),
        "Databricks": "da" + "pi" + some(LOWER_HEX, 32),
        "Okta": "0" + "0" + some(ALNUM, 40),
        "Linear": "lin" + "_api_" + some(ALNUM, 40),
        "Notion": "sec" + "ret_" + some(ALNUM, 43),
        "Notion, new": "nt" + "n_" + some(ALNUM, 46),
        "Airtable": "pa" + "t" + some(ALNUM, 14) + "." + some(LOWER_HEX, 64),
        "Heroku": "HR" + "KU-" + some(URL_SAFE, 60),
        "Postman": "PM" + "AK-" + some(LOWER_HEX, 24) + "-" + some(LOWER_HEX, 34),
        "Pulumi": "pu" + "l-" + some(LOWER_HEX, 40),
        "PlanetScale": "pscale" + "_tkn_" + some(URL_SAFE, 43),
        "Figma": "fi" + "gd_" + some(URL_SAFE, 40),
        "Dynatrace": "dt" + "0c01." + some(UPPER, 24) + "." + some(UPPER, 64),
        "bcrypt": "$2" + "b$12$" + some(ALNUM + "./", 53),
        "RSA key": pem(f"RSA {private}"),
        "PKCS8 key": pem(private),
        "EC key": pem(f"EC {private}"),
        "SSH key": pem(f"OPENSSH {private}"),
        "PGP key": pem(f"PGP {private} BLOCK"),
        "Postgres": "postgres://app:" + some(ALNUM, 16) + "@db.example.com:5432/shop",
        "MongoDB": "mongodb" + "+srv://app:" + some(ALNUM, 16) + "@cluster0.example.net/shop",
        "Redis": "redis://:" + some(ALNUM, 16) + "@cache.example.com:6379/0",
        "AMQP": "amqps://app:" + some(ALNUM, 16) + "@mq.example.com/vhost",
        "git remote": "https://oauth2:" + some(ALNUM, 20) + "@git.example.com/a/b.git",
        "Sentry DSN": "https://" + some(LOWER_HEX, 32) + "@o1.ingest.sentry.io/12345",
        "bearer": "Bear" + "er " + some(ALNUM, 40),
        "basic": "Bas" + "ic " + b64("ada:" + some(ALNUM, 14)),
        "SSWS": "SS" + "WS " + some(URL_SAFE, 42),
        "GenieKey": "Genie" + "Key " + "-".join(some(LOWER_HEX, n) for n in (8, 4, 4, 4, 12)),
        "SAS": "https://a.blob.core.windows.net/c/b?sv=2024-11-04&se=2026-02-01&sig="
        + quote(some(BASE64, 43) + "=", safe=""),
        "presigned URL": "https://b.s3.amazonaws.com/k?X-Amz-Date=20260105T000000Z&X-Amz-Signature="
        + some(LOWER_HEX, 64),
        "Azure storage": "DefaultEndpointsProtocol=https;AccountName=a;Account"
        + "Key="
        + some(BASE64, 86)
        + "==;EndpointSuffix=core.windows.net",
        "npmrc": "//npm.example.com/:_auth" + "Token=" + some(ALNUM, 36),
        "OAuth code": "https://app.example.com/cb?code=" + some(ALNUM, 24) + "&state=xyz",
        "implicit grant": "https://app.example.com/cb#access_token=" + some(ALNUM, 40) + "&token_type=bearer",
    }


def hidden_part(kind: str, value: str) -> str:
    """What of a value must not be written: all, or what stands at a known place in it."""
    if "://" in value and "@" in value:
        user = value.partition("://")[2].rpartition("@")[0]
        return user.rpartition(":")[2] or user
    for mark in ("X-Amz-Signature=", "&sig=", "_token=", "Key=", "Token=", "code="):
        if mark in value and kind not in ("GenieKey",):
            return value.partition(mark)[2].partition("&")[0].partition(";")[0]
    if value.startswith("https://hooks"):
        return value.partition("/services/")[2]
    if " " in value and "-----" not in value:
        return value.partition(" ")[2]
    return value.split("\n")[1] if "\n" in value else value


NAMES = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "client_secret",
    "api_key",
    "apikey",
    "access_token",
    "refresh_token",
    "id_token",
    "private_key",
    "csrf_token",
    "session_token",
    "auth_token",
    "clientSecret",
    "apiKey",
    "accessToken",
    "refreshToken",
    "idToken",
    "privateKey",
    "sessionToken",
    "authToken",
    "userPassword",
    "newPassword",
    "passwordConfirmation",
    "client-secret",
    "api-key",
    "access-token",
    "X-Api-Key",
    "X-Auth-Token",
    "X-Vault-Token",
    "X-CSRF-Token",
    "DB_PASSWORD",
    "API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "CLIENT_SECRET",
    "SMTP_PASS",
    "JWT_SECRET",
    "spring.datasource.password",
    "app.api.key",
    "oauth.client.secret",
    "SecretAccessKey",
    "SessionToken",
    "oauth_token",
    "bot_token",
    "webhook_secret",
    "signing_secret",
    "encryption_key",
    "master_key",
    "code_verifier",
    "security_answer",
    "Passwort",
    "contrasena",
    "DD-API-KEY",
    "DD-APPLICATION-KEY",
    "Ocp-Apim-Subscription-Key",
    "csrfmiddlewaretoken",
    "authenticity_token",
    "connectionString",
    "recovery_code",
    "device_code",
    "account_key",
    "shared_access_key",
    "license_key",
    "old_password",
    "password2",
    "userpassword",
]


def named() -> dict[str, tuple[str, str]]:
    """Values that are secret by the name they stand under: weak passwords and random texts in turn."""
    values = [
        lambda: "hunter" + some(string.digits, 3),
        lambda: some(ALNUM, 20),
        lambda: some(LOWER_HEX, 32),
        lambda: "Tr0ub4dor" + "." + some(LOWER, 4),
    ]
    return {name: (name, values[index % len(values)]()) for index, name in enumerate(NAMES)}


Exchange = Callable[[str, str], Interaction]


def exchange(
    url: str = "https://api.example.com/things",
    sent: bytes = b"",
    body: bytes = b"",
    request_headers: tuple[tuple[str, str], ...] = (),
    response_headers: tuple[tuple[str, str], ...] = (),
) -> Interaction:
    return Interaction(
        Request("POST", url, Headers(request_headers), sent), Response(200, Headers(response_headers), body)
    )


def _answer(body: str | bytes, media: str = "application/json", **more: str) -> Interaction:
    raw = body.encode() if isinstance(body, str) else body
    headers = (("Content-Type", media), *((name.replace("_", "-"), value) for name, value in more.items()))
    return exchange(body=raw, response_headers=headers)


def _sent(body: str | bytes, media: str) -> Interaction:
    return exchange(sent=body.encode() if isinstance(body, str) else body, request_headers=(("Content-Type", media),))


def _inside(value: object, times: int) -> str:
    for _ in range(times):
        value = json.dumps({"payload": json.dumps(value), "n": 1.0})
        value = json.loads(value)
    return json.dumps(value)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def _once(text: str) -> str:
    return quote(text, safe="")


def _flat(text: str) -> str:
    return " ".join(text.split("\n"))


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=frame"

PLACES: dict[str, Exchange] = {
    "request header": lambda n, v: exchange(request_headers=(("Authorization", _flat(v)), (n, _flat(v)))),
    "cookie": lambda n, v: exchange(request_headers=(("Cookie", f"sid={_flat(v)}"),)),
    "set-cookie": lambda n, v: exchange(response_headers=(("Set-Cookie", f"sid={_flat(v)}; Path=/"),)),
    "response header": lambda n, v: exchange(response_headers=((n if n != "note" else "X-Note", _flat(v)),)),
    "query": lambda n, v: exchange(f"https://api.example.com/things?a=1&{n}={_once(v)}&b=2"),
    "query, first": lambda n, v: exchange(f"https://api.example.com/things?{n}={quote_plus(v)}"),
    "query, twice": lambda n, v: exchange("https://api.example.com/x?next=" + _once(f"https://a.test/?{n}={_once(v)}")),
    "fragment": lambda n, v: exchange(f"https://api.example.com/things#{n}={_once(v)}"),
    "Location": lambda n, v: exchange(response_headers=(("Location", f"https://a.test/cb?{n}={_once(v)}&x=1"),)),
    "Link": lambda n, v: exchange(response_headers=(("Link", f'<https://a.test/?{n}={_once(v)}>; rel="next"'),)),
    "Content-Disposition": lambda n, v: exchange(response_headers=(("Content-Disposition", f'attachment; filename="x.txt"; {n}="{_flat(v)}"'),)),
    "form": lambda n, v: _sent(f"a=1&{quote(n)}={quote_plus(v)}&b=2", FORM),
    "form, first": lambda n, v: _sent(f"{quote(n)}={quote_plus(v)}", FORM),
    "form, nested name": lambda n, v: _sent(f"user%5B{quote(n)}%5D={quote_plus(v)}&b=2", FORM),
    "multipart field": lambda n, v: _sent(multipart_bytes([Part("a", b"1"), Part(n, v.encode())], "frame"), MULTIPART),
    "multipart file": lambda n, v: _sent(multipart_bytes([Part("file", f"{n}={v}\n".encode(), "x.env")], "frame"), MULTIPART),
    "multipart JSON": lambda n, v: _sent(multipart_bytes([Part("m", json.dumps({n: v}).encode(), None, "application/json")], "frame"), MULTIPART),
    "JSON": lambda n, v: _answer(json.dumps({"id": 7, n: v})),
    "JSON, sent": lambda n, v: _sent(json.dumps({"id": 7, n: v}), "application/json"),
    "JSON, deep": lambda n, v: _answer(json.dumps({"a": [{"b": {"c": [1, {n: v}]}}]}, indent=2)),
    "JSON, list": lambda n, v: _answer(json.dumps({"items": [{n: v}, {n: v}]})),
    "JSON, text alone": lambda n, v: _answer(json.dumps(f"{n}={v}")),
    "JSON in JSON": lambda n, v: _answer(_inside({n: v}, 1)),
    "JSON in JSON twice": lambda n, v: _answer(_inside({n: v}, 2)),
    "JSON, escaped": lambda n, v: _answer(f'{{"{n}": "{_escaped(v)}"}}'),
    "JSON, escaped name": lambda n, v: _answer(f'{{"x": {json.dumps(f"{n}: {v}")}, "{n}": "{_escaped(v)}"}}'),
    "JSON, name and value": lambda n, v: _answer(json.dumps({"env": [{"name": n, "value": v}]})),
    "JSON with a message": lambda n, v: _answer(json.dumps({"error": f"Invalid value: {n}={v} was rejected"})),
    "NDJSON": lambda n, v: _answer(json.dumps({"a": 1}) + "\n" + json.dumps({n: v}) + "\n", "application/x-ndjson"),
    "XML": lambda n, v: _answer(f"<r><a>1</a><{n}>{escape(v)}</{n}></r>", "application/xml"),
    "XML with a prefix": lambda n, v: _answer(f"<x:r><x:{n} y='1'>\n  {escape(v)}\n</x:{n}></x:r>", "text/xml"),
    "XML attribute": lambda n, v: _answer(f'<r id="1" {n}="{escape(v)}" b="2"/>', "application/xml"),
    "CDATA": lambda n, v: _answer(f"<r><{n}><![CDATA[{v}]]></{n}></r>", "application/xml"),
    "HTML input": lambda n, v: _answer(f'<form><input type="hidden" name="{n}" value="{escape(v)}"></form>', "text/html"),
    "HTML with entities": lambda n, v: _answer(f"<p>{{&quot;{n}&quot;: &quot;{escape(v)}&quot;}}</p>", "text/html"),
    "script": lambda n, v: _answer(f"<script>var c = {json.dumps({n: v})};</script>", "text/html"),
    "plain text": lambda n, v: _answer(f"Your {n}: {v}\nKeep it.", "text/plain"),
    "log lines": lambda n, v: _answer(f"2026-01-05 INFO start\n2026-01-05 DEBUG {n}={v} user=ada\n", "text/plain"),
    "header in a log": lambda n, v: _answer(f"> GET / HTTP/1.1\n> {n}: {_flat(v)}\n> Accept: */*\n", "text/plain"),
    "CSV": lambda n, v: _answer(f'user,{n},age\nada,"{v}",36\n', "text/csv"),
    "env file": lambda n, v: _answer(f"export A=1\nexport {n}={json.dumps(v)}\n", "text/plain"),
    "INI": lambda n, v: _answer(f"[main]\nuser = ada\n{n} = {_flat(v)}\n", "text/plain"),
    "YAML": lambda n, v: _answer(f"main:\n  user: ada\n  {n}: {json.dumps(v)}\n", "application/yaml"),
    "TOML": lambda n, v: _answer(f"[main]\n{n} = {json.dumps(v)}\n", "application/toml"),
    "base64": lambda n, v: _answer(json.dumps({"content": b64(f"user=ada\n{n}={v}\n")})),
    "base64 for URLs": lambda n, v: _answer(json.dumps({"content": b64url(f"user=ada;{n}={v};x=1")})),
    "base64 of JSON": lambda n, v: _answer(json.dumps({"content": b64(json.dumps({"ü": 1, n: v}))})),
    "base64 in lines": lambda n, v: _answer(json.dumps({"content": base64.encodebytes(f"user=ada\n{n}={v}\n{'x' * 90}".encode()).decode()})),
    "base64 in a query": lambda n, v: exchange(f"https://a.test/x?state={b64url(json.dumps({n: v}))}"),
    "gzip": lambda n, v: _answer(gzip.compress(json.dumps({n: v}).encode()), content_encoding="gzip"),
    "deflate": lambda n, v: _answer(zlib.compress(json.dumps({n: v}).encode()), content_encoding="deflate"),
    "gzip, sent": lambda n, v: exchange(sent=gzip.compress(json.dumps({n: v}).encode()), request_headers=(("Content-Encoding", "gzip"), ("Content-Type", "application/json"))),
    "gzip file": lambda n, v: _answer(gzip.compress(f"{n}={v}\n".encode()), "application/gzip"),
    "binary": lambda n, v: _answer(b"\x00\xff\x01 " + f"{n}={v}".encode() + b"\x00\xfe", "application/octet-stream"),
    "shell": lambda n, v: _answer(json.dumps({"cmd": f"run --{n} '{_flat(v)}' --verbose"})),
}  # fmt: skip

# A list at the end keeps the dictionary above readable: places that take a token by its looks alone.
SHAPED_PLACES: dict[str, Exchange] = {
    "path": lambda n, v: exchange(f"https://api.example.com/v1/{_once(v)}/things"),
    "prose": lambda n, v: _answer(json.dumps({"message": f"The value {v} is no longer valid."})),
    "list of texts": lambda n, v: _answer(json.dumps(["a", v, "b"])),
    "key of an object": lambda n, v: _answer(json.dumps({v: 1})),
    "XML text": lambda n, v: _answer(f"<m>see {escape(v)} there</m>", "application/xml"),
}


def look_alikes() -> dict[str, str]:
    """Texts that are stored as they are: JSON where they start with a brace, else lines of plain text."""
    hexes = {
        bits: hashlib.new(name, b"x", usedforsecurity=False).hexdigest()
        for bits, name in ((128, "md5"), (160, "sha1"), (256, "sha256"))
    }
    uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    members: dict[str, object] = {
        "id": uuid, "sha": hexes[160], "etag": f'"{hexes[128]}"', "arn": "arn:aws:iam::123456789012:role/deploy-token-reader",
        "NextToken": some(BASE64, 120) + "==", "nextToken": b64(json.dumps({"after": 77})), "next_token": some(ALNUM, 40),
        "page_token": some(URL_SAFE, 36), "continuationToken": some(BASE64, 64), "nextPageToken": some(ALNUM, 24),
        "NextContinuationToken": some(BASE64, 40), "sync_token": some(ALNUM, 20), "startingToken": some(ALNUM, 30),
        "ClientRequestToken": uuid, "clientToken": uuid, "idempotency_token": uuid, "token_count": 312, "max_tokens": 4096,
        "total_tokens": 1024, "prompt_tokens": 5, "tokens": 17, "tokenizer": "cl100k_base", "token_type": "bearer",
        "type": "bearer", "tokenExpiresAt": "2026-01-05T10:00:00Z", "token_url": "https://a.test/oauth/token",
        "password_policy": {"min_length": 12, "require_symbols": True}, "passwordLastChanged": "2026-01-05T10:00:00Z",
        "PasswordLastUsed": "2026-01-05T10:00:00Z", "password_required": True, "password_reset_url": "https://a.test/reset",
        "has_password": False, "passwordless": "enabled", "secretary": "Ada Lovelace", "authenticated": True,
        "author": "ada", "authority": "https://login.example.com", "authors": ["ada", "bob"], "keyboard": "qwertz-de-2026",
        "key": "PROJ-1", "monkey": "capuchin42x7", "keys": ["a1", "b2"], "primary_key": "order_id_2026x1",
        "partitionKey": "tenant#42#2026a", "public_key": "ssh-ed25519 " + "AAAAC3NzaC1lZDI1NTE5" + some(ALNUM, 48),
        "publishable": "pk" + "_live_" + some(ALNUM, 24), "KeyId": uuid, "kms_key_id": f"arn:aws:kms:eu-west-1:123456789012:key/{uuid}",
        "digest": "sha256:" + hexes[256], "image": "registry.example.com/app@sha256:" + hexes[256], "ulid": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "uid": "cIBgcSjkk", "channel": "C0123ABCDEF", "ts": "1767603600.123456", "user": "U0123ABCDEF", "team": "T0123ABCDEF",
        "md5": hexes[128], "checksum": b64(bytes.fromhex(hexes[256])), "content": b64("Hello, this is a plain text of some length."),
        "image_data": b64(b"\x89PNG\r\n\x1a\n" + bytes(range(60))), "color": "#a1b2c3d4", "resourceVersion": "8412390571",
        "build": "20260105.1842-rc3", "base36": "k3j9x2m1q8", "node_id": "PR_kwDOABCDEF4567ghij", "cursor": b64("cursor:v2:2026-01-05"),
        "request_id": some(ALNUM, 16), "trace": hexes[128], "span": hexes[128][:16], "version": "v1.28.3-eks-a1b2c3d",
        "session_count": 3, "sessions": 12, "session_duration": "PT1H", "authorization_endpoint": "https://a.test/authorize",
        "auth_type": "oauth2", "auth": "oauth2", "credential_type": "service_account", "credentials_url": "https://a.test/c",
        "secret_name": "prod/db-2026", "secretName": "tls-a1b2c3d4", "SecretId": "prod/db/main-7", "secretRef": {"name": "db-a1b2c3"},
        "pinned": True, "pin_count": 4, "shipping": "DHL12345678X9", "opinion": "yes 4 2", "code": 404, "error_code": "E1234ABC56",
        "country_code": "DE", "status_code": "200", "passed": 14, "passing": "14 of 15", "compass": "N42E17x9", "signed_by": "ada",
        "assignee": "a1b2c3d4e5f6", "design": "x1y2z3w4v5", "signature_algorithm": "SHA256withRSA", "significant": "a1b2c3d4e5",
        "cookie_policy": "accepted-2026a1", "side": "left42right77x", "sid": "SM" + hexes[128], "account_sid": "AC" + hexes[128],
        "certificate": pem("CERTIFICATE"), "pem": pem("PUBLIC KEY"), "gpg": pem("PGP SIGNATURE"), "bytes": 12345678901234567890123,
        "ratio": 1.0, "text": "Basic authentication is off; the bearer of this card", "title": "fix: token refresh (#42)",
        "message": "password: must not be empty", "note": "Rotate the api key and the client secret every 90 days",
        "hint": "set the password in the settings of version 2.4.1", "path": "/repos/octocat/Hello-World/pulls/1347/commits",
        "url": "https://a.test:8080/a@b?page=2&per_page=100", "email": "ada@example.com", "ip": "192.0.2.17",
        "permalink": f"https://a.test/blob/{hexes[160]}/src/token.py#L10-L20", "mask": "********", "var": "${DB_PASSWORD}",
    }  # fmt: skip
    texts = {name: json.dumps({name: value}) for name, value in members.items()}
    lines = {
        "commit": f"commit {hexes[160]}\nAuthor: Ada <ada@example.com>\nDate: Mon Jan 5 10:00:00 2026\n\n    Add token refresh\n",
        "prose": "The token expires. A password is required: choose one. The secret is patience, not haste.\n",
        "yaml": "tokenizer: bpe\nmax_tokens: 4096\nkey: PROJ-1\npassword: ${PASSWORD}\nauthor: ada\n",
        "tree": f"100644 blob {hexes[160]}\tsrc/secret_names.py\n",
        "query": "GET /v1/things?page_token=abc123def456ghi789&key=reports/2026/01/data.parquet&sort=-created\n",
        "masked": "password=******** token=[REDACTED] secret=<hidden>\n",
        "xml": f"<r><NextToken>{some(BASE64, 80)}</NextToken><ETag>&quot;{hexes[128]}&quot;</ETag><Key>a/b.txt</Key></r>",
        "table": "key,count,author\nPROJ-1,3,ada\nPROJ-2,4,bob\n",
    }
    return texts | lines
