"""What pytest offers works inside a contract, and what is no contract is left as it was."""

from __future__ import annotations

import pytest
from tests.integration.plugin_project import PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

BOTH_REQUEST = {"test_get_item[pact]": "request", "test_get_item[replay]": "request"}


def test_a_consumer_configured_by_environment_is_pointed_at_the_provider(project: PluginProject):
    project.tests("""
        @pytest.fixture
        def configured(monkeypatch, provider):
            monkeypatch.setenv("THE_SHOP", provider.url)
            monkeypatch.setenv("THE_TOKEN", provider.token)

        @contract("shop.get_item")
        def test_get_item(configured, provider):
            assert os.environ["THE_TOKEN"]
            assert shop.get_item(os.environ["THE_SHOP"], provider.params["id"])
    """)

    run = project.run()

    assert run.counts == {"passed": 2}, run.text


@pytest.mark.parametrize("http", ["httpx", "requests"])
def test_a_hard_coded_canonical_address_is_answered_and_a_constant_can_be_set(project: PluginProject, http: str):
    project.tests(f"""
        @contract("shop.get_item")
        def test_get_item(provider, monkeypatch):
            monkeypatch.setattr(shop, "ADDRESS", "https://shop.example.com", raising=False)
            assert shop.get_item(shop.ADDRESS, provider.params["id"], http={http})
    """)

    run = project.run()

    assert run.counts == {"passed": 2}, run.text


def test_fixture_chains_classes_and_further_parameters_work(project: PluginProject):
    project.tests("""
        @pytest.fixture
        def token(provider):
            return provider.token

        @pytest.fixture
        def client(provider, token):
            with httpx.Client(base_url=provider.url, headers={"Authorization": token}) as client:
                yield client
            assert client.is_closed

        class TestShop:
            prefix = "/items/"

            @contract("shop.get_item")
            @pytest.mark.parametrize("currency", ["EUR"])
            def test_get_item(self, client, provider, currency):
                path = self.prefix + provider.params["id"]
                assert client.get(path, params={"currency": currency}).json()["name"]
    """)

    run = project.run("-v")

    assert run.counts == {"passed": 2}, run.text
    assert "::TestShop::test_get_item[EUR-pact] PASSED" in run.text or "::test_get_item[pact-EUR] PASSED" in run.text


def test_clients_are_closed_before_the_provider_is(project: PluginProject):
    project.tests("""
        @pytest.fixture
        def client(provider):
            yield shop
            if provider.kind == "pact":
                assert shop.get_item(provider.url, provider.params["id"])

        @contract("shop.get_item")
        def test_get_item(client, provider):
            if provider.kind == "replay":
                assert shop.get_item(provider.url, provider.params["id"])
            else:
                pytest.skip("asked when closing")
    """)

    run = project.run("-k", "pact")

    assert run.counts == {"skipped": 1, "deselected": 1}, run.text


@pytest.mark.parametrize(
    ("mark", "outcome"),
    [
        ("@pytest.mark.skip(reason='not today')", {"skipped": 2}),
        ("@pytest.mark.xfail(reason='known')", {"xfailed": 2}),
        ("@pytest.mark.timeout(1)", {"failed": 2}),
    ],
    ids=["skip", "xfail", "timeout"],
)
def test_marks_of_pytest_and_its_plugins_mean_what_they_say(project: PluginProject, mark: str, outcome: dict[str, int]):
    project.tests(f"""
        import time

        {mark}
        @contract("shop.get_item")
        def test_get_item(provider):
            shop.get_item(provider.url, provider.params["id"])
            time.sleep(1.5 if {"timeout" in mark} else 0)
            assert False
    """)

    run = project.run()

    assert run.counts == outcome
    assert not (project.path / "contracts/pacts").exists()
    if "timeout" in mark:
        assert run.text.count("fault: consumer") == 2


def test_setup_show_and_an_interrupt_leave_nothing_active(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            raise KeyboardInterrupt
    """)

    interrupted = project.pytester.runpytest_inprocess("contracts", "--setup-show", no_reraise_ctrlc=True)

    assert interrupted.ret == 2
    from pactproof.transport import active, network

    assert active.current() is None
    assert network._closed is None


# --- the network -------------------------------------------------------------------------------------------------


def test_the_network_is_closed_to_every_way_out_and_in_threads(project: PluginProject):
    project.tests("""
        import urllib.request

        def send_datagram():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"x", ("192.0.2.1", 53))

        WAYS = [
            lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
            send_datagram,
            lambda: socket.getaddrinfo("shop.example.com", 443),
            lambda: socket.gethostbyname("shop.example.com"),
            lambda: urllib.request.urlopen("http://192.0.2.1/"),
        ]

        @pytest.mark.parametrize("way", range(len(WAYS)))
        @contract("shop.get_item")
        def test_get_item(provider, way):
            shop.get_item(provider.url, provider.params["id"])

            def attempt():
                try:
                    WAYS[way]()
                except Exception:
                    pass

            thread = threading.Thread(target=attempt)
            thread.start()
            thread.join()
    """)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"failed": 10}
    assert set(run.faults.values()) == {"request"}
    assert "a connection to 192.0.2.1:80 was refused: contracts run offline" in run.text


def test_tests_that_are_no_contracts_reach_this_machine_and_are_not_answered(project: PluginProject):
    project.tests(
        """
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"hi")

            def log_message(self, *args):
                pass

        def test_other():
            with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
                threading.Thread(target=server.serve_forever).start()
                url = f"http://127.0.0.1:{server.server_port}/"
                assert httpx.get(url).text == requests.get(url).text == "hi"
                server.shutdown()
        """,
        name="contracts/test_zz_other.py",
    )

    run = project.run()

    assert run.counts == {"passed": 3}, run.text
