"""Run a command with emulators in the place of the sandboxes, or serve them until Ctrl-C.

    python -m tests.emulators -- pytest contracts --record-mode=all --writes
    python -m tests.emulators --service grafana --service github

The command finds the addresses and the tokens, made anew for every run, in its environment. Exit code: the command's.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType

from tests.emulators.argocd import ArgoCDEmulator
from tests.emulators.aws import REGION, moto_server
from tests.emulators.confluence import ConfluenceEmulator
from tests.emulators.github import GitHubEmulator
from tests.emulators.grafana import GrafanaEmulator
from tests.emulators.jira import JiraEmulator
from tests.emulators.pagerduty import PagerDutyEmulator
from tests.emulators.server import serving
from tests.emulators.slack import SlackEmulator

_EMULATORS = {
    kind.name: kind
    for kind in (
        GrafanaEmulator,
        GitHubEmulator,
        PagerDutyEmulator,
        ArgoCDEmulator,
        SlackEmulator,
        JiraEmulator,
        ConfluenceEmulator,
    )
}
SERVICES = (*_EMULATORS, "aws")


class _TerminatedError(KeyboardInterrupt):
    """SIGTERM came: unlike Ctrl-C in a terminal, it reached this process alone."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    services = tuple(dict.fromkeys(options.service or SERVICES))
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    isolate(os.environ, services)
    with _stopping_on_sigterm(), ExitStack() as stack:
        try:
            variables = stack.enter_context(environment(services))
            if command:
                return _run(command, {**os.environ, **variables})
            _serve_until_interrupted(variables)
        except KeyboardInterrupt:
            return 130
    return 0


@contextmanager
def environment(services: Sequence[str]) -> Iterator[dict[str, str]]:
    """Start the emulators of `services` (names out of SERVICES); the variables that lead a program to them."""
    variables: dict[str, str] = {}
    with ExitStack() as stack:
        http = [_EMULATORS[name](secrets.token_hex(20)) for name in services if name in _EMULATORS]
        for name, emulator in stack.enter_context(serving(http)).items():
            variables[f"{name.upper()}_SANDBOX_URL"] = emulator.url
            variables[f"{name.upper()}_SANDBOX_TOKEN"] = emulator.token
        if "aws" in services:
            variables["AWS_ENDPOINT_URL"] = stack.enter_context(moto_server())
            variables["AWS_ACCESS_KEY_ID"] = "emulator"
            variables["AWS_SECRET_ACCESS_KEY"] = secrets.token_hex(20)
            variables["AWS_DEFAULT_REGION"] = REGION
            variables["AWS_EC2_METADATA_DISABLED"] = "true"
        yield variables


def isolate(environ: MutableMapping[str, str], services: Sequence[str]) -> None:
    """Let nothing in `environ`, this process's and the command's, lead past the emulators of `services`.

    Loopback is reached without a proxy. With aws, every AWS setting goes, configuration files included: a profile
    outranks the dummy keys, and AWS_ENDPOINT_URL_S3 and its kind outrank AWS_ENDPOINT_URL.
    """
    for name in ("NO_PROXY", "no_proxy"):
        environ[name] = ",".join(filter(None, [environ.get(name), "127.0.0.1,localhost"]))
    if "aws" in services:
        for name in [name for name in environ if name.startswith("AWS_")]:
            del environ[name]
        environ["AWS_CONFIG_FILE"] = environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.emulators",
        description="Run COMMAND with emulators in the place of the sandboxes; without one, serve until Ctrl-C.",
    )
    parser.add_argument("--service", action="append", choices=SERVICES, help="only this one; can be repeated")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="what to run, after --")
    return parser


def _run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run `command` and return its exit code; ended by signal N it is 128+N, as shells have it."""
    try:
        child = subprocess.Popen(command, env=dict(variables))
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127
    try:
        code = child.wait()
    except _TerminatedError:
        child.terminate()
        code = _wait_or_kill(child)
    except KeyboardInterrupt:
        # Ctrl-C in a terminal reached the child as well; a second one would cut its own cleaning up short.
        code = _wait_or_kill(child)
    return code if code >= 0 else 128 - code


def _wait_or_kill(child: subprocess.Popen[bytes], timeout_s: float = 10.0) -> int:
    try:
        return child.wait(timeout_s)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        return child.wait()


def _serve_until_interrupted(variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.flush()
    threading.Event().wait()


@contextmanager
def _stopping_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the servers and the command as Ctrl-C does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise _TerminatedError

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
