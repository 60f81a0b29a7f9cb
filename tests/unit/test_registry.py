"""registry.yaml: what a usable one means, and every fault of an unusable one, with its place and a way out."""

import json
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pactproof.errors import ContractError, Place, RegistryError
from pactproof.registry import AwsName, Freshness, Operation, Provider, Registry, Sandbox, load_registry

SHORT = """\
contracts:
  aws:
    s3: [list_buckets, get_bucket_location, list_objects_v2]
    iam: [list_users, list_roles]
    cost_explorer: [get_cost_and_usage, get_cost_forecast]
  grafana: [search_dashboards, get_dashboard, create_annotation, list_datasources]
  github: [list_pull_requests, get_pull_request, list_workflows]
  pagerduty: [list_incidents, get_incident, list_services]
"""

LONG = """\
consumer: devctl                               # default: the project's name in pyproject.toml, else the folder's
providers:
  grafana:
    base_url: https://grafana.example.com      # the canonical host that recordings are stored under
    sandbox: {url_env: GRAFANA_SANDBOX_URL, token_env: GRAFANA_SANDBOX_TOKEN, opt_in_env: DEVCTL_E2E}
    openapi: specs/grafana.json                # optional: the vendor's document or a list of them, for scaffolding
    freshness: {warn: 30d, fail: 90d}
waived:
  aws.cost_explorer.get_cost_forecast: {what: recording, until: 2027-03-01, reason: no emulator answers it, sandbox access asked for}
"""  # noqa: E501  # the waiver stands as the documentation has it

OPERATIONS = "write a list of names, as in [list_users, get_user]"
NAMES = "use letters, digits, _ and -, starting with a letter or digit"
CONTRACTS = "write contracts: {github: [list_workflows]} or more"


