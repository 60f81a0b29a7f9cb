"""IAM: users, and roles with the services that may take them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from devctl.aws.client import aws_client
from devctl.errors import UnreadableAnswerError

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class User:
    """One IAM user."""

    name: str
    arn: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Role:
    """One IAM role. `trusted_services` are service principals, ("lambda.amazonaws.com",), sorted.

    Accounts, federations and "*" may be trusted as well; they are no services and are not told here.
    """

    name: str
    arn: str
    created_at: datetime
    trusted_services: tuple[str, ...]


def list_users(session: boto3.Session) -> list[User]:
    """Every user of the account."""
    with aws_client(session, "iam") as iam:
        pages = iam.get_paginator("list_users").paginate()
        return [User(user["UserName"], user["Arn"], user["CreateDate"]) for page in pages for user in page["Users"]]


def list_roles(session: boto3.Session) -> list[Role]:
    """Every role of the account; raises UnreadableAnswerError where a trust policy is not a JSON object."""
    with aws_client(session, "iam") as iam:
        pages = iam.get_paginator("list_roles").paginate()
        return [
            Role(role["RoleName"], role["Arn"], role["CreateDate"], _trusted_services(role))
            for page in pages
            for role in page["Roles"]
        ]


def _trusted_services(role: Mapping[str, Any]) -> tuple[str, ...]:
    policy = role.get("AssumeRolePolicyDocument", {})
    # botocore has decoded the document by now, and leaves it as text where it could not. Naming no
    # service then would say that nobody is trusted.
    if not isinstance(policy, Mapping):
        raise UnreadableAnswerError("iam", 200, f"the trust policy of role {role['RoleName']} is not a JSON object")
    allowed = (statement for statement in _each(policy.get("Statement", [])) if statement.get("Effect") == "Allow")
    return tuple(sorted({service for statement in allowed for service in _services(statement)}))


def _services(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):  # else "*"
        yield from _each(principal.get("Service", []))


def _each(one_or_many: Any) -> list[Any]:
    """Policies may write a list of one without the brackets."""
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]
