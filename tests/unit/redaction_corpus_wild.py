# ruff: noqa: E501 - one secret, place or look-alike a line reads as the table it is
"""Secrets as programs, logs, files and services write them, in whole texts, made anew from any seed.

Each kind makes a text from a generator and says what part of it is secret. Token-shaped values are put together from
parts at run time, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

from tests.unit.redaction_corpus import FORM, Exchange, _answer, _sent, exchange

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
URL_SAFE = ALNUM + "_-"
BASE64 = ALNUM + "+/"
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits


class Maker:
    """Random texts; `secrets` are those that a kind has made."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the values have to be the same in every run
        self.secrets: list[str] = []

    def __call__(self, count: int, chars: str = ALNUM) -> str:
        while True:
            value = "".join(self._random.choices(chars, k=count))
            if any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
                self.secrets.append(value)
                return value

    def uuid(self) -> str:
        value = "-".join("".join(self._random.choices(HEX, k=size)) for size in (8, 4, 4, 4, 12))
        self.secrets.append(value)
        return value

    def plain(self, count: int, chars: str = ALNUM) -> str:
        """Beside a secret and none itself."""
        return "".join(self._random.choices(chars, k=count))

    def basic(self) -> str:
        self.secrets.append(base64.b64encode(f"ada:{self.plain(14)}".encode()).decode())
        return self.secrets[-1]


Kind = Callable[[Maker], str]


def _in_base64(make: Maker, text: str) -> str:
    made = base64.b64encode(text.encode()).decode()
    make.secrets[-1:] = [made]
    return made


TOKENS: dict[str, Kind] = {
    "GitLab registration": lambda m: "GR" + "1348941" + m(20, URL_SAFE),
    "GitLab routable": lambda m: "gl" + "pat-" + m(27, URL_SAFE) + ".01." + m.plain(9, LOWER),
    "Atlassian scoped": lambda m: "ATS" + "TT3xFfGN0" + m(100, URL_SAFE),
    "Mailgun": lambda m: m(32, HEX) + "-" + m.plain(8, HEX) + "-" + m.plain(8, HEX),
    "New Relic insert": lambda m: "NR" + "II-" + m(32, URL_SAFE),
    "Snyk": lambda m: "snyk" + "_uat." + m.plain(8, HEX) + "." + m(60, URL_SAFE),
    "LaunchDarkly": lambda m: "sd" + "k-" + m.uuid(),
    "JFrog": lambda m: "AK" + "Cp8" + m(69),
    "JFrog reference": lambda m: "cmVm" + "dGtuOj" + m(54),
    "Twitter": lambda m: "A" * 22 + m(30) + "%3D" + m(50),
    "Dropbox": lambda m: "sl" + ".B" + m(130, URL_SAFE),
    "crates.io": lambda m: "ci" + "o" + m(32),
    "Asana": lambda m: "1/" + m.plain(16, string.digits) + ":" + m(32, HEX),
    "Contentful": lambda m: "CF" + "PAT-" + m(43, URL_SAFE),
    "Harness": lambda m: "pa" + "t." + m.plain(22) + "." + m(24, HEX) + "." + m(20),
    "1Password": lambda m: "A3-" + "-".join(m.plain(size, UPPER) for size in (6, 11, 5, 5)) + "-" + m(5, UPPER),
    "Alibaba": lambda m: "LT" + "AI5t" + m(18),
    "Brevo": lambda m: "xkey" + "sib-" + m(64, HEX) + "-" + m.plain(16),
    "Typeform": lambda m: "tf" + "p_" + m(59, URL_SAFE),
    "RapidAPI": lambda m: (
        m.plain(10, LOWER) + "msh" + m(15, LOWER) + "p1" + m.plain(6, LOWER) + "jsn" + m.plain(12, LOWER)
    ),
    "Honeycomb": lambda m: "hcai" + "k_01" + m(56, LOWER),
    "PASETO": lambda m: "v4." + "local." + m(120, URL_SAFE),
    "Dropbox, any": lambda m: "sl" + "." + m(140, URL_SAFE),
    "Salesforce": lambda m: "00" + "D" + m.plain(12) + "!" + m(96, ALNUM + "._"),
    "macaroon": lambda m: "MDAx" + "Y2xvY2F0aW9u" + m(180),
    "PKCS #12": lambda m: "MIIK" + "AAIBAzCC" + m(300),
    "Azure function, URL-safe": lambda m: m(44, URL_SAFE) + "Az" + "Fu" + m.plain(6) + "==",
    "Akamai": lambda m: "ak" + "ab-" + m(16, LOWER) + "-" + m(16, LOWER),
    "Twitter, escaped": lambda m: "A" * 22 + m(7) + "%2B" + m.plain(28) + "%3D" + m(50),
    "vendor nobody listed": lambda m: "acme" + "_live_" + m(32),
}
"""Known by their looks, wherever they stand."""

