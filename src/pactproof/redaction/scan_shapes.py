"""What the scan takes for a secret by its looks: a table of its own, coarser than the redactor's, with the same ids."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import log2
from typing import Final

from pactproof.redaction.rule import TokenRule

_HIDDEN: Final = "REDACTED-"
_BITS: Final = 2.6
"""Of a character of a token, at least; words of a language and names put together have less and no digits."""

_PREFIXES: Final = """
    github-token: ghp_ gho_ ghu_ ghs_ ghr_ github_pat_
    gitlab-token: glpat- gldt- glrt- glcbt- glptt- glft- glagent- gloas- glsoat- glimt- GR1348941
    grafana-token: glsa_ glc_
    grafana-api-key: eyJrIjo
    slack-token: xoxb- xoxp- xoxa- xoxs- xoxr- xoxe. xoxe- xapp-
    stripe-key: sk_live_ sk_test_ rk_live_ rk_test_ whsec_
    atlassian-token: ATATT ATCTT ATSTT ATBB
    npm-token: npm_
    pypi-token: pypi-AgE
    docker-token: dckr_pat_ dckr_oat_
    vault-token: hvs. hvb. hvr.
    digitalocean-token: dop_v1_ doo_v1_ dor_v1_
    google-api-key: AIza
    google-token: ya29. GOCSPX-
    google-refresh-token: 1//0
    newrelic-key: NRAK- NRII- NRAA- NRJS-
    sendgrid-key: SG.
    sentry-token: sntrys_ sntryu_
    sonar-token: squ_ sqp_ sqa_
    openai-or-anthropic-key: sk-ant- sk-proj- sk-svcacct- sk-
    huggingface-token: hf_
    xai-key: gsk_ xai- pplx-
    replicate-token: r8_
    linear-key: lin_api_ lin_oauth_
    notion-token: ntn_ secret_
    shopify-token: shpat_ shpss_ shpca_ shppa_
    square-token: sq0csp- sq0atp- EAAAE
    facebook-token: EAA
    doppler-token: dp.pt. dp.st. dp.ct. dp.sa.
    planetscale-token: pscale_tkn_ pscale_pw_ pscale_oauth_
    databricks-token: dapi
    figma-token: figd_ figo_
    postman-key: PMAK-
    pulumi-token: pul-
    rubygems-key: rubygems_
    nuget-key: oy2
    heroku-key: HRKU-
    dynatrace-token: dt0c01.
    mailgun-key: key-
    twilio-key: SK
    aws-session-token: IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz
    aws-access-key-id: AKIA ASIA
    prefixed-token: hcaik_ hcbik_ hcxik_ hcalk_ hcamk_
    prefixed-token: fio-u- tskey- nfp_ vcp_ rnd_ sbp_ fo1_ fm2_ CCIPAT_ bkua_ pnu_ rdme_ shippo_ EZAK duffel_ AKCp
    prefixed-token: cmVmdGtu snyk_uat. sl.B CFPAT- tk-us- ico- s-s4t2ud- CLOJARS_ ops_eyJ LTAI p8e- xkeysib- tfp_ cio
    cloudflare-token: cfut_ cfpat_ v1.0-
