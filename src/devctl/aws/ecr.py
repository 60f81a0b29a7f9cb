"""ECR: image repositories and the images in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from devctl.aws.client import aws_client

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Repository:
    """One private repository. `uri` is what `docker push` takes, without a tag."""

    name: str
    arn: str
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Image:
    """One name of an image: an image with two tags is listed twice, one without any has None."""

    digest: str
    tag: str | None


def repositories(session: boto3.Session) -> list[Repository]:
    """Every private repository of the session's account and region."""
    with aws_client(session, "ecr") as ecr:
        pages = ecr.get_paginator("describe_repositories").paginate()
        return [
            Repository(found["repositoryName"], found["repositoryArn"], found["repositoryUri"], found["createdAt"])
            for page in pages
            for found in page["repositories"]
        ]


def images(session: boto3.Session, repository: str) -> list[Image]:
    """Every image of a repository; raises NotFound where there is no such repository."""
    with aws_client(session, "ecr") as ecr:
        pages = ecr.get_paginator("list_images").paginate(repositoryName=repository)
        return [Image(found["imageDigest"], found.get("imageTag")) for page in pages for found in page["imageIds"]]