WRITTEN: dict[str, Kind] = {
    "JDBC Oracle": lambda m: f"jdbc:oracle:thin:scott/{m(12)}@//db.example.com:1521/svc",
    "JDBC SQL Server": lambda m: f"jdbc:sqlserver://db:1433;databaseName=app;user=sa;password={m(14)};encrypt=true",
    "ODBC": lambda m: f"Driver={{ODBC Driver 18}};Server=tcp:db,1433;Uid=sa;Pwd={m(14)};Encrypt=yes;",
    "libpq": lambda m: f"host=db port=5432 user=app password={m(14)} dbname=app",
    "password in prose": lambda m: f"Your temporary password is Abc-{m(8)} until tomorrow",
    "docker login": lambda m: f"docker login -u ada -p {m(20)} registry.example.com",
    "sshpass": lambda m: f"sshpass -p {m(14)} ssh ada@host",
    "curl user": lambda m: f"curl -u ada:{m(16)} https://api.example.com",
    "curl header": lambda m: f"curl -H 'X-Api-Key: {m(32)}' https://api.example.com",
    "flag": lambda m: f"vault login --token {m(26)}",
    "SQL": lambda m: f"CREATE USER 'app'@'%' IDENTIFIED BY '{m(16)}'",
    "PHP": lambda m: f"define('DB_PASSWORD', '{m(16)}');",
    "Ruby": lambda m: f":password => '{m(16)}'",
    "netrc": lambda m: f"machine api.example.com login deploy password {m(20)}",
    "npmrc": lambda m: f"//npm.example.com/:_authToken={m(36)}",
    "htpasswd": lambda m: f"ada:$apr1${m.plain(8)}${m(22)}",
    "JAAS": lambda m: f'PlainLoginModule required username="svc" password="{m(20)}";',
    "one cookie of some": lambda m: f"Cookie: theme=dark; sessionid={m(32, LOWER)}",
    "property list": lambda m: f"<dict><key>password</key><string>{m(16)}</string></dict>",
    "Android strings": lambda m: f'<string name="api_key">{m(30)}</string>',
    "hidden field, value first": lambda m: f'<input value="{m(40)}" id="x" type="hidden" name="csrf_token">',
    "CloudFormation parameter": lambda m: json.dumps(
        {"Parameters": [{"ParameterKey": "DbPassword", "ParameterValue": m(16)}]}
    ),
    "output": lambda m: json.dumps(
        {"Outputs": [{"OutputKey": "ApiSecret", "Description": "it", "OutputValue": m(20)}]}
    ),
    "value before its name": lambda m: json.dumps(
        {"vars": [{"value": m(16), "scope": {"a": 1}, "name": "API_SECRET"}]}
    ),
    "pair": lambda m: json.dumps({"headers": [["X-Api-Key", m(24)], ["Accept", "*/*"]]}),
    "flag in a list": lambda m: json.dumps({"command": ["tool", "--password", m(16)]}),
    "header in a map": lambda m: json.dumps({"headers": {"Authorization": "Basic " + m.basic(), "Accept": "*/*"}}),
    "secure parameter": lambda m: json.dumps(
        {"Parameter": {"Name": "/app/x", "Type": "SecureString", "Value": m(18), "Version": 3}}
    ),
    "Kubernetes": lambda m: json.dumps({"kind": "Secret", "data": {"conf": _in_base64(m, m(18))}}),
    "Kubernetes, several": lambda m: json.dumps(
        {"kind": "SecretList", "items": [{"data": {"conf": _in_base64(m, m(18))}}]}
    ),
    "web key, RSA": lambda m: json.dumps(
        {"kty": "RSA", "kid": "k1", "n": m.plain(86, URL_SAFE), "e": "AQAB", "d": m(86, URL_SAFE)}
    ),
    "web key, symmetric": lambda m: json.dumps({"kty": "oct", "kid": "k1", "k": m(43, URL_SAFE)}),
    "recovery codes": lambda m: json.dumps({"recovery_codes": [m(10, LOWER), m(10, LOWER)]}),
    "Python's dict": lambda m: f"{{'user': 'ada', 'password': '{m(16)}'}}",
    "GraphQL": lambda m: json.dumps({"query": f'mutation {{ login(user: "ada", password: "{m(16)}") {{ ok }} }}'}),
    "WireGuard": lambda m: f"[Interface] PrivateKey = {m(43, BASE64)}=",
    "directory": lambda m: f"userPassword: {{SSHA}}{m(28, BASE64)}",
    "form list": lambda m: f"password[]={m(16)}&next=1",
    "Redis": lambda m: f"REDIS_AUTH={m(16)}",
    "sign-on": lambda m: f"cf={m.plain(3)}&PHPSESSID={m(26, LOWER)}",
    "Kerberos": lambda m: f"Negotiate YII{m(160, BASE64)}",
    "Hawk": lambda m: f'Hawk id="ada", ts="1700000000", nonce="j4h3g2", mac="{m(43, BASE64)}="',
    "Azure's shared key": lambda m: f"x SharedKey till:{m(43, BASE64)}=",
    "Wi-Fi": lambda m: f"WIFI:T:WPA;S:office;P:{m(14)};;",
    "password file of Postgres": lambda m: f"db.example.com:5432:main:app:{m(14)}",
    "LDIF": lambda m: f"dn: cn=ada\nuserPassword:: {_in_base64(m, m(16))}\n",
    "JSON Patch": lambda m: json.dumps([{"op": "add", "path": "/spec/api_token", "value": m(24)}]),
    "XML-RPC": lambda m: f"<member><name>api_key</name><value><string>{m(24)}</string></value></member>",
    "Azure's vault": lambda m: json.dumps({"value": m(20), "id": "https://till.vault.azure.net/secrets/db/1"}),
    "Google's vault": lambda m: json.dumps(
        {"name": "projects/1/secrets/db/versions/3", "payload": {"data": _in_base64(m, m(18)), "dataCrc32c": "1"}}
    ),
    "AppRole": lambda m: json.dumps({"secret_id": m.uuid(), "secret_id_accessor": m.plain(8)}),
    "key sent back": lambda m: f"Incorrect API key provided: {m.uuid()}. See the documentation.",
    "list of keys": lambda m: json.dumps({"client_api_keys": [m(32, HEX), m(32, HEX)]}),
    "name as escapes": lambda m: json.dumps({"contrase\u00f1a": m(14)}),
    "Consul": lambda m: json.dumps({"AccessorID": m.plain(8), "SecretID": m.uuid()}),
    "signed webhook": lambda m: f"X-Shopify-Hmac-Sha256: {m(43, BASE64)}=",
    "session token of STS": lambda m: json.dumps(
        {"Credentials": {"SecretAccessKey": m(40, BASE64), "SessionToken": "IQ" + "oJb3JpZ2lu" + m(120)}}
    ),
}
"""Known by what stands around them."""


