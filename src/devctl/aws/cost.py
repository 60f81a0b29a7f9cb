"""Cost Explorer: what was spent, and what is expected to be. Amazon charges 0.01 USD for each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from devctl.aws.client import aws_client

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class CostPeriod:
    """Unblended cost of one day or month: from `start`, up to `end` and without it."""

    start: date
    end: date
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Unblended cost expected in the whole of a time span."""

    total: Decimal
    unit: str


def usage(
    session: boto3.Session, start: date, end: date, granularity: Literal["DAILY", "MONTHLY"] = "MONTHLY"
) -> list[CostPeriod]:
    """What was spent from `start` up to `end` (without it), one entry a day or month, oldest first."""
    question = {"TimePeriod": _span(start, end), "Granularity": granularity, "Metrics": ["UnblendedCost"]}
    periods: list[CostPeriod] = []
    with aws_client(session, "ce") as ce:
        page = ce.get_cost_and_usage(**question)
        periods += map(_period, page["ResultsByTime"])
        while token := page.get("NextPageToken"):
            page = ce.get_cost_and_usage(**question, NextPageToken=token)
            periods += map(_period, page["ResultsByTime"])
    return periods


def forecast(session: boto3.Session, start: date, end: date) -> Forecast:
    """What will be spent from `start` (today or later) up to `end`; ApiError where the history is too short."""
    with aws_client(session, "ce") as ce:
        answer = ce.get_cost_forecast(TimePeriod=_span(start, end), Metric="UNBLENDED_COST", Granularity="MONTHLY")
    return Forecast(Decimal(answer["Total"]["Amount"]), answer["Total"]["Unit"])


def _span(start: date, end: date) -> dict[str, str]:
    return {"Start": start.isoformat(), "End": end.isoformat()}


def _period(result: Mapping[str, Any]) -> CostPeriod:
    span, cost = result["TimePeriod"], result["Total"]["UnblendedCost"]
    return CostPeriod(
        date.fromisoformat(span["Start"]), date.fromisoformat(span["End"]), Decimal(cost["Amount"]), cost["Unit"]
    )