def load(folder: Path, text: str) -> Registry:
    (folder / "registry.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    return load_registry(folder)


def faults_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(RegistryError) as caught:
        load(folder, text)
    assert caught.value.exit_code == 2
    return [str(fault) for fault in caught.value.faults]


def test_the_short_form_is_enough(tmp_path):
    registry = load(tmp_path, SHORT)

    assert list(registry.operations) == [
        "aws.s3.list_buckets",
        "aws.s3.get_bucket_location",
        "aws.s3.list_objects_v2",
        "aws.iam.list_users",
        "aws.iam.list_roles",
        "aws.cost_explorer.get_cost_and_usage",
        "aws.cost_explorer.get_cost_forecast",
        "grafana.search_dashboards",
        "grafana.get_dashboard",
        "grafana.create_annotation",
        "grafana.list_datasources",
        "github.list_pull_requests",
        "github.get_pull_request",
        "github.list_workflows",
        "pagerduty.list_incidents",
        "pagerduty.get_incident",
        "pagerduty.list_services",
    ]
    assert (registry.root, registry.waivers, registry.policy) == (tmp_path, {}, {})


def test_an_http_operation_knows_its_place(tmp_path):
    registry = load(tmp_path, SHORT)

    assert registry.operations["grafana.get_dashboard"] == Operation(
        key="grafana.get_dashboard",
        service="grafana",
        name="get_dashboard",
        place=Place("registry.yaml", 6, 32),
        aws=None,
    )


def test_an_aws_operation_keeps_the_registrys_spelling_beside_botocores(tmp_path):
    registry = load(tmp_path, SHORT)

    assert registry.operations["aws.cost_explorer.get_cost_forecast"] == Operation(
        key="aws.cost_explorer.get_cost_forecast",
        service="aws",
        name="cost_explorer.get_cost_forecast",
        place=Place("registry.yaml", 5, 41),
        aws=AwsName(service="ce", operation="GetCostForecast"),
    )


@pytest.mark.parametrize(
    ("key", "scenario", "path"),
    [
        ("grafana.get_dashboard", "ok", "cassettes/grafana/get_dashboard.yaml"),
        ("grafana.get_dashboard", "not_found", "cassettes/grafana/get_dashboard.not_found.yaml"),
        ("aws.cost_explorer.get_cost_forecast", "ok", "cassettes/aws/cost_explorer/get_cost_forecast.yaml"),
        ("aws.s3.list_buckets", "denied", "cassettes/aws/s3/list_buckets.denied.yaml"),
    ],
)
def test_a_cassette_is_named_after_operation_and_scenario(tmp_path, key, scenario, path):
    registry = load(tmp_path, SHORT)

    assert registry.operations[key].cassette(scenario) == PurePosixPath(path)


def test_the_long_form_says_everything(tmp_path):
    registry = load(tmp_path, LONG + SHORT)

    assert registry.consumer == "devctl"
    assert registry.providers["grafana"] == Provider(
        name="grafana",
        base_url="https://grafana.example.com",
        sandbox=Sandbox("GRAFANA_SANDBOX_URL", "GRAFANA_SANDBOX_TOKEN", "DEVCTL_E2E"),
        openapi=("specs/grafana.json",),
        freshness=Freshness(warn=timedelta(days=30), fail=timedelta(days=90)),
    )
    waiver = registry.waivers["aws.cost_explorer.get_cost_forecast"]
    assert (waiver.what, waiver.until) == ("recording", date(2027, 3, 1))
    assert waiver.reason == "no emulator answers it, sandbox access asked for"
    assert waiver.place == Place("registry.yaml", 9, 3)


@pytest.mark.parametrize(
    ("service", "base_url", "url_env"),
    [
        ("github", "https://api.github.com", "GITHUB_SANDBOX_URL"),
        ("pagerduty", "https://api.pagerduty.com", "PAGERDUTY_SANDBOX_URL"),
        ("slack", "https://slack.com/api", "SLACK_SANDBOX_URL"),
        ("grafana", "https://grafana.example.com", "GRAFANA_SANDBOX_URL"),
        ("my_billing-API", "https://my-billing-api.example.com", "MY_BILLING_API_SANDBOX_URL"),
    ],
)
def test_a_provider_that_is_not_described_has_defaults(tmp_path, service, base_url, url_env):
    registry = load(tmp_path, f"contracts: {{{service}: [get]}}")

    assert registry.providers == {
        service: Provider(service, base_url, Sandbox(url_env, url_env.replace("_URL", "_TOKEN"), None))
    }


def test_what_a_described_provider_leaves_out_has_defaults(tmp_path):
    registry = load(
        tmp_path,
        """
        contracts: {grafana: [get]}
        providers:
          grafana: {base_url: "http://localhost:3000/sub/", sandbox: {opt_in_env: E2E}, openapi: [a.json, b.json]}
        """,
    )

    assert registry.providers["grafana"] == Provider(
        name="grafana",
        base_url="http://localhost:3000/sub",
        sandbox=Sandbox("GRAFANA_SANDBOX_URL", "GRAFANA_SANDBOX_TOKEN", "E2E"),
        openapi=("a.json", "b.json"),
    )


@pytest.mark.parametrize(
    ("written", "length"), [("12h", timedelta(hours=12)), ("30d", timedelta(days=30)), ("2w", timedelta(days=14))]
)
def test_durations_have_a_unit(tmp_path, written, length):
    registry = load(tmp_path, f"contracts: {{a: [b]}}\nproviders: {{a: {{freshness: {{fail: {written}}}}}}}")

    assert registry.providers["a"].freshness == Freshness(warn=None, fail=length)


def test_names_that_yaml_1_1_would_change_stay_text(tmp_path):
    registry = load(tmp_path, "consumer: NO\ncontracts: {on: [off, yes]}\npolicy: {fail: NO, ages: [1, 2.5]}")

    assert registry.consumer == "NO"
    assert list(registry.operations) == ["on.off", "on.yes"]
    assert registry.policy == {"fail": "NO", "ages": [1, 2.5]}


class TestConsumer:
    def test_is_the_projects_name_by_default(self, tmp_path):
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "billing.jobs"\n')

        assert load(tmp_path, "contracts: {a: [b]}").consumer == "billing.jobs"

    @pytest.mark.parametrize("pyproject", [None, "[tool.x]\n", "project = 3\n", "[project]\nversion = '1'\n"])
    def test_is_the_folders_name_where_no_project_has_one(self, tmp_path, pyproject):
        folder = tmp_path / "billing"
        folder.mkdir()
        if pyproject is not None:
            (folder / "pyproject.toml").write_text(pyproject)

        assert load(folder, "contracts: {a: [b]}").consumer == "billing"

    def test_that_cannot_name_files_has_to_be_written(self, tmp_path):
        folder = tmp_path / ".hidden"
        folder.mkdir()

        assert faults_of(folder, "contracts: {a: [b]}") == [
            "registry.yaml:1:1: the consumer has no name: that of the project or folder, '.hidden', cannot name files\n"
            "  fix: add consumer: and a name to registry.yaml"
        ]

    def test_of_a_broken_pyproject_is_a_fault_rather_than_another_name(self, tmp_path):
        (tmp_path / "pyproject.toml").write_text("[project\n")

        assert faults_of(tmp_path, "contracts: {a: [b]}") == [
            "registry.yaml:1:1: pyproject.toml cannot be read for the consumer's name: Expected ']' at the end of a"
            " table declaration (at line 1, column 9)\n"
            "  fix: add consumer: and a name to registry.yaml"
        ]


class TestWaiver:
    @pytest.fixture
    def registry(self, tmp_path):
        return load(
            tmp_path,
            """
            contracts: {a: [b, c]}
            waived:
              a.b: {what: recording, until: 2027-03-01, reason: asked for}
              a.c.denied: {what: recording, until: 2027-03-01, reason: asked for}
            """,
        )

    @pytest.mark.parametrize(
        ("day", "holds"), [(date(2027, 2, 28), True), (date(2027, 3, 1), True), (date(2027, 3, 2), False)]
    )
    def test_holds_to_the_end_of_its_last_day(self, registry, day, holds):
        assert registry.waivers["a.b"].holds_on(day) is holds

    @pytest.mark.parametrize(
        ("key", "scenario", "waiver"),
        [
            ("a.b", "ok", "a.b"),
            ("a.b", "denied", "a.b"),
            ("a.c", "denied", "a.c.denied"),
            ("a.c", "ok", None),
        ],
    )
    def test_of_an_operation_covers_its_scenarios_and_of_a_scenario_that_alone(self, registry, key, scenario, waiver):
        found = registry.waiver_for(key, scenario)

        assert (found and found.key) == waiver


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            "",
            f"1:1: the registry is empty, not a mapping that has contracts\n  fix: {CONTRACTS}",
            id="empty file",
        ),
        pytest.param(
            "- a",
            f"1:1: the registry is a list, not a mapping that has contracts\n  fix: {CONTRACTS}",
            id="a list",
        ),
        pytest.param(
            "text",
            f"1:1: the registry is 'text', not a mapping that has contracts\n  fix: {CONTRACTS}",
            id="a scalar",
        ),
        pytest.param("consumer: a", f"1:1: the registry has no contracts\n  fix: {CONTRACTS}", id="no contracts"),
        pytest.param(
            "contracts:",
            f"1:11: contracts is empty, not a mapping of services to the operations relied on\n  fix: {CONTRACTS}",
            id="empty contracts",
        ),
        pytest.param(
            "contracts: {}",
            "1:12: contracts is an empty mapping, so that nothing is relied on\n"
            "  fix: list a service with its operations",
            id="contracts without a service",
        ),
        pytest.param(
            "contracts: {a: []}",
            f"1:16: contracts.a is an empty list, not a list of one or more operations\n  fix: {OPERATIONS}",
            id="a service without operations",
        ),
        pytest.param(
            "contracts: {a: {b: c}}",
            f"1:16: contracts.a is a mapping, not a list of one or more operations\n  fix: {OPERATIONS}",
            id="a mapping of operations",
        ),
        pytest.param(
            "contracts: {aws: [s3]}",
            "1:18: contracts.aws is a list, not a mapping of AWS services to the operations relied on\n"
            "  fix: write aws: {s3: [list_buckets]} or more",
            id="AWS as a list",
        ),
        pytest.param(
            "contracts: {aws: {s3: list_buckets}}",
            f"1:23: contracts.aws.s3 is 'list_buckets', not a list of one or more operations\n  fix: {OPERATIONS}",
            id="AWS operations as text",
        ),
        pytest.param(
            "contracts: {a: [b, 1]}",
            f"1:20: contracts.a[1] is 1, not the name of an operation\n  fix: {NAMES}",
            id="a number as operation",
        ),
        pytest.param(
            "contracts: {a: [{b: {}}]}",
            f"1:17: contracts.a[0] is a mapping, not the name of an operation\n  fix: {NAMES}",
            id="a mapping as operation",
        ),
        pytest.param(
            "contracts: {a: [../x]}",
            f"1:17: contracts.a[0] is '../x', not the name of an operation\n  fix: {NAMES}",
            id="an operation that leaves the folder",
        ),
        pytest.param(
            "contracts: {a: [b.c]}",
            f"1:17: contracts.a[0] is 'b.c', not the name of an operation\n  fix: {NAMES}",
            id="an operation with a dot",
        ),
        pytest.param(
            'contracts: {a: ["b\\n"]}',
            f"1:17: contracts.a[0] is 'b\\n', not the name of an operation\n  fix: {NAMES}",
            id="an operation with a line end",
        ),
        pytest.param(
            "contracts: {a: ['']}",
            f"1:17: contracts.a[0] is '', not the name of an operation\n  fix: {NAMES}",
            id="an empty operation",
        ),
        pytest.param(
            "contracts: {../a: [b]}",
            f"1:13: '../a' is not the name of a service\n  fix: {NAMES}",
            id="a service that leaves the folder",
        ),
        pytest.param(
            "contracts: {aws: {a/b: [c]}}",
            f"1:19: 'a/b' is not the name of a service\n  fix: {NAMES}",
            id="an AWS service with a slash",
        ),
        pytest.param(
            "contracts: {? '' : [b]}",
            f"1:15: '' is not the name of a service\n  fix: {NAMES}",
            id="an empty service",
        ),
        pytest.param(
            "contracts: {a: [b, c, b]}",
            "1:23: a.b is listed twice, first in line 1\n  fix: keep one of the two",
            id="an operation twice",
        ),
        pytest.param(
            "contracts:\n  aws:\n    ce: [get_cost_and_usage]\n    cost_explorer: [get_cost_and_usage]",
            "4:21: aws.cost_explorer.get_cost_and_usage is the same operation as aws.ce.get_cost_and_usage,"
            " first in line 3\n  fix: keep one of the two",
            id="an operation under two names of its service",
        ),
        pytest.param(
            "contracts: {aws: {cost_explorr: [get_cost_and_usage]}}",
            "1:19: AWS has no service 'cost_explorr'\n  fix: write cost_explorer",
            id="unknown AWS service",
        ),
        pytest.param(
            "contracts: {aws: {s3: [list_bucket]}}",
            "1:24: AWS s3 has no operation 'list_bucket'\n"
            "  fix: write list_buckets, list_objects or list_directory_buckets",
            id="unknown AWS operation",
        ),
        pytest.param(
            "contracts: {a: [b]}\nprovider: {}",
            "2:1: unknown key 'provider' in the registry,"
            " allowed are consumer, contracts, providers, waived, redact, policy\n"
            "  fix: write providers",
            id="unknown key, one is near",
        ),
        pytest.param(
            "contracts: {a: [b]}\nzzz: {}",
            "2:1: unknown key 'zzz' in the registry,"
            " allowed are consumer, contracts, providers, waived, redact, policy\n"
            "  fix: remove it, or write one of those",
            id="unknown key, none is near",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {a: {sandbox: {url-env: X}}}",
            "2:27: unknown key 'url-env' in providers.a.sandbox, allowed are url_env, token_env, opt_in_env\n"
            "  fix: write url_env",
            id="unknown key of a sandbox",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {b: {}}",
            "2:13: providers names 'b', which contracts does not have\n"
            "  fix: list its operations under contracts, or remove it",
            id="unknown provider",
        ),
        pytest.param(
            "contracts: {grafana: [b]}\nproviders: {grafna: {}}",
            "2:13: providers names 'grafna', which contracts does not have\n  fix: write grafana",
            id="misspelt provider",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {a: [x]}",
            "2:16: providers.a is a list, not a mapping of base_url, sandbox, openapi, freshness, version_header\n"
            "  fix: write key: value pairs, or remove the key",
            id="a provider that is a list",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived:",
            "2:8: waived is empty, not a mapping\n  fix: write key: value pairs, or remove the key",
            id="empty block",
        ),
        pytest.param(
            "contracts: {a: [b]}\npolicy: strict",
            "2:9: policy is 'strict', not a mapping\n  fix: write key: value pairs, or remove the key",
            id="a policy that is text",
        ),
        pytest.param(
            "contracts: {a: [b]}\nconsumer: a/b",
            "2:11: consumer is 'a/b', not a name that can name files\n"
            "  fix: use letters, digits, dots, blanks, _ and -, as in devctl",
            id="a consumer with a slash",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {a: {freshness: {warn: 30}}}",
            "2:35: providers.a.freshness.warn is 30, not a duration\n"
            "  fix: write a whole number of hours, days or weeks, as in 12h, 30d or 2w",
            id="a duration without a unit",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {a: {freshness: {warn: 90d, fail: 12w}}}",
            "2:35: providers.a.freshness warns after 90d, later than it fails, after 12w\n"
            "  fix: let warn be shorter than fail",
            id="a warning after the failure",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {a: {openapi: [x.json, 3]}}",
            "2:35: providers.a.openapi[1] is 3, not the path of an OpenAPI document\n"
            "  fix: write a path, as in specs/grafana.json",
            id="a number as a document's path",
        ),
        pytest.param(
            "contracts: {a: [b]}\nproviders: {a: {sandbox: {token_env: not-a-name}}}",
            "2:38: providers.a.sandbox.token_env is a text that is not shown, not the name of an environment variable\n"
            "  fix: write the variable's name, as in GRAFANA_SANDBOX_URL",
            id="what may be a token is not shown",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived: {a.bb: {what: recording, until: 2027-03-01, reason: x}}",
            "2:10: waived names 'a.bb', which is not a listed operation\n  fix: write a.b",
            id="a waiver of nothing",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived: {a.b: {what: recording, until: 2027-03-01}}",
            "2:10: waived.a.b has no reason\n  fix: add reason and say in a sentence why it cannot be had today",
            id="a waiver without a reason",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived: {a.b: {what: recording, until: 2027-03-01, reason: ' '}}",
            "2:60: waived.a.b.reason is ' ', not a reason in words\n"
            "  fix: say in a sentence why it cannot be had today",
            id="a blank reason",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived: {a.b: {what: recording, until: 2027-02-30, reason: x}}",
            "2:40: waived.a.b.until is '2027-02-30', not a date\n  fix: write the last day it holds, as in 2027-03-01",
            id="a day that no calendar has",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived: {a.b: {what: recording, until: 20270301, reason: x}}",
            "2:40: waived.a.b.until is 20270301, not a date\n  fix: write the last day it holds, as in 2027-03-01",
            id="a date without dashes",
        ),
        pytest.param(
            "contracts: {a: [b]}\nwaived: {a.b: {what: promise, until: 2027-03-01, reason: x}}",
            "2:22: waived.a.b.what is 'promise', not 'recording'\n  fix: write recording",
            id="a waiver of something else",
        ),
        pytest.param(
            "contracts: {a: [b]}\ncontracts: {a: [b]}",
            "2:1: duplicate key 'contracts', first in line 1\n  fix: keep one of the two",
            id="duplicate key",
        ),
        pytest.param(
            "contracts: {a: [!x b]}",
            "1:17: tag !x is not allowed\n  fix: write plain YAML without tags",
            id="tag",
        ),
        pytest.param(
            "contracts: &x {a: *x}",
            "1:12: an alias that contains itself\n  fix: write the values out, without aliases and with less nesting",
            id="cycle",
        ),
        pytest.param(
            "contracts: {a: [b}",
            "1:18: not valid YAML: did not find expected ',' or ']'\n  fix: correct the syntax at this place",
            id="syntax",
        ),
    ],
)
def test_a_fault_says_where_what_and_how_to_mend_it(tmp_path, text, fault):
    assert faults_of(tmp_path, text) == [f"registry.yaml:{fault}"]