def _wrapped(text: str) -> str:
    return base64.encodebytes(f"# settings that take more than one line of base64\n{text}\n".encode()).decode()


WHOLE_PLACES: dict[str, Exchange] = {
    "JSON text": lambda _, v: _answer(json.dumps({"note": v})),
    "JSON in JSON in JSON": lambda _, v: _answer(json.dumps({"m": json.dumps({"n": json.dumps({"note": v})})})),
    "letters as escapes": lambda _, v: _answer('{"note":"' + "".join(f"\\u{ord(char):04x}" for char in v) + '"}'),
    "base64 in lines": lambda _, v: _answer(json.dumps({"content": _wrapped(v)})),
    "query": lambda _, v: exchange(f"https://api.example.com/x?note={quote(v, safe='')}&z=1"),
    "query with plus signs": lambda _, v: exchange(f"https://api.example.com/x?note={quote_plus(v)}&z=1"),
    "form": lambda _, v: _sent(f"note={quote_plus(v)}", FORM),
    "path segment": lambda _, v: exchange(f"https://api.example.com/v1/{quote(v, safe='')}/x"),
    "XML": lambda _, v: _answer(f"<r><note>{escape(v)}</note></r>", "text/xml"),
    "plain text": lambda _, v: _answer(f"one\n{v}\ntwo\n", "text/plain"),
    "YAML": lambda _, v: _answer(f"a:\n  note: {json.dumps(v)}\n", "text/yaml"),
    "UTF-16": lambda _, v: _answer(v.encode("utf-16"), "text/plain; charset=utf-16"),
}

