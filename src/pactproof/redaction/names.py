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
    connection_string connection-string connstr samlresponse dockerconfigjson rememberme remember_me crumb psk _pw
    -pw plaintext art-api art_api artapi requirepass macaroon honeycomb _pat -pat bindpw dbpw rootpw devopspat
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
    authorizationcode phpsessid jsessionid connectsid verificationcode mfacode tokencode securitycode totpcode cvv cvc
    securityanswer secretanswer otp totp onetimepassword cookie setcookie sessiontoken rememberme xamzsignature
    xamzsecuritytoken xamzcredential xgoogsignature xgoogcredential samlassertion apitokens accesstokens
    awssecretaccesskey awsaccesskeyid credentials privatekeypem keypem clientkeydata keydata dockerconfigjson
    ddapikey ddapplicationkey fastlykey xfastlykey secretkeybase hmackey base32stringseed psk xinsertkey
    xquerykey xfunctionskey functionkey enckey aeskey deskey geniekey xjfrogartapi unlockkey recoverykey activationkey
    keymaterial redisauth requirepass pgpassword privatekeydata tlskey sslkey adminkey unsealkey unsealkeys
    honeycombteam
"""
_PERHAPS: Final = """
    auth credential authorization proxyauthorization session sessionid sessid sid pin signature sig assertion routingkey
    integrationkey servicekey webhookurl dsn samlresponse
    ticket code answer sastoken seed hmac key crumb jenkinscrumb plaintext pin otp
    primarykey secondarykey macaroon cookies routingkeys integrationkeys servicekeys crumbs samlresponses
"""
_EXACT: Final = frozenset((_PASSWORDS + _SECRETS).split())
_EXACT_PERHAPS: Final = frozenset(_PERHAPS.split())
_ENDING_NAMES: Final = """
    password passwd passphrase passcode pwd passwort kennwort secret secretkey secretaccesskey apikey accesskey
    accesskeyid privatekey privatekeypem signingkey encryptionkey accountkey sharedkey sharedaccesskey
    sessionkey authkey masterkey appkey applicationkey apisecret authcode authorizationcode
    securityanswer secretanswer otpcode onetimepassword connectionstring codeverifier setcookie accesstoken
    backupcodes recoverycodes licensekey psk presharedkey hmackey enckey aeskey secretkeybase fastlykey
    subscriptionkey functionskey insertkey querykey geniekey deploykey artapi redisauth
    requirepass privatekeyplaintext connstr encryptedpassword passwordhash adminkey bindpw rootpw dbpw
