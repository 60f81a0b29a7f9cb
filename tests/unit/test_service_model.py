"""AWS names as people write them find botocore's service models."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import botocore
import pytest
from botocore import xform_name
from botocore.loaders import create_loader

from pactproof.service_model import (
    ALIASES,
    UnknownNameError,
    available_services,
    operation_name,
    operation_names,
    service_model,
    service_name,
)

# A service id and two services' spelling collide: the exact name wins.
SHARED_SERVICE_IDS = {"sms-voice"}


def test_every_service_of_botocore_resolves():
    unresolved = []

    for service in available_services():
        service_id = _service_id(service)
        spellings = {service, service.replace("-", "_"), service.upper()}
        if service not in SHARED_SERVICE_IDS:
            spellings |= {service_id, re.sub(r"[ -]+", "_", service_id).lower()}
        unresolved += [spelling for spelling in spellings if service_name(spelling) != service]

    assert len(available_services()) > 400
    assert unresolved == []


def _service_id(service: str) -> str:
    """As the newest model says in its first kilobytes: to read all models whole takes eight seconds."""
    newest = max((Path(botocore.__file__).parent / "data" / service).glob("*/service-2.json.gz"))
    with gzip.open(newest, "rt", encoding="utf-8") as model:
        found = re.search(r'"serviceId" ?: ?"([^"]+)"', model.read(8192))
    return found[1] if found else service


@pytest.mark.slow
def test_no_service_of_botocore_has_two_operations_of_one_name():
    twice = []

    for service in available_services():
        # A loader of its own, so that 439 models are not kept for the rest of the run.
        methods = [xform_name(name) for name in create_loader().load_service_model(service, "service-2")["operations"]]
        twice += [service] if len(set(methods)) != len(methods) else []

    assert twice == []


@pytest.mark.parametrize("service", ["s3", "ec2", "ce", "iam", "dynamodb", "sts", "lambda", "mturk", "kinesis"])
def test_every_operation_is_found_by_the_name_of_its_boto3_method(service):
    model = create_loader().load_service_model(service, "service-2")

    found = {operation_name(service, xform_name(name)) for name in model["operations"]}

    assert found == set(model["operations"])


@pytest.mark.parametrize(
    ("written", "service"),
    [
        ("ce", "ce"),
        ("cost_explorer", "ce"),
        ("cloudwatch_logs", "logs"),
        ("cognito_idp", "cognito-idp"),
        ("cognito-idp", "cognito-idp"),
        ("dynamo_db", "dynamodb"),
        ("step_functions", "stepfunctions"),
        ("sfn", "stepfunctions"),
        ("eventbridge", "events"),
        ("config_service", "config"),
        ("iot_data_plane", "iot-data"),
        ("monitoring", "cloudwatch"),
        ("S3", "s3"),
        ("parameter_store", "ssm"),
        ("iam_identity_center", "sso-admin"),
    ],
)
def test_a_service_is_found_by_any_of_its_names(written, service):
    assert service_name(written) == service


def test_every_alias_leads_to_a_service():
    assert {alias: service for alias, service in ALIASES.items() if service not in available_services()} == {}


def test_an_operation_has_botocores_spelling():
    assert operation_name("cost_explorer", "get_cost_and_usage") == "GetCostAndUsage"


def test_a_service_model_is_one_object_under_all_its_names():
    model = service_model("cost_explorer")

    assert model is service_model("ce")
    assert model.service_name == "ce"
    assert model.operation_model("GetCostForecast").name == "GetCostForecast"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("cost_explorr", "AWS has no service 'cost_explorr'\n  fix: write cost_explorer", id="misspelt"),
        pytest.param(
            "lamda",
            "AWS has no service 'lamda'\n  fix: write lambda, lambda_web or lambda_core",
            id="several are near",
        ),
        pytest.param(
            "zzzzqq",
            "AWS has no service 'zzzzqq'\n  fix: use a name that boto3.client() takes, with _ for -",
            id="none is near",
        ),
        pytest.param(
            "execute_api",
            "AWS service 'execute_api' may be any of apigatewaymanagementapi or connectparticipant\n"
            "  fix: write the one you mean",
            id="a signing name that two services share",
        ),
    ],
)
def test_an_unknown_service_is_told_the_nearest(written, message):
    with pytest.raises(UnknownNameError) as caught:
        service_name(written)

    assert str(caught.value) == message
    assert isinstance(caught.value, LookupError)


@pytest.mark.parametrize(
    ("service", "written", "message"),
    [
        pytest.param(
            "cost_explorer",
            "get_cost_forcast",
            "AWS cost_explorer has no operation 'get_cost_forcast'\n"
            "  fix: write get_cost_forecast, get_usage_forecast or get_cost_categories",
            id="misspelt",
        ),
        pytest.param(
            "s3",
            "ListBuckets",
            "AWS s3 has no operation 'ListBuckets'\n  fix: write list_buckets",
            id="as the API says",
        ),
        pytest.param(
            "s3",
            "list-buckets",
            "AWS s3 has no operation 'list-buckets'\n  fix: write list_buckets",
            id="as the CLI says",
        ),
        pytest.param(
            "s3",
            "download_file",
            "AWS s3 has no operation 'download_file'\n"
            "  fix: name what boto3's download_file sends: head_object and get_object",
            id="a method of boto3",
        ),
        pytest.param(
            "sts",
            "zzz",
            "AWS sts has no operation 'zzz'\n"
            "  fix: use a method of its boto3 client, such as assume_role, assume_role_with_saml "
            "or assume_role_with_web_identity",
            id="none is near",
        ),
    ],
)
def test_an_unknown_operation_is_told_the_nearest(service, written, message):
    with pytest.raises(UnknownNameError) as caught:
        operation_name(service, written)

    assert str(caught.value) == message


def test_operations_of_an_unknown_service_are_refused_as_the_service_is():
    with pytest.raises(UnknownNameError, match="AWS has no service 'cost_explorr'"):
        operation_name("cost_explorr", "get_cost_forecast")


def test_operation_names_are_those_of_boto3s_methods():
    assert operation_names("sts")["assume_role_with_saml"] == "AssumeRoleWithSAML"


def in_a_fresh_python(code: str) -> str:
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return result.stdout


def test_botocore_is_not_imported_before_it_is_needed():
    loaded = in_a_fresh_python("import sys, pactproof.registry; print('botocore' in sys.modules)")

    assert loaded == "False\n"


def test_without_botocore_the_extra_is_named():
    message = in_a_fresh_python(
        "import sys; sys.modules['botocore'] = None\n"
        "from pactproof.errors import ContractError\n"
        "from pactproof.service_model import service_model\n"
        "try: service_model('s3')\n"
        "except ContractError as error: print(type(error).__name__, error)\n"
    )

    assert message == (
        'ContractError AWS operations need botocore, which is not installed\n  fix: pip install "pactproof[aws]"\n'
    )