SENTENCES: dict[str, str] = {
    "placeholders": '{"password":"***","token":"<your-token>","api_key":"${API_KEY}","secret":"{{ secret }}","apiKey":"YOUR_API_KEY","pwd":"[FILTERED]","x_token":"{token}"}',
    "references": '{"password":"vault:secret/data/db#password","token":"op://vault/item/field","secret":"arn:aws:ssm:eu-west-1:111122223333:parameter/app/db","api_key":"@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/x/)"}',
    "paths": '{"private_key":"/etc/ssl/private/key.pem","password_file":"/run/secrets/db"}',
    "OpenAPI": '{"properties":{"password":{"type":"string","format":"password","minLength":8,"description":"The password of the user"},"token":{"$ref":"#/components/schemas/Token"}},"securitySchemes":{"apiKey":{"type":"apiKey","in":"header","name":"X-API-Key"}}}',
    "JSON schema": '{"password":{"type":"string","pattern":"^[A-Za-z0-9]{8,64}$"},"api_key":{"type":["string","null"],"maxLength":64}}',
    "GraphQL": '{"query":"query($token: String!) { user(token: $token) { id passwordChangedAt } }"}',
    "labels": '{"password":"Passwort","token":"Token","api_key":"API Key","login.password.placeholder":"Enter your password"}',
    "faults of a form": '{"errors":{"password":["is too short (minimum is 8 characters)","must contain a number"],"token":"is invalid"}}',
    "scopes": '{"token":{"id":7,"name":"ci","expires_at":"2026-01-05","scopes":["repo","read:org"],"last_used":null}}',
    "one-time passwords": '{"mfa":{"enabled":true,"type":"totp"},"totp":{"digits":6,"period":30,"algorithm":"SHA1"},"pin":"header"}',
    "algorithms": '{"signature":"sha256WithRSAEncryption","signatureAlgorithm":"ecdsa-with-SHA256"}',
    "Python": "def login(user, password=None):\n    return client.login(user, password=password, token=self.token)\n",
    "settings": "password = os.environ['DB_PASSWORD']\ntoken = get_token()\napi_key = settings.API_KEY\n",
    "JavaScript": "const token = await getToken(); const password = req.body.password; headers['X-Api-Key'] = apiKey;",
    "Terraform": 'resource "x" "y" { password = var.password }\n',
    "Helm": 'password: {{ .Values.db.password | b64enc }}\ntoken: {{ required "token" .Values.token }}\n',
    "Compose": "environment:\n  POSTGRES_PASSWORD_FILE: /run/secrets/pg\n  POSTGRES_PASSWORD: ${PG_PASSWORD}\n",
    "workflow": "env:\n  TOKEN: ${{ secrets.GITHUB_TOKEN }}\npermissions:\n  id-token: write\n",
    "curl with variables": "curl -u user:$TOKEN -H 'Authorization: Bearer $TOKEN' https://api.example.com -H \"X-Api-Key: ${KEY}\"",
    "SQL": "SELECT id, password_hash FROM users WHERE token IS NOT NULL AND password = ?",
    "CSS": ".token.password { color: #a1b2c3 } .api-key::before { content: 'key' }",
    "secret's ARN": '{"valueFrom":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCd12"}',
    "policy": '{"Statement":[{"Sid":"AllowS3Access2024","Resource":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-*"}]}',
    "prose": "The password is stored in Vault. Token: see the wiki. Secret: none. API key: required.",
    "masks": '{"secret":"abcd****wxyz","api_key":"sk-...abcd","token":"…f3a9"}',
    "labels of others": '{"password":"Contrase\\u00f1a","fr":{"password":"Mot de passe"},"ja":{"password":"\\u30d1\\u30b9\\u30ef\\u30fc\\u30c9"}}',
    "units": '{"TokenValidityUnits":{"AccessToken":"minutes","RefreshToken":"days"},"cookies":"essential"}',
    "volume": '{"volumes":[{"name":"tls","secret":{"secretName":"web-tls","defaultMode":420,"optional":false}}]}',
    "compared": "function r(e){return e.password&&e.token===n.token?e.secretKey:null}",
    "code in Markdown": "Set `API_KEY=your-api-key-here` before the first call.",
    "words for any password": "postgresql://user:password@localhost:5432/db and curl -u user:password https://api.example.com",
    "fingerprint of a key": '{"key":{"fingerprint":"SHA256:MRQIALCJ9Lk5aAa7GENHmw0srHOHMweDmD8kbbY3K0A","last4":"3K0A"}}',
    "lists about keys": '{"secrets":["db-a1b2c3d4e5f6g7h8"],"api_keys":[{"id":"k_9f8e7d6c5b4a39281706","name":"ci"}],"tokens":["the","quick"]}',
    "an id of 40": '{"ref":"a7NqT0x","note":"' + "Zk3" + "vQ9" * 3 + "hT2mB7xL0cR5nW8pJ4dF6gS1yAeUo" + '"}',
    "checksums with a name in them": '{"CodeSha256":"2XDxNORRxSrf+YBdPrL9HGRk1p6r+9Snc4+oHklzFME="}',
    "digests that begin as tokens": '{"digest":"sha256:4b1d69b3dd8df3c2220a407b6b74c05a7b6e1f0c9d8e7f6a5b4c3d2e1f0a9b8c","cursor":"8UJbJTC7jOOY00Yd7rd+u+9QRBIsDWZAOoYZ+XJl"}',
    "base64 with a name in it": '{"certificate":"4OqUcet9+Qob1y64cCkYR12B2npWd+/NVM9cbanhlMy3Cs5kz"}',
    "names in a list": '{"fields":["token","password"],"headers":["Authorization","X-Api-Key"],"pair":["password","token"]}',
}
"""Texts that speak of secrets and hold none."""
