"""Which example a scalar gets: by the member's name first, then by the shape's own limits.

A name says what a type does not: `Amount` is a number in a text, `AccountId` twelve digits, `RoleArn` an ARN of IAM.
An example that misses this misleads the consumer that runs on it. Everything is fixed, so two runs agree byte for byte.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pactproof.aws.pattern import accepts, sample
from pactproof.aws.stub_check import POLICY_SHAPE

ACCOUNT = "123456789012"
REGION = "us-east-1"
WHEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 6, 10, 0, tzinfo=UTC)  # the end of a period that starts at WHEN
UUID = "01234567-89ab-cdef-0123-456789abcdef"
HEX = "0123456789abcdef0"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "*", "Resource": "*"}
        ],
    }
)

_EC2_IDS = {
    "instance": "i", "image": "ami", "vpc": "vpc", "subnet": "subnet", "securitygroup": "sg", "volume": "vol",
    "snapshot": "snap", "networkinterface": "eni", "allocation": "eipalloc", "association": "eipassoc",
    "internetgateway": "igw", "natgateway": "nat", "routetable": "rtb", "networkacl": "acl", "reservation": "r",
    "vpcendpoint": "vpce", "launchtemplate": "lt", "transitgateway": "tgw", "keypair": "key",
}  # fmt: skip
_ARN_KINDS = {
    "role": "arn:aws:iam::{account}:role/example",
    "user": "arn:aws:iam::{account}:user/example",
    "policy": "arn:aws:iam::{account}:policy/example",
    "permissionsboundary": "arn:aws:iam::{account}:policy/example",
    "instanceprofile": "arn:aws:iam::{account}:instance-profile/example",
    "topic": "arn:aws:sns:{region}:{account}:example",
    "queue": "arn:aws:sqs:{region}:{account}:example",
    "bucket": "arn:aws:s3:::example-bucket",
    "function": "arn:aws:lambda:{region}:{account}:function:example",
    "lambda": "arn:aws:lambda:{region}:{account}:function:example",
    "kmskey": "arn:aws:kms:{region}:{account}:key/" + UUID,
    "secret": "arn:aws:secretsmanager:{region}:{account}:secret:example-AbCdEf",
    "certificate": "arn:aws:acm:{region}:{account}:certificate/" + UUID,
    "loggroup": "arn:aws:logs:{region}:{account}:log-group:example",
    "table": "arn:aws:dynamodb:{region}:{account}:table/example",
    "repository": "arn:aws:ecr:{region}:{account}:repository/example",
    "kvs": "arn:aws:cloudfront::{account}:key-value-store/" + UUID,
    "alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:example",
}
_SERVICE_ARNS = {  # the shapes of ARNs that do not read `arn:aws:<service>:<region>:<account>:<kind>/<name>`
    "iam": "arn:aws:iam::{account}:{kind}/example",
    "s3": "arn:aws:s3:::example-bucket",
    "sns": "arn:aws:sns:{region}:{account}:example",
    "sqs": "arn:aws:sqs:{region}:{account}:example",
    "route53": "arn:aws:route53:::{kind}/example",
    "cloudfront": "arn:aws:cloudfront::{account}:{kind}/example",
    "sts": "arn:aws:sts::{account}:assumed-role/example/example",
    "organizations": "arn:aws:organizations::{account}:{kind}/o-exampleorgid/example",
}
_ARN_SERVICE = re.compile(r"^\^?\(?(\?:)?arn:[^:]*:(?P<service>[a-z0-9-]+):")
_ARN_KIND = re.compile(r"[a-z][a-z-]+(?=[|)]|\\?[/:])")
_NUMBER_NAME = re.compile(
    r"(amount|cost|costs|price|quantity|percentage|savings|hours|spend|mean(value)?|(lower|upper)bound|charge)$", re.I
)
_NUMBER_PARENT = re.compile(r"(metric|amount|cost|price|money|spend|forecast|coverage|utilization)", re.I)
_DATE_NAME = re.compile(r"((date|time|timestamp|createdat|updatedat|lastmodified|createdon)|^(start|end))$", re.I)
_BY_NAME: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(name, re.I), texts)
    for name, texts in (
        (r"(aws)?account(id|number|s)?$|owner(account)?(id)?$|registryid$|payerid$|accountid", (ACCOUNT,)),
        (r"accesskeyid$", ("EXAMPLE" + "KEYID0000",)),
        (r"email(address)?$", ("someone@example.com",)),
        (r"repositoryuri$", (f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/example",)),
        (r"queueurls?$", (f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/example",)),
        (r"(url|uri|endpoint|link)$", ("https://example.com/example", "s3://example-bucket/example")),
        (r"(dnsname|domain(name)?|host(name)?)$", ("example.com",)),
        (r"cidr(block|ip)?s?$", ("10.0.0.0/16",)),
        (r"ipv6.*", ("2001:db8::1",)),
        (r"ip(v4)?(address)?$", ("192.0.2.10",)),
        (r"availabilityzones?$|zonename$", (f"{REGION}a",)),
        (r"region(name|code)?$|locationconstraint$", (REGION,)),
        (r"digest$", ("sha256:" + "0123456789abcdef" * 4,)),
        (r"(?-i:(^|[A-Za-z])ETag$|^e[tT]ag$)", ('"' + "0123456789abcdef" * 2 + '"',)),
        (r"^path$", ("/", "/example")),
        (r"version(id|number)?$", ("1", "1.0.0")),
        (r"phone(number)?$", ("+12065550100",)),
        (r"currency(code)?$", ("USD",)),
        (r"bucket(name)?$", ("example-bucket",)),
        (r"contenttype$|mimetype$|mediatype$", ("application/json",)),
        (r"(policy(document|text|body)?|assumerolepolicydocument)$", (POLICY, "{}")),
        (r"timezone$", ("UTC",)),
        (r"^max(items|keys|results|records)$", ("100",)),
        (r"numberof|count$|seconds$|timeout$", ("1",)),
    )
)
_GENERIC = (
    "example", "example-1", "Example1", UUID, "1", ACCOUNT, REGION, "2026-01-05", "2026-01-05T10:00:00Z", "EXAMPLE",
    "/example", "192.0.2.10", "10.0.0.0/16", "someone@example.com", "example.com", "https://example.com/example",
    "s3://example-bucket/example", "12.5", "{}", "i-" + HEX, "0123456789abcdef" * 4, "0123456789abcdef" * 2, "*",
)  # fmt: skip
_INTEGERS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"^max(results|items|keys|records)$|^(limit|pagesize)$", re.I), 100),
    (re.compile(r"status(code)?$", re.I), 200),
    (re.compile(r"port$", re.I), 443),
    (re.compile(r"(size|bytes|length)$", re.I), 1024),
    (re.compile(r"(date|time|timestamp)$", re.I), int(WHEN.timestamp() * 1000)),
)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a scalar stands: the service its ARNs belong to, the shape it is a member of, its own name."""

    service: str
    parent: str
    name: str


