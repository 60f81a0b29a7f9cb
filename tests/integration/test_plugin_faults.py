"""Whose fault it is, and that what is printed says what to do about it."""

from __future__ import annotations

import pytest
from tests.integration.plugin_project import CLOSED, PAGES, PluginProject, get, project

__all__ = ["project"]
pytest_plugins = "pytester"

BOTH_REQUEST = {"test_get_item[pact]": "request", "test_get_item[replay]": "request"}
BOTH_CONSUMER = {"test_get_item[pact]": "consumer", "test_get_item[replay]": "consumer"}
LIST_BUCKETS = """
@contract("aws.s3.list_buckets")
def test_list_buckets(provider):
    buckets = boto3.client("s3").list_buckets({params})["Buckets"]

    assert buckets[0]["Name"]{then}
"""


def test_a_contract_that_holds_passes_before_promise_and_recording(project: PluginProject):
    run = project.run()

    assert run.code == 0, run.text
    assert run.counts == {"passed": 2}


# --- request -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("http", ["httpx", "requests"])
def test_a_wrong_query_value_is_a_request_fault_before_both_providers(project: PluginProject, http: str):
    project.tests(f"""
        @contract("shop.get_item")
        def test_get_item(provider):
            shop.get_item(provider.url, provider.params["id"], currency="USD", http={http})
    """)

    run = project.run()

    assert run.code == 1
    assert run.faults == BOTH_REQUEST
    assert run.fault("test_get_item[replay]") == [
        "fault: request",
        "operation: shop.get_item",
        "scenario: ok",
        "the consumer sent something else than promised",
        '  query.currency: expected "EUR", found "USD"',
        "    Expected 'USD' (String) to be equal to 'EUR' (String)",
        "file: contracts/shop.yaml:3:3",
        "fix: mend the program, or change contracts/shop.yaml:3:3 and run: pytest contracts -k shop.get_item",
        "",
        "called from:",
        "  contracts/test_shop_contracts.py:6 in test_get_item",
        f'    shop.get_item(provider.url, provider.params["id"], currency="USD", http={http})',
        "  shop.py:8 in get_item",
        '    answer = http.get(f"{url}/items/{item_id}", params={"currency": currency}, '
        'headers={"Authorization": "Bearer t"})',
    ]


def test_a_wrong_aws_parameter_is_a_request_fault_before_both_providers(project: PluginProject):
    project.with_s3(LIST_BUCKETS.format(params="MaxBuckets=6", then=""), "s3.list_buckets: {params: {MaxBuckets: 5}}\n")

    run = project.run()

    assert run.faults == {"test_list_buckets[stub]": "request", "test_list_buckets[replay]": "request"}
    for test in run.faults:
        assert run.fault(test)[:5] == [
            "fault: request",
            "operation: aws.s3.list_buckets",
            "scenario: ok",
            "the consumer sent something else than promised",
            "  $.MaxBuckets: expected 5, found 6",
        ]


@pytest.mark.parametrize(
    "swallowing",
    [
        'shop.get_item(provider.url, provider.params["id"], currency="USD")',
        "httpx.post(provider.url)",
        f'httpx.get("http://{CLOSED}/items")',
        f'socket.create_connection(("{CLOSED}", 80), timeout=1)',
        'socket.getaddrinfo("shop.example.org", 443)',
        'shop.get_item(provider.url, provider.params["id"])',
    ],
    ids=["query", "method", "host", "socket", "name", "twice"],
)
def test_swallowing_every_exception_does_not_hide_a_request_fault(project: PluginProject, swallowing: str):
    project.tests(f"""
        @contract("shop.get_item")
        def test_get_item(provider):
            shop.get_item(provider.url, provider.params["id"])
            try:
                {swallowing}
            except:
                pass
    """)

    run = project.run()

    assert run.faults == BOTH_REQUEST, run.text


def test_an_aws_call_promised_once_and_made_twice_is_a_request_fault(project: PluginProject):
    again = '\n    boto3.client("s3").list_buckets(MaxBuckets=5)'
    project.with_s3(LIST_BUCKETS.format(params="MaxBuckets=5", then=again))

    run = project.run()

    assert run.faults == {"test_list_buckets[stub]": "request", "test_list_buckets[replay]": "request"}


