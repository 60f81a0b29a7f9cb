"""Tokens that are known by their looks. Sources: what each vendor documents of its own tokens' prefixes and lengths."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Final

from pactproof.redaction.names import is_no_secret, looks_random
from pactproof.redaction.rule import TokenRule

__all__ = ["TOKEN_RULES", "TokenRule"]


_IDS_OF_ONE_WORD: Final = """
    github-token grafana-token gitlab-token slack-token slack-webhook aws-access-key-id aws-session-token
    stripe-key age-key jwt atlassian-token twilio-key sendgrid-key npm-token pypi-token rubygems-key nuget-key
    docker-token vault-token vault-legacy-token terraform-token digitalocean-token google-api-key google-token
    google-refresh-token azure-client-secret azure-devops-token openai-or-anthropic-key xai-key replicate-token
    huggingface-token newrelic-key sentry-token mailgun-key mailchimp-key discord-token discord-webhook
    facebook-token shopify-token square-token databricks-token linear-key notion-token airtable-token
    airtable-key heroku-key cloudflare-token okta-token postman-key pulumi-token doppler-token dynatrace-token
    sonar-token planetscale-token figma-token prefixed-token aws-secret-key pagerduty-key
    mailgun-token launchdarkly-key rapidapi-key vendor-token onepassword-key harness-token plaid-token mapbox-token
    openshift-token azure-key-by-mark paseto dropbox-token akamai-token macaroon pkcs12
"""
_MANY_CAPITALS: Final = 7
_OF_ONE_WORD: Final = frozenset(_IDS_OF_ONE_WORD.split())


def _rule(name: str, hints: str, pattern: str, holds: Callable[[str], bool] = bool) -> TokenRule:
    return TokenRule(name, tuple(hints.split()), re.compile(pattern), holds, spans_words=name not in _OF_ONE_WORD)


def _is_given(value: str) -> bool:
    return not is_no_secret(value)


def _is_basic_credential(value: str) -> bool:
    try:
        plain = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
        return b":" in plain and plain.decode("utf-8").isprintable() and b"REDACTED-" not in plain
    except ValueError:
        return False


def _is_random(value: str) -> bool:
    """Prose ("bearer authentication") has neither digits nor capitals in the middle of a word."""
    return any(char.isdigit() for char in value) or not value[1:].islower()


def _is_random_with_digit(value: str) -> bool:
    """The mappings of source maps begin so too, and have next to no digits."""
    return looks_random(value) and any(map(str.isdigit, value))


def _is_mixed(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isupper, value)) and any(map(str.islower, value))


def _is_mixed_often(value: str) -> bool:
    """With digits, or with more capitals than names in code have."""
    capitals = sum(map(str.isupper, value))
    return _is_mixed(value) or _MANY_CAPITALS <= capitals <= len(value) - _MANY_CAPITALS


def _is_jwt(value: str) -> bool:
    head = value.partition(".")[0]
    try:
        return isinstance(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))), dict)
    except ValueError:
        return True  # cut, or not as the standard has it: still no text that anybody writes


def _is_aws_secret(value: str) -> bool:
    """40 characters of base64 from 30 random bytes: not hex, no text when decoded, no path."""
    if not _is_mixed(value) or len(set(value)) < 18 or value.startswith("H4sI"):  # what gzip begins with
        return False
    if value.count("/") > 4 or re.search(r"[a-z]{8}|[A-Z][a-z]{5,}|/[a-z]+/", value):
        return False
    plain = base64.b64decode(value)
    return sum(32 <= byte < 127 for byte in plain) < len(plain) * 0.75


_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_PREFIXES: Final = """
    dG9rO hcaik_ hcbik_ hcxik_ hcalk_ hcxlk_ hcamk_ hcxmk_
    fio-u- tskey- nfp_ nfc_ vercel_ vcp_ vcr_ rnd_ sbp_ sb_secret_ fo1_ fm2_ fm1a_ fm1r_ CCIPAT_ CCIPRJ_ bkua_ pat-na1-
    pat-eu1- pnu_ rdme_ shippo_live_ shippo_test_ EZAK EZTK duffel_live_ duffel_test_ AKCp cmVmdGtu
    snyk_uat. sl.B sl.u. CFPAT- tk-us- ico- s-s4t2ud- s-s4t2af- CLOJARS_ ops_eyJ LTAI p8e- xkeysib- xsmtpsib- tfp_
    cio dnkey- FLWSECK FLWPUBK sgp_ sm_aat_ sm_pat_ sm_sat_ napi_ e2b_ jina_ pcsk_ tvly- lsv2_pt_ lsv2_sk_ csk-
    tgp_v1_ fw_ rzp_live_ waka_ ddp_ dbtc_ dbtu_ retool_ ucat_ ABSK AKCp8 hvp. nvapi- xau_ glsrt_ dckr_ phx_ phc_
    live_pub_ ory_at_ ory_rt_ ory_ac_ argocd_ zpka_ rpa_ key_live_ key_test_ API- PMAT- patOAuth. seco_ ghapp_ tok_
    cfk_ eyJhcGlfa2V5 ntnx_ oauth2v2_ scw_ ovh_ hcl_ trello_ ATTA