"""
_MIN_ENDING: Final = 9  # chars; a shorter name may end a word that means something else
_LONG_NAMES: Final = (name for name in (_PASSWORDS + _SECRETS).split() if len(name) >= _MIN_ENDING)
_ENDINGS: Final = tuple({*_ENDING_NAMES.split(), *_LONG_NAMES})
_ENDINGS_PERHAPS: Final = (
    "sessionid",
    "signature",
    "authorization",
    "credential",
    "sessid",
    "routingkey",
    "integrationkey",
    "servicekey",
    "dsn",
    "hmac",
    "hmacsha256",
    "hmacsha1",
    "accesssign",
    "assertion",
    "samlresponse",
)
_ENDING_WORDS: Final = frozenset({"pass", "pw", "secret", "cookie", "bearer", "cvv", "skey", "csrf", "xsrf", "jwt"})
_ENDING_WORDS_PERHAPS: Final = frozenset({"pin", "otp", "auth", "sid", "plaintext", "crumb", "pat"})
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
_LISTS_OF_OTHERS: Final = frozenset({"secrets", "passes"})  # of their names, nearly always
_NO_SECRET_KEYS: Final = frozenset({"authoritykey", "publickey"})


@lru_cache(maxsize=8192)
def meaning_of(name: str) -> Meaning:
    """What a name says of the value under it."""
    bare = _bare(name)
    if not bare or len(bare) > 64 or name == "Sid":  # the id of a statement in an IAM policy
        return ""
    meaning = _of_bare(bare, _last_word(name))
    if not meaning and (shorter := _SAID_AGAIN.sub("", bare)) != bare:
        last = "" if shorter.endswith("pass") else _last_word(shorter)
        return "secret" if _of_bare(shorter, last) == "secret" else ""
    if not meaning and bare.endswith("s") and bare not in _LISTS_OF_OTHERS:
        return "perhaps" if _of_bare(bare[:-1], _last_word(name).removesuffix("s")) == "secret" else ""
    return meaning or (meaning_of(name.rpartition(".")[2]) if "." in name else "")  # a setting: app.backupCode


def _of_bare(bare: str, last_word: str) -> Meaning:
    if bare in _NO_SECRET_KEYS:
        return ""
    if bare in _EXACT or bare.endswith(_ENDINGS) or last_word in _ENDING_WORDS:
        return "secret"
    if bare.endswith("token"):
        return "" if _NO_SECRET_TOKENS.search(bare[: -len("token")]) else "secret"
    if bare in _EXACT_PERHAPS or bare.endswith(_ENDINGS_PERHAPS) or last_word in _ENDING_WORDS_PERHAPS:
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
    in ref digits period required samesite maxage httponly label help hint message error errors usage access
    encoding charset mode level role roles group groups permission permissions comment note notes date time
    type id name kind format description title label displayname createdat updatedat created updated expires
    expiresat expiresin expiration expiry lastused lastusedat version status state enabled required username
    user login email url href uri arn algorithm alg provider scheme issuer scope scopes minlength maxlength min
    max length policy tokentype region host port database engine owner tags key pattern example path namespace
    count total fingerprint thumbprint accessor prefix last4 lastfour secretname secretref defaultmode optional
"""
HARMLESS: Final = frozenset(_HARMLESS_NAMES.split())

_NO_VALUE: Final = re.compile(
    r"(?i:true|false|yes|no|on|off|null|none|nil|undefined|required|optional|string|text|integer|bool(?:ean)?|empty"
    r"|enabled|disabled|unset|missing|invalid|expired|valid|bearer|basic|oauth2?|token|password|secret|default|n/?a"
    r"|read|write|admin|header|query|cookie|lax|strict|example|placeholder|not set|is not null"
    r"|seconds?|minutes?|hours?|days|weeks"
    r"|\[?(?:redacted|filtered|masked|hidden|removed|secure)\]?|\(?(?:redacted|sensitive|sensitive value|hidden)\)?"
    r"|known after apply|(?:your|my|the|insert|enter)[-_ ](?:[a-z]+[-_ ]){0,3}(?:key|token|secret|password|here|value))"
    r"|[\w-]{0,10}(?:\.{3}|…|\*{3,}|•{3,})[\w-]{0,6}"
    r"|[!-/:-@\[-^`{-~ ]{1,5}|[*•·.-]+|[xX]{3,}|[^\W\d_A-Za-z](?:[^\W\d_A-Za-z]| )*|<[\w .:-]+>|\[[A-Za-z _-]+\]"
)
REFERENCE: Final = re.compile(
    r"\$\{\{[^\n]*?\}\}|\$\{[^{}\n]*\}|\{\{[^\n]*?\}\}|\$\([^()\n]*\)|\{[A-Za-z_][\w.]*\}(?![\w+/=])"
    r"|<[A-Za-z][\w .:-]{0,60}>"
    r"|%\(?[A-Za-z_]*\)?[sdv](?![\w])|%[A-Z_]+%|\$[A-Z_][A-Z0-9_]*(?![\w-])|\$[A-Za-z_]+(?![\w!@#%^*+-])"
    r"|@Microsoft\.KeyVault\([^()]*\)|(?:op|ref\+\w+|ssm|vault|awssm|gcpsm|keyvault|sops|file)://[\w./#-]+"
    r"|vault:[\w./-]+(?:#\w+)?|arn:aws[\w-]*:[^\s\"']+"
)
"""Where a secret is to be found, and not the secret: `${TOKEN}`, `{{ password }}`, `op://vault/item/field`."""
_EXPRESSION: Final = re.compile(
    r"(?:await|new|function|lambda|this|self|os|process|req|request|None|nil|null|undefined)\b(?=[\s.(\[;,)}|]|\Z)"
    r"|(?:[A-Za-z_][A-Za-z_]*(?:\.|->|::))*[A-Za-z_]{3,}[(\[]"
    r"|[A-Za-z_]+(?:(?:\.|->|::)[A-Za-z_]+)+(?=[\s;,)}|&\]\\\"']|\Z)"
)
"""Code that yields a value: `os.environ["TOKEN"]`, `settings.API_KEY`, `get_token()`."""
_PATH: Final = re.compile(r"(?:~|\.\.?|[A-Za-z]:)?(?:[/\\]{1,2}[A-Za-z0-9._@-]+){2,}")
_FUNCTION_WORDS: Final = re.compile(
    r"(?i)\b(?:an|the|is|are|be|was|were|has|have|must|should|can|cannot|could|may|of|to|for|in|on|at|by|with|from|and"
    r"|or|not|your|you|this|that|it|please|too|does|do|did|no|if|when|will"
    r"|der|die|das|ist|ein|eine|und|nicht|le|la|les|est|un|une|et|el|los|es|de|du)\b"
)