def test_skipping_the_test_does_not_hide_a_request_fault(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            try:
                shop.get_item(provider.url, provider.params["id"], currency="USD")
            except Exception:
                pytest.skip("the shop is not there")
    """)

    run = project.run()

    assert run.faults == BOTH_REQUEST


def test_a_page_that_is_never_fetched_is_a_request_fault(project: PluginProject):
    project.register("list_items")
    project.write("contracts/shop.yaml", PAGES)
    pages = [(get("/items?page=1"), {"items": ["Lamp"], "next": "2"}), (get("/items?page=2"), {"items": ["Desk"]})]
    project.cassette("shop.list_items", *pages)
    project.tests("""
        @contract("shop.list_items")
        def test_list_items(provider):
            assert httpx.get(provider.url + "/items?page=1").json()["items"]
    """)

    run = project.run()

    assert run.faults == {"test_list_items[pact]": "request", "test_list_items[replay]": "request"}
    assert run.fault("test_list_items[pact]")[3:5] == [
        "the consumer did not send all requests",
        "  request: expected GET /items?page=2, found nothing",
    ]


def test_a_wrong_request_of_a_fixture_that_builds_the_client_is_a_request_fault(project: PluginProject):
    project.tests("""
        @pytest.fixture
        def item(provider):
            return shop.get_item(provider.url, provider.params["id"], currency="USD")

        @contract("shop.get_item")
        def test_get_item(item):
            assert item
    """)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"errors": 2}
    assert run.faults == BOTH_REQUEST


def test_a_request_beyond_the_promise_when_the_client_is_closed_is_a_request_fault(project: PluginProject):
    project.tests("""
        @pytest.fixture
        def client(provider):
            yield shop
            try:
                httpx.post(provider.url + "/logout")
            except Exception:
                pass

        @contract("shop.get_item")
        def test_get_item(client, provider):
            assert client.get_item(provider.url, provider.params["id"])
    """)

    run = project.run()

    assert run.code == 1
    assert run.faults == BOTH_REQUEST
    assert not (project.path / "contracts/pacts").exists()


# --- consumer ----------------------------------------------------------------------------------------------------


def test_a_consumer_that_raises_on_a_right_answer_keeps_its_traceback(project: PluginProject):
    project.write(
        "shop.py",
        """
        import httpx


        def get_item(url, item_id):
            item = httpx.get(f"{url}/items/{item_id}?currency=EUR").json()
            return item["colour"]  # nobody promised it
        """,
    )
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            assert shop.get_item(provider.url, provider.params["id"])
    """)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"failed": 2}
    shown = run.fault("test_get_item[replay]")
    assert '>       return item["colour"]  # nobody promised it' in shown
    assert "shop.py:7: KeyError" in shown
    told = [line.removeprefix("E       ") for line in shown if line.startswith("E   ")]
    assert told == [
        "KeyError: 'colour'",
        "",
        "fault: consumer",
        "operation: shop.get_item",
        "scenario: ok",
        "the answer was right, the consumer's code failed on it: KeyError",
        "file: contracts/shop.yaml:3:3",
        "fix: mend the program, or correct what the contract promises",
    ]
    assert not [line for line in shown if "pactproof/" in line or "pluggy" in line]


def test_an_aws_consumer_that_fails_on_a_right_answer_is_a_consumer_fault(project: PluginProject):
    project.with_s3(LIST_BUCKETS.format(params="MaxBuckets=5", then='\n    raise LookupError("no such bucket")'))

    run = project.run()

    assert run.counts == {"failed": 2}
    for test in ("test_list_buckets[stub]", "test_list_buckets[replay]"):
        shown = run.fault(test)
        assert '>       raise LookupError("no such bucket")' in shown
        assert "E       fault: consumer" in shown


@pytest.mark.parametrize(
    "failing",
    ["assert False", 'pytest.fail("no")', "raise SystemExit(3)", "raise asyncio.CancelledError"],
    ids=["assert", "pytest.fail", "exit", "cancelled"],
)
def test_a_test_that_fails_by_itself_is_a_consumer_fault(project: PluginProject, failing: str):
    project.tests(f"""
        @contract("shop.get_item")
        def test_get_item(provider):
            shop.get_item(provider.url, provider.params["id"])
            {failing}
    """)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"failed": 2}
    assert run.text.count("fault: consumer") == 2


def test_an_exception_in_a_thread_of_the_consumer_is_a_consumer_fault(project: PluginProject):
    project.tests("""
        def work(provider):
            shop.get_item(provider.url, provider.params["id"])
            raise LookupError("in the thread")

        @contract("shop.get_item")
        def test_get_item(provider):
            thread = threading.Thread(target=work, args=(provider,))
            thread.start()
            thread.join()
    """)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"failed": 2}
    shown = run.fault("test_get_item[replay]")
    assert '>       raise LookupError("in the thread")' in shown
    assert "E       fault: consumer" in shown
    assert not [line for line in shown if "pactproof/" in line or "pluggy" in line]


