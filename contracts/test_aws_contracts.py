"""How devctl calls AWS."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from devctl.aws import cloudwatch, cost, ecr, iam, s3
from devctl.errors import NotFound
from pactproof import contract


@contract("aws.s3.list_buckets")
def test_list_buckets(aws):
    buckets = s3.list_buckets(aws)

    assert buckets
    assert all(bucket.created_at.tzinfo is not None for bucket in buckets)
    return buckets


@contract("aws.s3.get_bucket_location")
def test_bucket_region(aws, provider):
    region = s3.bucket_region(aws, provider.params["Bucket"])

    assert region == "eu-west-1"
    return region


@contract("aws.s3.get_bucket_location", scenario="not_found")
def test_bucket_region_of_no_bucket(aws, provider):
    with pytest.raises(NotFound):
        s3.bucket_region(aws, provider.params["Bucket"])


@contract("aws.s3.list_objects_v2")
def test_list_objects(aws, provider):
    objects = s3.list_objects(aws, provider.params["Bucket"], prefix="releases/")

    assert objects
    assert all(found.size_bytes >= 0 for found in objects)
    return objects


@contract("aws.iam.list_users")
def test_list_users(aws):
    users = iam.list_users(aws)

    assert users
    assert all(user.arn.startswith("arn:aws:iam::") for user in users)
    return users


@contract("aws.iam.list_roles")
def test_list_roles(aws):
    roles = iam.list_roles(aws)

    assert roles
    assert any(role.trusted_services for role in roles)
    return roles


@contract("aws.cost_explorer.get_cost_and_usage")
def test_usage(aws):
    periods = cost.usage(aws, date(2026, 9, 1), date(2026, 11, 1))

    assert periods
    assert all(period.amount > Decimal(0) and period.unit == "USD" for period in periods)
    return periods


@contract("aws.cost_explorer.get_cost_forecast")
def test_forecast(aws):
    forecast = cost.forecast(aws, date(2026, 12, 1), date(2027, 1, 1))

    assert forecast.total > Decimal(0)
    return forecast


@contract("aws.cloudwatch.describe_alarms")
def test_alarms(aws):
    alarms = cloudwatch.alarms(aws)

    assert alarms
    assert all(alarm.state in ("OK", "ALARM", "INSUFFICIENT_DATA") for alarm in alarms)
    return alarms


@contract("aws.ecr.describe_repositories")
def test_repositories(aws):
    repositories = ecr.repositories(aws)

    assert repositories
    assert all(repository.uri for repository in repositories)
    return repositories


@contract("aws.ecr.list_images")
def test_images(aws, provider):
    images = ecr.images(aws, provider.params["repositoryName"])

    assert images
    assert all(image.digest.startswith("sha256:") for image in images)
    return images
