"""Which versions a recording notes, and where a provider says its own."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from pactproof.interaction import Headers, Request, Response
from pactproof.recording.versions import provider_version, versions


def answer(**headers: str) -> Response:
    return Response(200, Headers(tuple((name.replace("_", "-"), value) for name, value in headers.items())), b"", "OK")


def sent_by(agent: str) -> Request:
    return Request("GET", "https://shop.example.com/", Headers((("User-Agent", agent),) if agent else ()))


@pytest.mark.parametrize(
    ("agent", "names"),
    [
        ("python-requests/2.32.5", {"requests", "urllib3"}),
        ("python-httpx/0.28.1", {"httpx"}),
        ("Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux", {"boto3", "botocore", "urllib3"}),
        ("Python/3.12 aiohttp/3.13.0", {"aiohttp"}),
    ],
)
def test_the_versions_are_those_of_python_and_of_the_client_that_names_itself(
    tmp_path: Path, agent: str, names: set[str]
):
    found = versions(tmp_path, [sent_by(agent)], "till")

    found.pop("pact-python-ffi", None)  # it judges recordings, where it is loaded
    assert found == {"python": platform.python_version(), **{name: version(name) for name in names}}


def test_a_client_with_a_name_of_its_own_is_one_of_those_that_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("aiohttp", "boto3", "botocore", "httplib2", "httpx", "urllib3"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "requests", sys)

    found = versions(tmp_path, [sent_by("till/2.1")])

    assert found["requests"] == version("requests")
    assert found["urllib3"] == version("urllib3")
    assert "httpx" not in found


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ('[project]\nname = "till"\nversion = "2.1"\n', "2.1"),
        ('[project]\nname = "other"\nversion = "2.1"\n', ""),
        ('[project]\nname = "till"\ndynamic = ["version"]\n', ""),
        ("[project\n", ""),
        ("", ""),
    ],
    ids=["its own", "another's", "dynamic", "no TOML", "none"],
)
def test_the_consumers_version_is_its_projects(tmp_path: Path, project: str, expected: str):
    (tmp_path / "pyproject.toml").write_text(project)

    assert versions(tmp_path, [], "till").get("till", "") == expected


def test_an_installed_consumer_says_its_version_without_a_project(tmp_path: Path):
    assert versions(tmp_path, [], "pluggy")["pluggy"] == version("pluggy")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([answer(X_Jenkins="2.440")], "2.440"),
        ([answer(), answer(x_github_api_version_selected="2022-11-28")], "2022-11-28"),
        ([answer(X_Version="1", X_GitHub_Enterprise_Version="3.12.0")], "3.12.0"),
        ([answer(Server="nginx/1.25")], ""),
        ([], ""),
    ],
    ids=["a header", "a later answer", "the most telling", "a proxy", "nothing recorded"],
)
def test_the_providers_version_is_what_a_version_header_says(answers: list[Response], expected: str):
    assert provider_version(answers) == expected


def test_the_header_that_the_registry_names_is_the_one_that_counts():
    answers = [answer(X_Version="1", Server="MinIO/2026.1")]

    assert provider_version(answers, "Server") == "MinIO/2026.1"
    assert provider_version(answers, "X-Other") == ""
