"""Names that mean secrets, in any spelling: `db_password`, `X-Api-Key`, `clientSecret`, `auth.refresh-token`."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from pactproof.redaction.hits import is_hidden

Meaning = Literal["secret", "perhaps", ""]
"""`secret`: whatever stands there. `perhaps`: only what looks random. "": nothing."""

_STEMS: Final = """
    pass pwd secret token apikey key auth cred signature sig sess sid cookie csrf xsrf otp pin assertion
    verifier jwt code cvv cvc answer bearer kennwort contrase senha wachtwoord losenord lösenord motdepasse
    mot_de_passe haslo heslo webhook_url webhookurl dsn mnemonic seed phrase ticket hmac connectionstring
    connection_string connection-string connstr samlresponse dockerconfigjson rememberme remember_me totp
"""
STEMS: Final = tuple(stem.encode("latin-1") for stem in _STEMS.split())
"""What every such name holds, in lower case: a text without any of them has no such name."""

_PASSWORDS: Final = """
    password passwd passwrd passwords passphrase passcode pwd pass passwort kennwort contrasena contraseña
    contrasenya senha wachtwoord losenord lösenord motdepasse haslo heslo mnemonic seedphrase recoveryphrase
"""
_SECRETS: Final = """
    secret clientsecret appsecret secretkey secretaccesskey secretstring secretbinary secretvalue secrettext
    sharedsecret webhooksecret sharedkey sharedaccesskey accountkey storagekey masterkey signingkey
    signingsecret encryptionkey privatekey privkey apikey xapikey appkey applicationkey apisecret accesskey
    accesskeyid licensekey sessionkey authkey sshkey deploykey consumersecret consumerkey tokensecret
    subscriptionkey ocpapimsubscriptionkey connectionstring connstr codeverifier clientassertion jwt bearer csrf
    xsrf csrfmiddlewaretoken backupcodes recoverycodes recoverycode backupcode devicecode authcode
    authorizationcode verificationcode mfacode tokencode securitycode totpcode cvv cvc securityanswer
    secretanswer otp totp onetimepassword cookie setcookie cookies sessiontoken rememberme xamzsignature
    xamzsecuritytoken xamzcredential xgoogsignature xgoogcredential samlassertion apitokens accesstokens
    awssecretaccesskey awsaccesskeyid credentials privatekeypem keypem clientkeydata keydata dockerconfigjson
    ddapikey ddapplicationkey fastlykey xfastlykey
"""
_PERHAPS: Final = """
    auth credential authorization proxyauthorization session sessionid sessid phpsessid jsessionid sid
    connectsid pin signature sig assertion routingkey integrationkey servicekey webhookurl dsn samlresponse
    ticket code answer sastoken seed hmac key
"""
_EXACT: Final = frozenset((_PASSWORDS + _SECRETS).split())
_EXACT_PERHAPS: Final = frozenset(_PERHAPS.split())
_ENDING_NAMES: Final = """
    password passwd passphrase passcode pwd passwort kennwort secret secretkey secretaccesskey apikey accesskey
    accesskeyid privatekey privatekeypem signingkey encryptionkey accountkey sharedkey sharedaccesskey
    sessionkey authkey masterkey appkey applicationkey apisecret csrf xsrf jwt authcode authorizationcode
    securityanswer secretanswer otpcode onetimepassword connectionstring codeverifier setcookie accesstoken
    backupcodes recoverycodes
