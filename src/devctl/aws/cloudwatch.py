"""CloudWatch: alarms and the state they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devctl.aws.client import aws_client

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. `state` is "OK", "ALARM" or "INSUFFICIENT_DATA"."""

    name: str
    state: str
    metric: str | None  # None where the alarm watches an expression over several metrics
    actions_enabled: bool


def alarms(session: boto3.Session) -> list[Alarm]:
    """Every metric alarm of the session's region; composite alarms are not asked for."""
    with aws_client(session, "cloudwatch") as cloudwatch:
        pages = cloudwatch.get_paginator("describe_alarms").paginate()
        return [
            Alarm(alarm["AlarmName"], alarm["StateValue"], alarm.get("MetricName"), alarm["ActionsEnabled"])
            for page in pages
            for alarm in page.get("MetricAlarms", ())
        ]