@pytest.mark.parametrize(
    ("waiver", "reason"),
    [
        ("{what: recording, until: 2027-03-01, reason: a b, c d,e}", "a b, c d, e"),
        ("{reason: a b, c d, what: recording, until: 2027-03-01}", "a b, c d"),
        ("{what: recording, until: 2027-03-01, reason: 'a, b'}", "a, b"),
    ],
)
def test_a_reason_in_braces_may_have_commas(tmp_path, waiver, reason):
    registry = load(tmp_path, f"contracts: {{a: [b]}}\nwaived:\n  a.b: {waiver}")

    assert registry.waivers["a.b"].reason == reason


@pytest.mark.parametrize(
    ("waiver", "place"),
    [
        pytest.param("{what: recording, until: 2027-03-01, reason: x, zzz: y}", "3:56", id="a key with a value"),
        pytest.param("{zzz, what: recording, until: 2027-03-01, reason: x}", "3:9", id="a key before the reason"),
        pytest.param(
            "\n    what: recording\n    until: 2027-03-01\n    reason: x\n    zzz:", "7:5", id="a key without braces"
        ),
    ],
)
def test_no_other_key_is_taken_for_the_rest_of_a_reason(tmp_path, waiver, place):
    faults = faults_of(tmp_path, f"contracts: {{a: [b]}}\nwaived:\n  a.b: {waiver}\n")

    assert faults == [
        f"registry.yaml:{place}: unknown key 'zzz' in waived.a.b, allowed are what, until, reason\n"
        "  fix: remove it, or write one of those"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "grafana.example.com",
        "ftp://grafana.example.com",
        "https://",
        "https:///path",
        "https://grafana.example.com?org=1",
        "https://grafana.example.com/?",
        "https://grafana.example.com#x",
        "https://grafana.example.com:port",
        "https://[::1",
        "https://grafana example.com",
        "",
    ],
)
def test_a_base_url_is_absolute_and_nothing_but_a_base(tmp_path, url):
    text = f"contracts: {{a: [b]}}\nproviders:\n  a:\n    base_url: {json.dumps(url)}"

    assert faults_of(tmp_path, text) == [
        f"registry.yaml:4:15: providers.a.base_url is {url!r}, "
        "not an absolute http or https URL without credentials, query or fragment\n"
        "  fix: write the host, as in https://grafana.example.com"
    ]


