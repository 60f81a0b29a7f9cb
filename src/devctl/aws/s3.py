"""S3: buckets, where they are, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from devctl.aws.client import aws_client

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of the account."""

    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ObjectSummary:
    """One object as listings show it."""

    key: str
    size_bytes: int
    last_modified: datetime


def list_buckets(session: boto3.Session) -> list[Bucket]:
    """Every bucket the account owns, in every region."""
    with aws_client(session, "s3") as s3:
        pages = s3.get_paginator("list_buckets").paginate()
        return [Bucket(bucket["Name"], bucket["CreationDate"]) for page in pages for bucket in page.get("Buckets", ())]


def bucket_region(session: boto3.Session, bucket: str) -> str:
    """The region a bucket is in, "eu-central-1"; raises NotFound, and Forbidden for somebody else's."""
    with aws_client(session, "s3") as s3:
        constraint = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint")
    # Two answers are older than region names: none at all, and "EU".
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    if not constraint:
        return "us-east-1"
    return "eu-west-1" if constraint == "EU" else str(constraint)


def list_objects(session: boto3.Session, bucket: str, prefix: str = "") -> list[ObjectSummary]:
    """Every object whose key starts with `prefix`, ordered by key; raises NotFound where there is no such bucket."""
    only = {"Prefix": prefix} if prefix else {}
    with aws_client(session, "s3") as s3:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **only)
        return [
            ObjectSummary(found["Key"], found["Size"], found["LastModified"])
            for page in pages
            for found in page.get("Contents", ())  # absent where nothing was found
        ]
