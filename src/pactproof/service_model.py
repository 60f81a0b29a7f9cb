"""AWS names as people write them, resolved against botocore's own service models.

botocore is imported on the first look-up only: a registry without `aws` needs none of it.
"""

from __future__ import annotations

import difflib
import gzip
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pactproof.errors import ContractError, GenerationError

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

# Names that no model says, and the common ones that some does: these are found without a look into the models.
ALIASES: Mapping[str, str] = {
    "certificate_manager": "acm",
    "cloudwatch_events": "events",
    "cloudwatch_logs": "logs",
    "cost_and_usage_report": "cur",
    "cost_explorer": "ce",
    "elastic_block_store": "ebs",
    "elastic_compute_cloud": "ec2",
    "elastic_container_registry": "ecr",
    "elastic_container_service": "ecs",
    "elastic_file_system": "efs",
    "elastic_kubernetes_service": "eks",
    "elastic_load_balancing_v2": "elbv2",
    "eventbridge": "events",
    "iam_identity_center": "sso-admin",
    "key_management_service": "kms",
    "parameter_store": "ssm",
    "relational_database_service": "rds",
    "security_token_service": "sts",
    "simple_email_service": "ses",
    "simple_notification_service": "sns",
    "simple_queue_service": "sqs",
    "simple_storage_service": "s3",
    "simple_workflow_service": "swf",
    "systems_manager": "ssm",
}

# Methods that boto3 adds to its clients. They send other operations, and those are what a provider promises.
BOTO3_METHODS: Mapping[str, tuple[str, ...]] = {
    "copy": ("head_object", "copy_object"),
    "download_file": ("head_object", "get_object"),
    "download_fileobj": ("head_object", "get_object"),
    "upload_file": ("put_object",),
    "upload_fileobj": ("put_object",),
}

_HEAD_CHARS = 8192  # botocore's models open with their version and metadata, well within this


class UnknownNameError(GenerationError, LookupError):
    """botocore has no service or operation of this name, or several."""


@cache
def service_name(name: str) -> str:
    """The botocore name of an AWS service: "ce" for "ce", "cost_explorer" or "Cost Explorer".

    Tried in turn, without regard to case, `_`, `-` and blanks: botocore's name, the aliases above,
    the service id, the signing name.

    Raises UnknownNameError with the nearest spellings, or with the candidates where several services sign alike;
    ContractError where botocore is not installed.
    """
    wanted = _squashed(name)
    if (found := _by_spelling().get(wanted)) is not None:
        return found
    for names in _names_in_metadata():
        services = names.get(wanted, ())
        if len(services) == 1:
            return services[0]
        if services:
            what = f"AWS service {name!r} may be any of {_listed(services)}"
            raise UnknownNameError(what, fix="write the one you mean")
    raise UnknownNameError(f"AWS has no service {name!r}", fix=_service_fix(name))


@cache
def operation_name(service: str, snake_case: str) -> str:
    """The operation's name in the service model: "GetCostAndUsage" for ("ce", "get_cost_and_usage").

    service: any spelling that `service_name` knows

    Raises UnknownNameError with the nearest spellings.
    """
    operations = operation_names(service_name(service))
    if (found := operations.get(snake_case)) is not None:
        return found
    raise UnknownNameError(f"AWS {service} has no operation {snake_case!r}", fix=_operation_fix(operations, snake_case))


@cache
def operation_names(service: str) -> Mapping[str, str]:
    """Every operation of a service, snake_case to the service model's name, as boto3's methods are spelled."""
    model = service_model(service)
    from botocore import xform_name

    return {xform_name(name): name for name in model.operation_names}


@cache
def service_model(name: str) -> ServiceModel:
    """botocore's description of a service, under any spelling that `service_name` knows. One object a service."""
    service = service_name(name)
    if service != name:
        return service_model(service)
    from botocore.model import ServiceModel

    return ServiceModel(_loader().load_service_model(service, "service-2"), service_name=service)


@cache
def available_services() -> tuple[str, ...]:
    """botocore's names of all services that it has a model of, sorted."""
    return tuple(sorted(_loader().list_available_services("service-2")))


@cache
def _loader() -> Loader:
    try:
        from botocore.loaders import create_loader
    except ImportError as error:
        what = "AWS operations need botocore, which is not installed"
        raise ContractError(what, fix='pip install "pactproof[aws]"') from error
    return create_loader()


@cache
def _by_spelling() -> Mapping[str, str]:
    """Services by botocore's name and by the aliases above, squashed; a name goes before an alias."""
    aliases = {_squashed(alias): service for alias, service in ALIASES.items()}
    return {**aliases, **{_squashed(service): service for service in available_services()}}


@cache
def _names_in_metadata() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Services by their squashed service id, and by their signing name (several may share one)."""
    ids: dict[str, tuple[str, ...]] = {}
    signing: dict[str, tuple[str, ...]] = {}
    for service in available_services():
        metadata = _metadata(service)
        for names, key in ((ids, metadata.get("serviceId")), (signing, _signing_name(metadata))):
            if key:
                names[_squashed(key)] = (*names.get(_squashed(key), ()), service)
    return ids, signing


def _signing_name(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("signingName") or metadata.get("endpointPrefix") or "")


def _metadata(service: str) -> Mapping[str, Any]:
    """The `metadata` of a service model, read from the head of its file where that can be found.

    All heads take 0.1 s; loading all models takes 4 s.
    """
    version = _loader().determine_latest_version(service, "service-2")
    for folder in _loader().search_paths:
        file = Path(folder) / service / version / "service-2.json.gz"
        if file.is_file():
            with gzip.open(file, "rt", encoding="utf-8") as stream:
                head = stream.read(_HEAD_CHARS)
            if (metadata := _metadata_in(head)) is not None:
                return metadata
    metadata = _loader().load_service_model(service, "service-2")["metadata"]
    return metadata if isinstance(metadata, dict) else {}


def _metadata_in(head: str) -> Mapping[str, Any] | None:
    start = re.search(r'"metadata"\s*:\s*(?={)', head)
    if start is None:
        return None
    try:
        metadata, _ = json.JSONDecoder().raw_decode(head, start.end())
    except ValueError:  # the head ends within it
        return None
    return metadata if isinstance(metadata, dict) else None


def _service_fix(name: str) -> str:
    known = [service.replace("-", "_") for service in available_services()] + list(ALIASES)
    near = _nearest(name, known)
    return f"write {_listed(near, 'or')}" if near else "use a name that boto3.client() takes, with _ for -"


def _operation_fix(operations: Mapping[str, str], name: str) -> str:
    if name in BOTO3_METHODS and set(BOTO3_METHODS[name]) <= set(operations):
        return f"name what boto3's {name} sends: {_listed(BOTO3_METHODS[name], 'and')}"
    verb = name.partition("_")[0]
    alike = [operation for operation in operations if operation.startswith(f"{verb}_")]
    # For list_user, list_users helps and tag_user, as near in spelling, does not.
    if near := _nearest(name, alike) or _nearest(name, operations):
        return f"write {_listed(near, 'or')}"
    some = sorted(operations)[:3]
    return f"use a method of its boto3 client, such as {_listed(some, 'or')}"


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """The same name in another spelling where there is one, else up to three that look alike, best first."""
    names = sorted(set(known))
    same = [candidate for candidate in names if _squashed(candidate) == _squashed(name)]
    return same or difflib.get_close_matches(name.lower(), names, n=3)


def _listed(names: Iterable[str], last: str = "or") -> str:
    *others, final = names
    return f"{', '.join(others)} {last} {final}" if others else final


def _squashed(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()