"""
_HEX_PREFIXES: Final = frozenset({"SK", "key-", "dapi"})


def _table() -> Iterator[TokenRule]:
    for line in _PREFIXES.strip().splitlines():
        name, _, prefixes = line.strip().partition(": ")
        for prefix in prefixes.split():
            tail = "[0-9a-f]{32}" if prefix in _HEX_PREFIXES else r"[A-Za-z0-9_./+=~-]{15,}"
            pattern = re.compile(r"(?<![A-Za-z0-9_-])" + re.escape(prefix) + tail)
            yield TokenRule(name, (prefix.lower(),), pattern, is_unguessable, spans_words=not prefix.isalnum())
    yield from _SPECIAL


@lru_cache(maxsize=4096)
def is_unguessable(value: str) -> bool:
    """Whether a text is as random as what a machine made to be a secret, by the bits of its characters."""
    if len(value) < 12 or _HIDDEN in value or not any(map(str.isalpha, value)):
        return False
    if not any(map(str.isdigit, value)) and (value == value.lower() or len(value) < 24):
        return False
    counts = Counter(value)
    bits = -sum(count / len(value) * log2(count / len(value)) for count in counts.values())
    return bits >= _BITS


def _is_user_and_password(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False


def _is_left(value: str) -> bool:
    """Not a placeholder, no word that stands for any password, and no reference to where the secret is."""
    is_word = value.lower() in ("password", "secret", "token")
    return not is_word and _HIDDEN not in value and value[:1] not in "$<{*[(" and any(map(str.isalnum, value))


def _special(name: str, hints: str, pattern: str, holds: object = is_unguessable) -> TokenRule:
    return TokenRule(name, tuple(hints.split()), re.compile(pattern), holds)  # type: ignore[arg-type]


_SPECIAL: Final = (
    _special(
        "private-key", "-----begin", r"-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----(?P<secret>[^-\"'<]{3,})", _is_left
    ),
    _special("private-key", "private-lines private-mac", r"Private-(?:MAC|Lines): ?(?P<secret>[0-9a-f]{2,})", _is_left),
    _special("age-key", "age-secret-key-1", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    _special("jwt", "eyj", r"\beyJ[\w-]{8,}\.[\w-]{16,}\.[\w-]*"),
    _special("bearer", "bearer", r"(?i:\bbearer[ +:=]+)[\"']?(?P<secret>[\w.~+/|-]{16,})"),
    TokenRule(
        "basic-segment",
        ("basic ", "basic+"),
        re.compile(r"(?i:\bbasic[ +]+)(?P<secret>[A-Za-z0-9+]{8,}={0,2})/"),
        _is_user_and_password,
    ),
    TokenRule(
        "basic",
        ("basic ", "basic+"),
        re.compile(r"(?i:\bbasic[ +]+)(?P<secret>[A-Za-z0-9+/]{8,}={0,2})"),
        _is_user_and_password,
    ),
    TokenRule(
        "scheme",
        ("authorization:", "authorization=", 'authorization"', "authorization'", "authorization "),
        re.compile(r"(?i:authorization[\"']?\s?[:=]\s?[\"']?\w+ )(?:token=)?(?P<secret>[\w.+/=-]{16,})"),
        is_unguessable,
    ),
    _special("userinfo", "://", r"://[^/\s:@\"'<>?#\\]*+:(?P<secret>[^/\s\"'<>?#@\\]{3,})@[\w.-]", _is_left),
    _special("userinfo-user", "://", r"://(?P<secret>[A-Za-z0-9_-]{16,}+)@[\w.-]"),
    _special("slack-webhook", "hooks.slack", r"hooks\.slack\.com/\w+/(?P<secret>[\w/-]{16,})", _is_left),
    _special("discord-webhook", "api/webhooks/", r"/api/webhooks/[0-9]+/(?P<secret>[\w-]{24,})"),
    _special("teams-webhook", "webhook.office", r"webhook\.office\.com/(?P<secret>\w+/[0-9a-f-]{36})"),
    _special("aws-signature", "signature=", r"(?i:signature=)(?P<secret>[\w~-]{64,})"),
    _special("sas-signature", "sig=", r"[?&;]sig=(?P<secret>[A-Za-z0-9+/%]{24,})"),
    _special("azure-key", "accountkey accesskey", r"(?i:(?:account|access)key=)(?P<secret>[A-Za-z0-9+/%]{24,})"),
    _special("azure-client-secret", "q~", r"(?<![\w~.-])[\w~.-]{3}[0-9]Q~[\w~.-]{28,}"),
    _special("terraform-token", "atlasv1", r"\w{10,}\.atlasv1\.[\w-]{30,}"),
    _special("telegram-token", ":aa", r"(?<![0-9])[0-9]{8,11}:AA[\w-]{30,}"),
    _special("mailchimp-key", "-us", r"(?<![\w-])[0-9a-f]{32}-us[0-9]{1,2}(?![\w-])"),
    _special("airtable-token", "pat", r"\bpat\w{14}\.[0-9a-f]{60,}"),
    _special("launchdarkly-key", "sdk- api-", r"(?<![\w-])(?:sdk|api)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    _special("discord-token", ".", r"(?<![\w.-])[MNO]\w{23,26}\.[\w-]{6}\.[\w-]{27,}(?![\w.])"),
    _special("mailgun-token", "-", r"(?<![\w-])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])"),
    _special("newrelic-key", "nral", r"[0-9a-f]{36}NRAL"),
    _special("twitter-token", "aaaaaaaaaaaaaaaa", r"\bA{16,}[\w%=-]{40,}"),
    _special(
        "asana-token",
        " ".join(f"{kind}/{digit}" for kind in "012" for digit in range(10)),
        r"(?<![\w/])[0-2]/[0-9]{10,}:[0-9a-f]{32}",
    ),
    _special("harness-token", "pat.", r"(?<![\w.])pat\.[\w-]{20,}\.[0-9a-f]{20,}\.\w{16,}"),
    _special("onepassword-key", "a3-", r"\bA3-[A-Z0-9]{6}-[A-Z0-9]{6,11}-[A-Z0-9-]{10,}"),
    _special("rapidapi-key", "msh", r"\b[a-z0-9]{8,12}msh[a-z0-9]{12,18}p1[a-z0-9]{4,8}jsn[a-z0-9]{10,}"),
    _special("oracle-userinfo", "jdbc:oracle", r"jdbc:oracle:\w+:\w+/(?P<secret>[^@\s]{4,})@", _is_left),
    TokenRule(
        "login-password",
        (" -p", "\t-p"),
        re.compile(r"(?:login\b[^\n]{0,100}?|sshpass)\s-p[ =]?(?P<secret>[^\s\"'\\]{6,})"),
        _is_left,
    ),
    _special("sql-password", "identified", r"(?i:identified by )[\"']?(?P<secret>[^\"'\\\s]{4,})", _is_left),
    _special("secret-name", "password", r"(?i:with password )[\"'](?P<secret>[^\"'\\\s]{4,})", _is_left),
    _special("secret-name", "code=", r"[?&]code=(?P<secret>[\w-]{20,})&(?:amp;)?state="),
    _special("dropbox-token", "sl.", r"(?<![\w.-])sl\.[\w.-]{100,}"),
    _special("pkcs12", "ibazcc", r"\bMII\w{3}IBAzCC(?P<secret>[\w+/-]{60,})"),
    _special("azure-key-by-mark", "azfu", r"(?<![\w-])[\w-]{44,60}AzFu[\w-]{6,}"),
    _special("akamai-token", "akab-", r"(?<![\w-])akab-\w{16}-\w{16}(?![\w.-])"),
    _special("pgpass", ":5432:", r"[\w.-]+:5432:[\w*.-]+:[\w*.-]+:(?P<secret>[^\s:\"'<>\\]{4,})", _is_left),
    _special("paseto", "v1. v2. v3. v4.", r"\bv[1-4]\.(?:local|public)\.(?P<secret>[\w-]{32,})"),
    _special("salesforce-token", "00d", r"\b00D\w{12,15}!(?P<secret>[\w.]{40,})"),
    _special("negotiate", "negotiate ntlm", r"(?i:\b(?:negotiate|ntlm) +)(?P<secret>[A-Za-z0-9+/]{30,})"),
    _special("macaroon", "xvy2f0aw9u", r"\bMDA\w{3}xvY2F0aW9u(?P<secret>[\w+/-]{20,})"),
    _special(
        "scheme-signature",
        "sharedkey sharedkeylite goog1",
        r"\b(?:SharedKey\w*|GOOG1) +[\w.-]+:(?P<secret>[A-Za-z0-9+/]{24,})",
    ),
    _special("wifi-password", "wifi:", r"WIFI:[^\n]{0,80}?\bP:(?P<secret>[^;\s\"]{4,});", _is_left),
    _special("bcrypt-hash", "$2a$ $2b$ $2y$", r"\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{40,}"),
    _special(
        "crypt-hash", "$6$ $5$ $1$ $apr1$ $argon2", r"\$(?:[156]|apr1|argon2\w*)\$[^\s\"'$]{1,40}\$[./A-Za-z0-9]{20,}"
    ),
    _special("pagerduty-key", "u+", r"(?<![\w+])u\+[\w+-]{16,20}(?![\w+-])"),
    _special("vault-legacy-token", "s.", r"(?<![\w.-])s\.\w{24,26}(?![\w.-])"),
    _special("okta-token", "00", r"(?<![\w+-])00[\w-]{40}(?![\w+=-])"),
    _special("ssws", "ssws", r"\bSSWS\s+(?P<secret>[\w-]{16,})"),
    _special("genie-key", "geniekey", r"\bGenieKey\s+(?P<secret>[\w-]{16,})"),
    _special("vendor-token", "_live_", r"(?<![A-Za-z0-9_])(?!pk|pub)[a-z]{2,12}_live_\w{24,}"),
    _special("curl-user", "curl", r"\s(?:-u|--user)[ =]?[\"']?[\w.@+-]+:(?P<secret>[^\s\"'\\]{4,})", _is_left),
    _special("digest", "response=", r"(?i:digest\s[^\n]{0,400}?response=)[\\\"]*(?P<secret>[0-9a-f]{32})"),
    _special(
        "kubernetes-secret",
        "secret",
        r"\bkind[\"']?:\s*[\"']?Secret\b[\"']?[^}]{0,400}?(?i:data)[\"']?:[\s{]*[\"']?[\w.-]+[\"']?:\s*[\"']?(?P<secret>[A-Za-z0-9+/]{8,})",
    ),
    _special(
        "secret-name",
        "securestring",
        r"SecureString[\"']?\s*,[^{}]{0,200}?Value[\"']?\s*:\s*[\"']?(?P<secret>[^\"'\\]{6,})",
        _is_left,
    ),
    _special("secret-name", "kty", r"\bkty\b[^{}]{0,3000}?[\"'](?:d|k|p|q)[\"']\s*:\s*[\"'](?P<secret>[\w-]{16,})"),
)

SHAPES: Final = tuple(_table())
