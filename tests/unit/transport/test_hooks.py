"""When a client is imported does not matter; what is not imported stays so."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from tests.unit.transport.wire import URL, Answers, Fetch

from pactproof.transport import activated, hooks, install

ASK = """
import asyncio, os, sys
from pactproof.interaction import Response
from pactproof.transport import CredentialCalls, activated, install

class Provider:
    answers_at_once = True
    credentials = CredentialCalls()
    def handle(self, request):
        return Response(200, body=b"<R/>")
    def handle_aws(self, call):
        return None

def ask(client):
    url = "https://api.example.test/"
    if client == "requests":
        import requests
        return requests.get(url).content
    if client == "urllib3":
        import urllib3
        return urllib3.request("GET", url).data
    if client == "httpx":
        import httpx
        return httpx.get(url).content
    if client == "aiohttp":
        import aiohttp
        async def get():
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return await answer.read()
        return asyncio.run(get())
    import boto3
    client = boto3.client("s3", aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    return b"<R/>" if client.list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200 else b""
"""
NAMES = ["requests", "urllib3", "httpx", "aiohttp", "boto3"]


def run(code: str) -> str:
    program = textwrap.dedent(ASK) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout.strip()


def test_clients_imported_after_the_hooks_are_answered_and_none_is_imported_by_us() -> None:
    code = f"""
        install()
        assert not {{"requests", "urllib3", "httpx", "aiohttp", "botocore", "boto3", "anyio"}} & set(sys.modules)
        with activated(Provider()):
            print(*[ask(name).decode() for name in {NAMES}])
        import httpx._transports.default as module
        print(type(module.__loader__).__name__, type(module.__spec__.loader).__name__)
    """

    assert run(code) == "<R/> <R/> <R/> <R/> <R/>\nSourceFileLoader SourceFileLoader"


def test_clients_imported_before_the_hooks_are_answered() -> None:
    code = f"""
        import aiohttp, boto3, httpx, requests, urllib3
        install()
        with activated(Provider()):
            print(*[ask(name).decode() for name in {NAMES}])
    """

    assert run(code) == "<R/> <R/> <R/> <R/> <R/>"


def test_clients_are_answered_where_the_finder_was_taken_away_again() -> None:
    code = f"""
        finders = list(sys.meta_path)
        install()
        sys.meta_path[:] = finders
        import aiohttp, boto3
        install()  # httpx is imported after it
        with activated(Provider()):
            print(*[ask(name).decode() for name in {NAMES}])
    """

    assert run(code) == "<R/> <R/> <R/> <R/> <R/>"


def test_threads_that_import_a_client_at_once_are_all_answered() -> None:
    code = """
        import threading
        install()
        got = []
        with activated(Provider()):
            threads = [threading.Thread(target=lambda: got.append(ask("requests"))) for _ in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        print(len(got))
    """

    assert run(code) == "8"


def test_installing_twice_answers_once(fetch: Fetch) -> None:
    provider = Answers()
    finders = [finder for finder in sys.meta_path if isinstance(finder, hooks._AtImport)]

    install()
    with activated(provider):
        got = fetch("GET", URL)

    assert (got.body, len(provider.seen)) == (b"answer", 1)
    assert [finder for finder in sys.meta_path if isinstance(finder, hooks._AtImport)] == finders


def test_two_providers_at_once_are_refused() -> None:
    with (
        activated(Answers()),
        pytest.raises(RuntimeError, match=r"^two providers cannot be active at once$"),
        activated(Answers()),
    ):
        pass