def test_credentials_in_a_base_url_are_refused_and_not_shown(tmp_path):
    password = "-".join(["open", "sesame"])

    (fault,) = faults_of(
        tmp_path, f"contracts: {{a: [b]}}\nproviders: {{a: {{base_url: 'https://me:{password}@x.example.com'}}}}"
    )

    assert password not in fault


def test_all_faults_of_a_file_come_in_file_order(tmp_path):
    faults = faults_of(
        tmp_path,
        """\
        consumer: [devctl]
        waived:
          grafana.serch: {what: recording, until: soon}
        contracts:
          aws:
            s33: [list_buckets, list_objects]
            iam: [list_users, list_user, 3]
          grafana: [search, ../search, search]
          grafana: [get]
        providers:
          grafana: {base_url: grafana, freshness: {warn: 1y}}
          grafna: {}
        """,
    )

    assert faults == [
        "registry.yaml:1:11: consumer is a list, not a name that can name files\n"
        "  fix: use letters, digits, dots, blanks, _ and -, as in devctl",
        "registry.yaml:3:3: waived.grafana.serch has no reason\n"
        "  fix: add reason and say in a sentence why it cannot be had today",
        "registry.yaml:3:3: waived names 'grafana.serch', which is not a listed operation\n  fix: write grafana.search",
        "registry.yaml:3:43: waived.grafana.serch.until is 'soon', not a date\n"
        "  fix: write the last day it holds, as in 2027-03-01",
        "registry.yaml:6:5: AWS has no service 's33'\n  fix: write s3",
        "registry.yaml:7:23: AWS iam has no operation 'list_user'\n"
        "  fix: write list_users, list_user_tags or list_user_policies",
        f"registry.yaml:7:34: contracts.aws.iam[2] is 3, not the name of an operation\n  fix: {NAMES}",
        f"registry.yaml:8:21: contracts.grafana[1] is '../search', not the name of an operation\n  fix: {NAMES}",
        "registry.yaml:8:32: grafana.search is listed twice, first in line 8\n  fix: keep one of the two",
        "registry.yaml:9:3: duplicate key 'grafana', first in line 8\n  fix: keep one of the two",
        "registry.yaml:11:23: providers.grafana.base_url is 'grafana', "
        "not an absolute http or https URL without credentials, query or fragment\n"
        "  fix: write the host, as in https://grafana.example.com",
        "registry.yaml:11:50: providers.grafana.freshness.warn is '1y', not a duration\n"
        "  fix: write a whole number of hours, days or weeks, as in 12h, 30d or 2w",
        "registry.yaml:12:3: providers names 'grafna', which contracts does not have\n  fix: write grafana",
    ]