"""
"""What tokens of one vendor or another begin with; 16 characters follow that read as random."""


def _prefixed_rules() -> tuple[TokenRule, ...]:
    prefixes = _PREFIXES.split()
    pattern = r"(?<![A-Za-z0-9_.-])(?:" + "|".join(map(re.escape, prefixes)) + r")[A-Za-z0-9_./+=~-]{16,}"
    return (
        TokenRule(
            "prefixed-token", tuple(sorted({one.lower() for one in prefixes})), re.compile(pattern), looks_random
        ),
    )


_START = r"(?<![A-Za-z0-9])"
_END = r"(?![A-Za-z0-9])"

TOKEN_RULES: Final = (
    _rule(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"gh[pousr]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{20,}",
    ),
    _rule("grafana-token", "glsa_ glc_", r"gl(?:sa|c)_[A-Za-z0-9_+/=-]{20,}"),
    _rule("grafana-api-key", "eyjrijoi eyjrijog", r"eyJrIjo[ig][A-Za-z0-9_+/-]{20,}={0,2}"),
    _rule(
        "gitlab-token",
        "glpat- gldt- glrt- glptt- glft- glsoat- glcbt- glimt- glagent- glffct- gloas- glwt- gr1348941",
        r"gl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent|ffct|oas|wt)-[A-Za-z0-9_.-]{16,}|GR1348941[A-Za-z0-9_-]{16,}",
    ),
    _rule(
        "slack-token",
        "xoxa- xoxb- xoxc- xoxd- xoxe xoxo- xoxp- xoxr- xoxs- xapp-",
        r"xox[abcdeoprs](?:\.xox[bp])?-(?:[A-Za-z0-9_/+=-]|%(?:25)?(?:2[BbFf]|3[Dd])){10,}|xapp-[A-Za-z0-9-]{10,}",
    ),
    _rule(
        "slack-webhook",
        "hooks.slack",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{8,})",
    ),
    _rule("aws-access-key-id", "akia asia abia acca", _START + r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}" + _END),
    _rule(
        "aws-session-token",
        "fwogzxivyxdz fqogzxivyxdz iqojb3jpz2lu",
        r"(?:F[wQ]oGZXIvYXdz|IQoJb3JpZ2lu)(?:[A-Za-z0-9+/_-]|%(?:25)?(?:2[BbFf]|3[Dd])){20,}={0,2}",
    ),
    _rule(
        "stripe-key",
        "sk_live_ sk_test_ rk_live_ rk_test_ whsec_",
        _START + r"(?:[rs]k_(?:live|test)|whsec)_[A-Za-z0-9+/]{16,}={0,2}",
    ),
    _rule(
        "private-key",
        "-----begin putty-user-key-file- age-secret-key-",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,.()@_-]|\\[nr])*?"
        r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z|(?=[\"'<]))"
        r"|PuTTY-User-Key-File-[\s\S]*?Private-MAC: ?[0-9a-f]+|AGE-SECRET-KEY-1[A-Z0-9]{40,}",
    ),
    _rule("age-key", "age-secret-key-", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    _rule(
        "jwt",
        "eyj",
        r"eyJ[A-Za-z0-9_-]{8,}\.(?:eyJ[A-Za-z0-9_-]{4,}|[A-Za-z0-9_-]{16,})\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,2}",
        _is_jwt,
    ),
    _rule(
        "bearer",
        "bearer",
        r"(?i:\bbearer[ +]+|\bbearer\s?[:=]\s?)\\?[\"']?(?P<secret>[A-Za-z0-9._~+/|-]{8,}=*)",
        lambda value: (len(value) >= 16 and _is_random(value)) or looks_random(value),
    ),
    TokenRule(
        "basic-segment",  # of a path: the slash behind it is no base64
        ("basic ", "basic+"),
        re.compile(r"(?i:\bbasic[ +]+)(?P<secret>[A-Za-z0-9+_-]{6,}=*)(?=/)"),
        _is_basic_credential,
    ),
    TokenRule(
        "basic",
        ("basic ", "basic+"),
        re.compile(r"(?i:\bbasic[ +]+)(?P<secret>[A-Za-z0-9+/_-]{6,}=*)"),
        _is_basic_credential,
    ),
    TokenRule(
        "scheme",
        ("authorization:", "authorization=", 'authorization"', "authorization ", "authorization\t"),
        re.compile(
            r"[Aa](?i:uthorization\"?\s?[:=]\s?\"?(?:token|apikey|api-key|ssws|geniekey|splunk|oauth|bot|key|ntlm|negotiate)"
            r"\s+(?:token=)?\"?)(?P<secret>[^\s\"',;\\]{6,})"
        ),
    ),
    _rule("ssws", "ssws", r"\bSSWS\s+(?P<secret>[A-Za-z0-9_-]{16,})"),
    _rule("genie-key", "geniekey", r"\bGenieKey\s+(?P<secret>[A-Za-z0-9-]{16,})"),
    _rule("token-scheme", "token=", r"\b[Tt]oken\s+(?:token=)\"?(?P<secret>[\w+/=-]{8,})"),
    _rule("digest", "response=", r"(?i:\bdigest\s[^\n]{0,500}?\bresponse=\"?)(?P<secret>[0-9a-f]{32,})"),
    _rule("aws-signature", "signature=", r"(?i:\bsignature=)(?P<secret>[0-9a-fA-F]{64})"),
    _rule("userinfo", "://", r"://[^/\s:@\"'<>?#]*+:(?P<secret>[^/\s\"'<>?#]+)@(?=[\w\[%*.$-])", _is_given),
    _rule("userinfo-user", "://", r"://(?P<secret>[^/\s:@\"'<>?#]{16,}+):?@(?=[\w\[])", looks_random),
    _rule("go-dsn", "@tcp( @unix(", r"(?<![\w/])[\w.-]+:(?P<secret>[^@\s\"']+)@(?:tcp|unix)\("),
    _rule("curl-user", "curl", r"(?:\s-u\s?|--user[ =])[\"']?[\w.@+-]+:(?P<secret>[^\s\"']+)", _is_given),
    TokenRule(
        "login-password",
        (" -p", "\t-p"),
        re.compile(
            r"(?:\blogin\b[^\n|;&]{0,200}?\s-p[ =]?|\bsshpass\s+-p\s?|\bmysql\w*\b[^\n|;&]{0,200}?\s-p)[\"']?"
            r"(?P<secret>[^\s\"'-][^\s\"']{3,})"
        ),
        _is_given,
    ),
    _rule(
        "sql-password", "identified", r"(?i:\bidentified\s+by\s+(?:password\s+)?)[\"'](?P<secret>[^\"'\n]+)", _is_given
    ),
    _rule("oracle-userinfo", "jdbc:oracle", r"(?i:jdbc:oracle:\w+):[\w.-]+/(?P<secret>[^@\s\"']+)@", _is_given),
    _rule(
        "atlassian-token",
        "atatt atctt atbb atstt atsst",
        r"AT(?:ATT|CTT|STT|SST)3x[A-Za-z0-9_=-]{20,}|ATBB[A-Za-z0-9_=-]{20,}|ATATT[A-Za-z0-9_=-]{20,}",
    ),
    _rule(
        "pagerduty-key",
        "u+ pagerduty pdus+ pdeu+",
        r"(?<![A-Za-z0-9+])(?:pd(?:us|eu)\+[\w+-]{16,}|u\+[A-Za-z0-9_+-]{16,20}(?![\w+-]))",
        _is_random,
    ),
    _rule("twilio-key", "sk", _START + r"SK[0-9a-f]{32}" + _END),
    _rule("sendgrid-key", "sg.", _START + r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _rule("npm-token", "npm_", _START + r"npm_[A-Za-z0-9]{24,}"),
    _rule(
        "pypi-token",
        "pypi-",
        r"pypi-[A-Za-z0-9_-]{16,}",
        lambda value: value.startswith("pypi-AgE") or looks_random(value[5:]),
    ),
    _rule("rubygems-key", "rubygems_", r"rubygems_[a-f0-9]{32,}"),
    _rule("nuget-key", "oy2", _START + r"oy2[a-z0-9]{43}" + _END),
    _rule("docker-token", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{16,}"),
    _rule("vault-token", "hvs. hvb. hvr.", _START + r"hv[sbr]\.[A-Za-z0-9_-]{16,}"),
    _rule("vault-legacy-token", "s.", r"(?<![A-Za-z0-9._-])s\.[A-Za-z0-9]{24,26}(?![A-Za-z0-9._-])", _is_mixed_often),
    _rule("terraform-token", "atlasv1", r"[A-Za-z0-9]{10,}\.atlasv1\.[A-Za-z0-9_=-]{20,}"),
    _rule("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[por]_v1_[a-f0-9]{32,}"),
    _rule("google-api-key", "aiza", _START + r"AIza[A-Za-z0-9_-]{30,}"),
    _rule("google-token", "ya29. gocspx-", r"ya29\.[A-Za-z0-9_.-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}"),
    _rule("google-refresh-token", "1//", r"(?<![\w])1//0[A-Za-z0-9_-]{30,}"),
    _rule("azure-client-secret", "q~", r"(?<![\w~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{28,40}"),
    _rule(
        "azure-key",
        "accountkey= sharedaccesskey=",
        r"(?i:(?:Account|SharedAccess)Key=)(?P<secret>(?:[A-Za-z0-9+/]|%(?:25)?(?:2[BbFf]|3[Dd])){20,}={0,2})",
    ),
    _rule("azure-devops-token", "azdo", r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{10,}AZDO[A-Za-z0-9]{4}"),
    _rule("sas-signature", "sig=", r"[?&;]sig=(?P<secret>(?:[A-Za-z0-9+/_-]|%(?:25)?(?:2[BbFf]|3[Dd])){16,}={0,2})"),
    _rule("openai-or-anthropic-key", "sk-", r"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{16,}", looks_random),
    _rule("xai-key", "xai- gsk_ pplx-", _START + r"(?:xai-|gsk_|pplx-)[A-Za-z0-9]{32,}"),
    _rule("replicate-token", "r8_", _START + r"r8_[A-Za-z0-9]{30,}"),
    _rule("huggingface-token", "hf_ api_org_", _START + r"(?:hf|api_org)_[A-Za-z0-9]{28,}"),
    _rule(
        "newrelic-key",
        "nrak- nraa- nrii- nrsp- nrjs- nrbr- nral nrra-",
        r"NR(?:AK|AA|II|SP|JS|BR|RA)-[A-Za-z0-9_-]{20,}|[a-f0-9]{36}NRAL",
    ),
    _rule("sentry-token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9_=+/-]{30,}"),
    _rule("sentry-dsn", "sentry", r"://(?P<secret>[0-9a-f]{32})(?::[0-9a-f]{32})?@[\w.-]*sentry"),
    _rule("mailgun-key", "key- pubkey-", r"(?<![\w-])key-[0-9a-f]{32}" + _END),
    _rule("mailgun-token", "-", r"(?<![\w-])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])"),
    _rule("mailchimp-key", "-us", r"(?<![A-Za-z0-9])[0-9a-f]{32}-us[0-9]{1,2}" + _END),
    _rule(
        "discord-token", ".", r"(?<![\w.-])[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,42}", _is_mixed
    ),
    _rule("discord-webhook", "api/webhooks/", r"/api/webhooks/[0-9]+/(?P<secret>[\w-]{24,})"),
    _rule("teams-webhook", "webhook.office", r"webhook\.office\.com/(?P<secret>webhookb2/[^\s\"'<>]+)"),
    _rule("telegram-token", ":aa", r"(?<![0-9])[0-9]{7,11}:AA[A-Za-z0-9_-]{30,36}"),
    _rule("facebook-token", "eaa", _START + r"EAA[A-Za-z0-9]{24,}", _is_random_with_digit),
    _rule("shopify-token", "shpat_ shpca_ shppa_ shpss_ shptka_", r"shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{24,}"),
    _rule(
        "square-token",
        "sq0atp- sq0csp- sq0idp- eaaa",
        r"sq0(?:atp|csp)-[A-Za-z0-9_-]{20,}|" + _START + r"EAAA[A-Za-z0-9_-]{40,}",
    ),
    _rule("paypal-token", "access_token$", r"access_token\$(?:production|sandbox)\$[a-z0-9]{10,}\$[a-f0-9]{32}"),
    _rule("databricks-token", "dapi dkea dose", _START + r"(?:dapi|dkea|dose)[a-f0-9]{32}(?:-[0-9])?" + _END),
    _rule("linear-key", "lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{24,}"),
    _rule("notion-token", "secret_ ntn_", _START + r"(?:secret|ntn)_[A-Za-z0-9]{32,}", _is_random),
    _rule("airtable-token", "pat", _START + r"pat[A-Za-z0-9]{14}\.[a-f0-9]{32,}"),
    _rule("airtable-key", "key", r"(?<![\w./-])key[A-Za-z0-9]{14}(?![\w./-])", _is_mixed),
    _rule("heroku-key", "hrku-", r"HRKU-[A-Za-z0-9_-]{30,}"),
    _rule(
        "cloudflare-token",
        "v1.0- cfpat_ cfut_ cfat_",
        r"(?<![\w.])v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}|cf(?:pat|ut|at)_[A-Za-z0-9_-]{30,}",
    ),
    _rule("okta-token", "00", r"(?<![\w+-])00[A-Za-z0-9_-]{40}(?![\w+=-])", _is_mixed),
    _rule("postman-key", "pmak-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    _rule("pulumi-token", "pul-", _START + r"pul-[a-f0-9]{32,}"),
    _rule("doppler-token", "dp.", _START + r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,}"),
    _rule("paseto", "v1. v2. v3. v4.", r"(?<![\w.])v[1-4]\.(?:local|public)\.[A-Za-z0-9_-]{32,}(?:\.[\w-]+)?"),
    _rule("dropbox-token", "sl.", r"(?<![\w.-])sl\.(?:u\.)?[A-Za-z0-9_-]{100,}"),
    _rule("salesforce-token", "00d", _START + r"00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?!(?P<secret>[A-Za-z0-9._]{40,})"),
    _rule("akamai-token", "akab-", r"(?<![\w-])akab-[a-z0-9]{16}-[a-z0-9]{16}(?![\w.-])"),
    _rule("macaroon", "xvy2f0aw9u", _START + r"MDA[w-z][A-Za-z0-9][2GWm]xvY2F0aW9u[A-Za-z0-9+/_-]{20,}={0,2}"),
    _rule("pkcs12", "ibazcc", _START + r"MII[A-Za-z0-9+/_-]{2}[AQgw]IBAzCC[A-Za-z0-9+/_-]{60,}={0,2}"),
    _rule(
        "negotiate",
        "negotiate ntlm",
        r"(?i:\b(?:negotiate|ntlm)\s+)(?P<secret>(?:YI|oY|TlRMTVNTUA)[A-Za-z0-9+/]{20,}={0,2})",
    ),
    _rule("hawk", "hawk", r"(?i:\bhawk\s[^\n]{0,300}?\bmac=\"?)(?P<secret>[A-Za-z0-9+/]{20,}={0,2})"),
    _rule(
        "scheme-signature",
        "sharedkey sharedkeylite goog1",
        r"\b(?:SharedKey(?:Lite)?|GOOG1)\s+[\w.-]+:(?P<secret>[A-Za-z0-9+/]{20,}={0,2})",
    ),
    _rule("wifi-password", "wifi:", r"WIFI:[^\n]{0,80}?\bP:(?P<secret>[^;\s\"]{4,});", _is_given),
    _rule(
        "pgpass",
        ":5432: :*:",
        r"(?<![\w.:*-])(?:[\w.-]+|\*):(?:[0-9]{2,5}|\*):[\w*.-]+:[\w*.-]+:(?P<secret>[^\s:\"'<>\\]{4,})(?=[\s\"'<\\]|\Z)",
        _is_given,
    ),
    _rule("dynatrace-token", "dt0c01. dt0s", r"dt0[a-z][0-9]{2}\.[A-Z0-9]{8,}\.[A-Z0-9]{32,}"),
    _rule("sonar-token", "sqp_ sqa_ squ_", _START + r"sq[pau]_[a-f0-9]{40}"),
    _rule("planetscale-token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{24,}"),
    _rule(
        "asana-token",
        " ".join(f"{kind}/{digit}" for kind in "012" for digit in "0123456789"),
        r"(?<!\w)[0-2]/[0-9]{12,}(?:/[0-9]{12,})?:[a-f0-9]{32}",
    ),
    _rule("figma-token", "figd_ figo_", r"fig[dor]_[A-Za-z0-9_-]{24,}"),
    *_prefixed_rules(),
    _rule("launchdarkly-key", "sdk- api- mob-", r"(?<![\w-])(?:sdk|api|mob)-" + _UUID + r"(?![\w-])"),
    _rule(
        "twitter-token",
        "aaaaaaaaaaaaaaaa",
        _START + r"A{18,24}(?!A)(?:[A-Za-z0-9+/]|%(?:25)?2[BbFf]){8,80}(?:%(?:25)?3[Dd]|=)[A-Za-z0-9%_-]{20,}",
    ),
    _rule("harness-token", "pat. sat.", r"(?<![\w.])[ps]at\.[A-Za-z0-9_-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"),
    _rule(
        "onepassword-key",
        "a3-",
        _START + r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}" + _END,
    ),
    _rule("rapidapi-key", "msh", _START + r"[a-z0-9]{10}msh[a-z0-9]{15}p1[a-z0-9]{6}jsn[a-z0-9]{12}" + _END),
    _rule(
        "azure-key-by-mark",
        "jqqj99 +ast acdb azfu aiot azse",
        r"(?:(?<![\w-])[A-Za-z0-9_-]{44,76}|(?<![\w+/.:-])[A-Za-z0-9+/]{44,76})(?:JQQJ99[A-Za-z0-9+/]{16,}|\+ASt|ACDb|AzFu|AIoT|AzSe)[A-Za-z0-9+/_-]{6,}={0,2}",
    ),
    _rule("plaid-token", "access-", r"(?<![\w-])access-(?:sandbox|development|production)-" + _UUID),
    _rule("mapbox-token", "sk.eyj", _START + r"sk\.eyJ[A-Za-z0-9_-]{30,}\.[A-Za-z0-9_-]{16,}"),
    _rule("openshift-token", "sha256~", r"sha256~[A-Za-z0-9_-]{43}"),
    _rule(
        "amazon-token",
        "amzn.mws. amzn1.oa2-cs. atza| atzr|",
        r"amzn\.mws\." + _UUID + r"|amzn1\.oa2-cs\.v1\.[0-9a-f]{32,}|Atz[ar]\|[A-Za-z0-9_-]{40,}",
    ),
    _rule(
        "vendor-token",
        "_live_ _prod_ _test_ _api_ _pat_ _secret_ _token_ _sk_ _key_",
        r"(?<![A-Za-z0-9_])(?!pk_|pub)[A-Za-z]{2,12}_(?:live|prod|test|api|pat|secret|token|sk|key)_[A-Za-z0-9]{24,}(?![A-Za-z0-9_])",
        looks_random,
    ),
    _rule("bcrypt-hash", "$2a$ $2b$ $2y$", r"\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}"),
    _rule(
        "crypt-hash",
        "$argon2 $6$ $5$ $1$ $apr1$",
        r"\$(?:apr)?1\$[^\s\"'<>$]{1,16}\$[./A-Za-z0-9]{22}|\$argon2(?:id|i|d)\$[^\s\"'<>]{20,}|\$[56]\$[^\s\"'<>$]{1,32}(?:\$[./A-Za-z0-9]{20,})+",
    ),
    _rule(
        "aws-secret-key",
        "",
        r"(?<![A-Za-z0-9+_%-])(?<!&quot;)[A-Za-z0-9+/]{40}(?![A-Za-z0-9+=_%-]|&quot;)",
        _is_aws_secret,
    ),
)