def text_example(shape: Any, where: Where) -> str:
    """A text for a string shape: the first enum value, else the first candidate that fits length and pattern."""
    limits = shape.metadata
    if limits.get("enum"):
        return str(next((value for value in limits["enum"] if value.lower() not in ("all", "*")), limits["enum"][0]))
    candidates = (*_named(shape, where), *_GENERIC)
    found = next((text for text in candidates if fits(text, limits)), None)
    if found is not None:
        return found
    made = sample(limits.get("pattern", ""))
    found = next((text for text in (_homely(made), made) if text and fits(text, limits)), None)
    if found is not None:
        return found
    return _padded(made or candidates[0], limits)


def integer_example(shape: Any, where: Where) -> int:
    wished = next((number for pattern, number in _INTEGERS if pattern.search(where.name)), 1)
    return int(_within(wished, shape.metadata))


def number_example(shape: Any) -> float:
    return float(_within(12.5, shape.metadata))


def blob_example(shape: Any) -> bytes:
    return b"example".ljust(int(shape.metadata.get("min", 0)), b"e")


def arn_example(where: Where) -> str:
    """An ARN of the kind the name says, of `where.service` for a bare `arn` or a kind that is not known."""
    kind = re.sub(r"arns?$|identifier$|resource$", "", where.name, flags=re.I).lower() or _kind(where.parent)
    form = _ARN_KINDS.get(kind) or _SERVICE_ARNS.get(where.service)
    if form is None:
        form = f"arn:aws:{where.service}:{{region}}:{{account}}:{{kind}}/example"
    return form.format(region=REGION, account=ACCOUNT, kind=kind or "resource")


def _homely(text: str | None) -> str | None:
    """A sampled ARN with the region and account that every example has."""
    parts = (text or "").split(":")
    if len(parts) < 6 or parts[0] != "arn":
        return text
    return ":".join([*parts[:3], parts[3] and REGION, parts[4] and ACCOUNT, *parts[5:]])