def test_the_error_is_all_its_faults_and_survives_pickling(tmp_path):
    with pytest.raises(RegistryError) as caught:
        load(tmp_path, "a: 1\ncontracts: {b: c}")

    expected = (
        "registry.yaml:1:1: unknown key 'a' in the registry, "
        "allowed are consumer, contracts, providers, waived, redact, policy\n"
        "  fix: remove it, or write one of those\n"
        "registry.yaml:2:16: contracts.b is 'c', not a list of one or more operations\n"
        f"  fix: {OPERATIONS}"
    )
    assert str(caught.value) == expected
    assert str(pickle.loads(pickle.dumps(caught.value))) == expected  # noqa: S301  # our own bytes


def test_a_missing_registry_is_told_how_to_start(tmp_path):
    with pytest.raises(RegistryError) as caught:
        load_registry(tmp_path)

    assert str(caught.value) == (
        "registry.yaml: no such file\n  fix: create registry.yaml, or start in the project's folder"
    )


def test_long_values_are_cut_in_messages(tmp_path):
    (fault,) = faults_of(tmp_path, f"contracts: {{a: [b]}}\nconsumer: {'/' * 100}")

    assert fault.partition("\n")[0] == (
        f"registry.yaml:2:11: consumer is {'/' * 60!r} and 40 characters more, not a name that can name files"
    )


