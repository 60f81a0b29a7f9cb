"""What a contract test changes in its process while it runs: environment variables, and who hears of dying threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# A proxy would be asked to fetch what is answered here.
NO_PROXY: Mapping[str, str | None] = {"NO_PROXY": "*", "no_proxy": "*"}

_OFFLINE_AWS: Mapping[str, str | None] = {
    "AWS_ACCESS_KEY_ID": "placeholder",
    "AWS_SECRET_ACCESS_KEY": "placeholder",
    "AWS_SESSION_TOKEN": None,
    "AWS_SECURITY_TOKEN": None,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": None,
}


def offline_aws() -> dict[str, str | None]:
    """Dummy credentials, no way to look up real ones, and no endpoint but AWS's own."""
    endpoints: dict[str, str | None] = {name: None for name in os.environ if name.startswith("AWS_ENDPOINT_URL")}
    return {**_OFFLINE_AWS, **endpoints}


@contextmanager
def environment(wanted: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables, or remove those that are None, until the end of the block."""
    before = {name: os.environ.get(name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def thread_errors(crashed: list[BaseException]) -> Iterator[None]:
    """Errors that end one of the consumer's threads, which nobody else would see."""
    before = threading.excepthook

    def note(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            crashed.append(args.exc_value)

    threading.excepthook = note
    try:
        yield
    finally:
        threading.excepthook = before