"""
_ENDINGS: Final = tuple(_ENDING_NAMES.split())
_ENDINGS_PERHAPS: Final = ("sessionid", "signature", "authorization", "credential", "sessid", "routingkey", "dsn")
_ENDING_WORDS: Final = frozenset({"pass", "pin", "otp", "secret", "cookie", "bearer", "cvv"})
"""Too short for an ending of any name, but not for its last word: `DB_PASS` is one, `compass` is none."""
_SAID_AGAIN: Final = re.compile(
    r"(?<=[a-z])(?:confirmation|confirm|again|repeat|repeated|hash|hashed|digest|plaintext|plain|value|raw|old|new"
    r"|current|b64|base64|encoded|encrypted|[0-9])$"
)
_NO_SECRET_TOKENS: Final = re.compile(
    r"(?:next|prev|previous|page|pages|paging|pagination|continuation|continue|cursor|sync|start|starting|client|request"
    r"|idempotency|idempotent|change|lock|resume|delta|skip|sort|scroll|search|marker|progress|position|sequence|poll"
    r"|count|max|min|num|total|prompt|completion|input|output|eos|bos|pad|unk|mask|stop|special|by|of|device|list"
    r"|results?|more|last|first|version|forward|backward|reference|record|iterator|watermark|checkpoint|offset"
    r"|concurrency|update|fencing|dedup|deduplication|invocation|creation|caller|creator)$"
)
_NO_SECRET_KEYS: Final = frozenset({"authoritykey", "publickey"})


@lru_cache(maxsize=8192)
def meaning_of(name: str) -> Meaning:
    """What a name says of the value under it."""
    bare = "".join(char for char in name if char.isalnum()).lower()
    if not bare or len(bare) > 64:
        return ""
    meaning = _of_bare(bare, _last_word(name))
    if not meaning and (shorter := _SAID_AGAIN.sub("", bare)) != bare:
        last = "" if shorter.endswith("pass") else _last_word(shorter)
        return "secret" if _of_bare(shorter, last) == "secret" else ""
    return meaning


def _of_bare(bare: str, last_word: str) -> Meaning:
    if bare in _NO_SECRET_KEYS:
        return ""
    if bare in _EXACT or bare.endswith(_ENDINGS) or last_word in _ENDING_WORDS:
        return "secret"
    if bare.endswith("token"):
        return "" if _NO_SECRET_TOKENS.search(bare[: -len("token")]) else "secret"
    if bare in _EXACT_PERHAPS or bare.endswith(_ENDINGS_PERHAPS):
        return "perhaps"
    return ""


_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[0-9]+")


def _last_word(name: str) -> str:
    words = _WORDS.findall(name)
    return words[-1].lower() if words else ""


def is_secret_name(name: str) -> bool:
    """Whether whatever stands under `name` is taken for a secret."""
    return meaning_of(name) == "secret" or "".join(filter(str.isalnum, name)).lower() in _FORMERLY


_FORMERLY: Final = frozenset({"authorization", "credential", "signature", "sig", "assertion", "sessionid"})

# Members of an object under a secret's name that tell about the secret and are none.
_HARMLESS_NAMES: Final = """
    type id name kind format description title label displayname createdat updatedat created updated expires
    expiresat expiresin expiration expiry lastused lastusedat version status state enabled required username
    user login email url href uri arn algorithm alg provider scheme issuer scope scopes minlength maxlength min
    max length policy tokentype region host port database engine owner tags key pattern example path namespace
    count total
"""
HARMLESS: Final = frozenset(_HARMLESS_NAMES.split())

_NO_VALUE: Final = re.compile(
    r"(?i:true|false|yes|no|on|off|null|none|nil|undefined|required|optional|string|text|integer|bool(?:ean)?|empty"
    r"|enabled|disabled|unset|missing|invalid|expired|valid|bearer|basic|oauth2?|token|password|secret|default|n/?a"
    r"|\[?(?:redacted|filtered|masked|hidden|removed|secure)\]?|\(?(?:redacted|sensitive|sensitive value|hidden)\)?"
    r"|known after apply)"
    r"|[*•·.-]+|[xX]{3,}|<[\w .:-]+>|\$[A-Z_][A-Z0-9_]*|\$\{[^{}]*\}|\$?\{\{[^{}]*\}\}|%\(?\w*\)?[sd]|\$\([^()]*\)"
)


def is_no_secret(value: str) -> bool:
    """Whether what stands under a secret's name says that there is none, or only where it is to be found."""
    value = value.strip()
    return not value or is_hidden(value) or _NO_VALUE.fullmatch(value) is not None


_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDS: Final = re.compile(
    r"(?:AC|SM|MM|CA|PN|SK|MG|US|IS|CH|RE|FN|AP|ZS|VA)[0-9a-f]{32}"  # Twilio's ids
    r"|[0-9TZ:.+-]{10,35}"  # times
    r"|arn:[\w-]+:.*|sha(?:1|256|384|512)[:-].*|https?://[^\s?#@]*|[\w.-]+/[\w./-]+:[\w.-]+"
)


@lru_cache(maxsize=4096)
def looks_random(value: str) -> bool:
    """Whether a text reads as made by a machine to be unguessable: no word, number, time, UUID or path."""
    if len(value) < 8 or " " in value or _UUID.fullmatch(value) or _IDS.fullmatch(value):
        return False
    return any(_is_random_chunk(chunk) for chunk in re.split(r"[^A-Za-z0-9]+", value)) or (
        len(value) >= 16
        and sum(map(str.isdigit, value)) >= 3
        and sum(map(str.isalpha, value)) >= 6
        and "." not in value
    )


def _is_random_chunk(chunk: str) -> bool:
    if len(chunk) < 8:
        return False
    changes = sum(one.isdigit() != other.isdigit() for one, other in pairwise(chunk))
    cases = sum(one.islower() and other.isupper() for one, other in pairwise(chunk))
    return changes >= 3 or (changes >= 1 and cases >= 1) or (cases >= 3 and len(chunk) >= 16)