def refers(text: str, start: int) -> bool:
    """Whether the value without quotes that stands here is a reference or code, not the secret itself."""
    return REFERENCE.match(text, start) is not None or _EXPRESSION.match(text, start) is not None


def is_no_secret(value: str) -> bool:
    """Whether what stands under a secret's name says that there is none, or only where it is to be found."""
    value = value.strip()
    if not value or is_hidden(value) or _NO_VALUE.fullmatch(value) or REFERENCE.fullmatch(value):
        return True
    if (
        "+" in value
        and "%" not in value
        and (_NO_VALUE.fullmatch(value.replace("+", " ").strip()) or _is_form_prose(value))
    ):
        return True
    return _is_prose(value) or _is_path(value) or (value[:1].isupper() and _bare(value) in _EXACT)


def _is_prose(value: str) -> bool:
    """`must have at least 8 characters`: a sentence about the secret."""
    is_sentence = " " in value and len(value) > 7 and _FUNCTION_WORDS.search(value) is not None
    return is_sentence and not _SECRET_WITHIN.search(value)


def _is_form_prose(value: str) -> bool:
    """`is+too+short,+at+least+8`: as a form spells a sentence, or code."""
    pieces = value.split("+")
    return all(map(_FORM_WORD.fullmatch, pieces)) and (
        _FUNCTION_WORDS.search(" ".join(pieces)) is not None or any(map(_POINTED.search, pieces)) or not pieces[0]
    )


_FORM_WORD: Final = re.compile(r"[A-Za-z_.,;:()=\[\]'\"!?$-]*|[0-9]{1,3}[.,;:)!?]*")
_POINTED: Final = re.compile(r"[,;:()=\[\]'\"$]")
_SECRET_WITHIN: Final = re.compile(r"[A-Za-z0-9+/=_-]{20,}|[:=]\s?\S{6,}|\n")


def _is_path(value: str) -> bool:
    """`/etc/ssl/private/key.pem`."""
    return _PATH.fullmatch(value) is not None and len(value) < 120 and not looks_random(value)


def _bare(name: str) -> str:
    return "".join(char for char in name if char.isalnum()).lower()


def looks_chosen(value: str) -> bool:
    """Whether a text reads as a password that somebody chose: letters with digits, no time, number or version."""
    return (
        len(value) >= 6
        and any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
        and not (_UUID.fullmatch(value) or _IDS.fullmatch(value) or _VERSION.fullmatch(value))
    )


_VERSION: Final = re.compile(r"[vV]?[0-9]+(?:[.-][A-Za-z0-9]+)+|[0-9]+(?:st|nd|rd|th|ms|s|h|d|min|-[a-z]+)")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDS: Final = re.compile(
    r"(?:AC|SM|MM|CA|PN|SK|MG|US|IS|CH|RE|FN|AP|ZS|VA)[0-9a-f]{32}"  # Twilio's ids
    r"|[0-9TZ:.+-]{10,35}"  # times
    r"|(?i:(?:sha|md)[0-9]+-?with-?\w+|ecdsa-with-\w+|aes[-_]?[0-9]+\w*|rsa[-_]?\w{0,12})"  # algorithms
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