def _kind(parent: str) -> str:
    return re.sub(r"(description|summary|details?|info|item|output|response|result)$", "", parent, flags=re.I).lower()


def _named(shape: Any, where: Where) -> tuple[str, ...]:
    """The candidates that the member's name or its shape's name speak for."""
    name, kind = where.name, shape.name
    if re.search(r"arns?$", name, re.I) or _wants_arn(shape):
        return (arn_example(where), *_arn_variants(shape, where))
    if kind.endswith(("Arn", "ARN")):  # a name or an ARN will do, or the model just calls it so
        plain = ("example",) if name.lower().endswith("name") else ()
        return (*plain, arn_example(where), *_arn_variants(shape, where))
    if kind == POLICY_SHAPE:
        return (POLICY,)
    return _of_number(shape, where) or _of_name(where) or _identifier(name)


def _of_number(shape: Any, where: Where) -> tuple[str, ...]:
    """Numbers that travel as texts, and what stands beside them."""
    name, measured = where.name.lower(), _NUMBER_PARENT.search(where.parent) is not None
    if where.service == "ce" and shape.name in ("MetricName", "MetricUnit"):
        return ("UnblendedCost",) if shape.name == "MetricName" else ("USD",)
    if (
        _NUMBER_NAME.search(name)
        or (name == "value" and measured)
        or (name in ("n", "ns") and "Attribute" in where.parent)
    ):
        return ("12.5", "12")
    return ("USD",) if name == "unit" and measured else ()


def _of_name(where: Where) -> tuple[str, ...]:
    name = where.name
    if name.lower() == "name" and where.parent == "Bucket":
        return ("example-bucket",)
    if name == "LastModified" and where.service == "lambda":
        return ("2026-01-05T10:00:00.000+0000",)
    by_name = next((texts for pattern, texts in _BY_NAME if pattern.search(name)), ())
    if by_name or not _DATE_NAME.search(name):
        return by_name
    day = LATER if name.lower().startswith("end") else WHEN
    instant, date = day.strftime("%Y-%m-%dT%H:%M:%SZ"), day.strftime("%Y-%m-%d")
    return (date, instant) if name.lower() in ("start", "end", "date") else (instant, date)


def _identifier(name: str) -> tuple[str, ...]:
    bare = name.lower()
    if not bare.endswith(("id", "ids")):
        return ()
    prefix = _EC2_IDS.get(re.sub(r"ids?$", "", bare))
    return (f"{prefix}-{HEX}", UUID) if prefix else (UUID, HEX)


def _wants_arn(shape: Any) -> bool:
    pattern = shape.metadata.get("pattern", "")
    return re.match(r"\^?\(?(\?:)?arn[:\\(]", pattern) is not None and not accepts(pattern, "example")


def _arn_variants(shape: Any, where: Where) -> tuple[str, ...]:
    """Spellings that a pattern asks for: another service, its own kinds, a colon for the slash, no account."""
    pattern = shape.metadata.get("pattern", "")
    named = _ARN_SERVICE.search(pattern)
    usual = f"arn:aws:{named['service'] if named else where.service}:{REGION}:{ACCOUNT}"
    kinds = [kind for kind in _ARN_KIND.findall(pattern) if kind not in ("arn", "aws")]
    return (
        *(
            f"{usual}:{kind}{joint}{name}"
            for kind in kinds
            for joint in "/:"
            for name in ("example", UUID, "example/1")
        ),
        f"{usual}:resource/example",
        f"{usual}:example",
        *(form.format(region=REGION, account=ACCOUNT) for form in _ARN_KINDS.values()),
    )


def fits(text: str, limits: dict[str, Any]) -> bool:
    """True where `text` keeps to the length and pattern of a shape's metadata."""
    if not limits.get("min", 0) <= len(text) <= limits.get("max", len(text)):
        return False
    return accepts(limits["pattern"], text) if "pattern" in limits else True


def _padded(text: str, limits: dict[str, Any]) -> str:
    """`text` brought to the least and greatest length; botocore judges those, and no pattern."""
    longest = max(int(limits.get("max", len(text))), int(limits.get("min", 0)))
    return text.ljust(int(limits.get("min", 0)), "e")[: longest or None]


def _within(wished: float, limits: dict[str, Any]) -> float:
    low, high = limits.get("min"), limits.get("max")
    if high is not None and wished > high:
        wished = high
    return low if low is not None and wished < low else wished