def test_a_wrong_request_from_a_thread_is_a_request_fault(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            args = (provider.url, provider.params["id"], "USD", requests)
            threads = [threading.Thread(target=shop.get_item, args=args) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    """)

    run = project.run()

    assert run.faults == BOTH_REQUEST


# --- provider, missing, stale, unbound ---------------------------------------------------------------------------


def test_a_recording_that_breaks_the_promise_is_a_provider_fault_and_runs_nothing(project: PluginProject):
    project.cassette("shop.get_item", (get("/items/42?currency=EUR"), {"name": 7, "price": 12.25}), params={"id": "42"})
    project.tests("""
        @pytest.fixture
        def item(provider):
            assert provider.kind == "pact"
            return shop.get_item(provider.url, provider.params["id"])

        @contract("shop.get_item")
        def test_get_item(item):
            assert item
    """)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"failed": 1, "passed": 1}
    assert run.fault("test_get_item[replay]") == [
        "fault: provider",
        "operation: shop.get_item",
        "scenario: ok",
        "the recorded answer breaks the promise",
        '  $.name: expected "Lamp", found 7',
        "    Expected 7 (Integer) to be the same type as 'Lamp' (String)",
        "file: cassettes/shop/get_item.yaml",
        "fix: correct contracts/shop.yaml:3:3 if the promise asks for too much, or record again: "
        "pytest contracts --record-mode=rewrite -k shop.get_item",
    ]


def test_nothing_recorded_is_the_fault_missing(project: PluginProject):
    (project.path / "cassettes/shop/get_item.yaml").unlink()

    run = project.run()

    assert run.code == 1
    assert run.fault("test_get_item[replay]") == [
        "fault: missing",
        "operation: shop.get_item",
        "scenario: ok",
        "nothing recorded for shop.get_item (scenario ok)",
        "file: cassettes/shop/get_item.yaml",
        "fix: record it: pytest contracts --record-mode=rewrite -k shop.get_item",
    ]


def test_nothing_promised_is_the_fault_missing_with_and_without_a_function(project: PluginProject):
    project.register("get_item", "list_items", "get_cart")
    project.tests(
        """
        @contract("shop.list_items")
        def test_list_items(provider):
            raise AssertionError("there is nothing to run it on")
        """,
        name="contracts/test_more.py",
    )

    run = project.run()

    assert run.code == 1
    assert run.faults == {
        "test_list_items[pact]": "missing",
        "test_list_items[replay]": "missing",
        "shop.get_cart[missing]": "missing",
    }
    assert run.fault("shop.get_cart[missing]") == [
        "fault: missing",
        "operation: shop.get_cart",
        "scenario: ok",
        "nothing is promised: contracts/shop.yaml has no get_cart",
        "file: registry.yaml:8:32",
        "fix: describe get_cart in contracts/shop.yaml: request and response",
    ]


def test_a_recording_of_another_request_is_stale(project: PluginProject):
    project.cassette(
        "shop.get_item", (get("/items/42?currency=USD"), {"name": "Lamp", "price": 1.5}), params={"id": "42"}
    )

    run = project.run()

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert run.fault("test_get_item[replay]")[3:5] == [
        "recorded for another request than promised",
        '  query.currency: expected "EUR", found "USD"',
    ]


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_scenario_that_nobody_calls_is_unbound(project: PluginProject, workers: list[str]):
    project.tests("", name="contracts/test_shop_contracts.py")

    run = project.run(*workers)

    assert run.code == 1
    assert run.faults == {"shop.get_item[unbound]": "unbound"}
    assert run.fault("shop.get_item[unbound]") == [
        "fault: unbound",
        "operation: shop.get_item",
        "scenario: ok",
        "no consumer code is bound to it",
        "file: registry.yaml:8:10",
        'fix: write a function under @contract("shop.get_item") in contracts/test_shop_contracts.py that calls the '
        "program's code",
    ]


def test_faults_are_told_in_the_summary_and_in_junit_files(project: PluginProject):
    project.tests("", name="contracts/test_shop_contracts.py")

    run = project.run("--junitxml=junit.xml")

    line = "FAILED registry.yaml::shop.get_item[unbound] - fault: unbound: no consumer code is bound to it"
    assert line in run.text.splitlines()
    assert 'message="fault: unbound: no consumer code is bound to it"' in project.read("junit.xml")


def test_a_recording_under_another_operations_name_is_stale(project: PluginProject):
    cassette = "cassettes/shop/get_item.yaml"
    project.write_exactly(cassette, project.read(cassette).replace("operation: shop.get_item", "operation: shop.other"))

    run = project.run()

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert "it says that it was recorded for shop.other (scenario ok)" in run.text


def test_a_promised_query_parameter_that_is_not_sent_is_shown_as_nothing(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            httpx.get(f"{provider.url}/items/{provider.params['id']}")
    """)

    run = project.run()

    assert run.faults == BOTH_REQUEST
    assert "expected , found" not in run.text
    assert ", found \n" not in run.text


def test_a_value_under_a_secret_name_is_named_but_not_shown(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            asked = {"currency": "EUR", "api_key": "-".join(["opens", "everything"])}
            httpx.get(f"{provider.url}/items/{provider.params['id']}", params=asked)
    """)

    run = project.run("--tb=short")

    assert run.faults == BOTH_REQUEST
    assert "api_key" in run.text
    assert "opens-everything" not in run.text