def test_without_botocore_an_aws_block_names_the_extra_once(tmp_path):
    (tmp_path / "registry.yaml").write_text(SHORT)
    code = (
        "import sys; sys.modules['botocore'] = None\n"
        "from pathlib import Path\n"
        "from pactproof.errors import RegistryError\n"
        "from pactproof.registry import load_registry\n"
        "try: load_registry(Path(sys.argv[1]))\n"
        "except RegistryError as error: print(error)\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )

    assert result.stdout == (
        'registry.yaml:2:3: AWS operations need botocore, which is not installed\n  fix: pip install "pactproof[aws]"\n'
    )


def test_loading_writes_nothing(tmp_path):
    load(tmp_path, SHORT)

    assert [file.name for file in tmp_path.rglob("*")] == ["registry.yaml"]


def test_the_registry_of_this_repository_loads():
    registry = load_registry(Path(__file__).parents[2])

    assert registry.consumer == "devctl"
    assert {"aws.cloudwatch.describe_alarms", "aws.ecr.describe_repositories"} < set(registry.operations)
    opt_ins = {name: provider.sandbox.opt_in_env for name, provider in registry.providers.items()}
    services = ("argocd", "confluence", "github", "grafana", "jira", "pagerduty", "slack")
    assert opt_ins == {"aws": None, **dict.fromkeys(services, "DEVCTL_E2E")}
    assert len(registry.operations) == 31


# fmt: off
WORDS = st.sampled_from([
    "contracts", "aws", "s3", "list_buckets", "grafana", "get", "consumer", "providers", "base_url",
    "sandbox", "token_env", "openapi", "freshness", "warn", "30d", "waived", "grafana.get", "what",
    "recording", "until", "2027-03-01", "reason", "policy", "https://x.example.com", "[key]", "__class__",
    "model_config", "a\n b", "",
])
# fmt: on
REGISTRY_LIKE = st.recursive(
    WORDS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(WORDS, parts, max_size=5),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("registry")


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_a_registry_or_a_registry_error(folder, text):
    assert_loads_or_is_refused(folder, text)


@settings(max_examples=200, deadline=None)
@given(value=st.dictionaries(WORDS, REGISTRY_LIKE, max_size=5) | REGISTRY_LIKE)
def test_any_json_value_is_a_registry_or_a_registry_error(folder, value):
    assert_loads_or_is_refused(folder, yaml.safe_dump(value))
    assert_loads_or_is_refused(folder, json.dumps(value))


def assert_loads_or_is_refused(folder: Path, text: str) -> None:
    (folder / "registry.yaml").write_bytes(text.encode())
    faults: Sequence[ContractError] = ()
    try:
        load_registry(folder)
    except RegistryError as error:
        faults = error.faults or pytest.fail("a RegistryError without a fault")
    assert all(fault.fix and fault.at and fault.at.path == "registry.yaml" for fault in faults)


def test_a_provider_may_name_the_header_that_it_says_its_version_in(tmp_path):
    registry = load(
        tmp_path,
        """
        contracts: {shop: [get_item], depot: [get_item]}
        providers: {shop: {version_header: X-Shop-Release}}
        """,
    )

    assert registry.providers["shop"].version_header == "X-Shop-Release"
    assert registry.providers["depot"].version_header == ""


def test_a_version_header_that_is_no_name_of_a_header_is_refused(tmp_path):
    text = "contracts: {shop: [get_item]}\nproviders: {shop: {version_header: 'X Shop: 1'}}\n"

    (fault,) = faults_of(tmp_path, text)

    assert fault == (
        "registry.yaml:2:36: providers.shop.version_header is 'X Shop: 1', not the name of a header\n"
        "  fix: write the name alone, as in X-Api-Version"
    )
