"""The pytest plugin: options, the `provider` fixture, and hooks that hand over to the modules beside this one.

This module is imported whenever pytest starts, so it imports nothing but pytest and the decorators.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pactproof import binding, record_mode

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession
    from pactproof.pytest_plugin.user_provider import Provider

SESSION = pytest.StashKey["ContractSession"]()
RUN = pytest.StashKey[Any]()
ASKED = pytest.StashKey[list[str]]()
MADE_BEFORE = pytest.StashKey[int]()
EVIDENCE = "pactproof"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pactproof", "contracts with APIs that are not ours (pactproof)")
    group.addoption(
        "--pact-file",
        choices=("write", "check"),
        default=None,
        help="what contract tests do with contracts/pacts: write it, or fail where it differs "
        "(default: check where the variable CI is set, else write)",
    )
    group.addoption(
        "--writes",
        action="store_true",
        help="with a record mode: record operations that write too, where a @state function undoes what they did",
    )
    group.addoption(
        "--take-values",
        action="store_true",
        help="with a record mode: take new recordings that differ from the old ones in values alone",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    early_config.stash[MADE_BEFORE] = len(binding.made)
    states = binding.states.copy()

    def restore() -> None:
        binding.states.clear()
        binding.states.update(states)

    early_config.add_cleanup(restore)  # sessions in one process do not set up each other's states


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "contract: set by pactproof on contract tests; `-m contract` selects them")
    config.addinivalue_line(
        "markers",
        "covers(*scenarios): with --record-mode this end-to-end test records, or replays, the registered operations "
        'that it names, as in covers("aws.s3.list_buckets", "grafana.get_dashboard.not_found")',
    )
    if mode := config.getoption("record_mode", None):
        record_mode.begin_run(mode)
        config.add_cleanup(record_mode.end_run)
    if not _is_worker(config):
        config.pluginmanager.register(_Controller(config), "pactproof-controller")
    config.stash[ASKED] = list(config.args)
    if _may_hold_contracts(config):
        config.args[:] = [text for text in config.args if not _is_absent_folder(config, text)]
        session = _session(config)
        if not _is_worker(config):
            session.refuse_bad_input()


def _session(config: pytest.Config) -> ContractSession:
    """The session's state, made when a contract is first in sight."""
    if SESSION not in config.stash:
        from pactproof.pytest_plugin.session import ContractSession

        before = config.stash.get(MADE_BEFORE, 0)
        config.stash[SESSION] = ContractSession(config, is_worker=_is_worker(config), made_before=before)
        asked = config.stash[ASKED]
        config.stash[SESSION].asked = tuple(asked)
    return config.stash[SESSION]


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _may_hold_contracts(config: pytest.Config) -> bool:
    """Whether what is to be collected lies in, or above, a folder `contracts` beside a registry.yaml.

    The folder need not be there yet: then all that the registry names is missing or unbound.
    """
    start = config.invocation_params.dir
    for text in config.args:
        path = (start / text.partition("::")[0]).absolute()
        for folder in (path, *path.parents):
            if (folder / "registry.yaml").is_file():
                contracts = folder / "contracts"
                if contracts in (path, *path.parents) or (path == folder and _has_contracts(folder)):
                    return True
                break
            if (folder / ".git").exists():
                break
        else:
            continue
    return False


def _has_contracts(folder: Path) -> bool:
    """Whether there are contracts beside the registry, or it at least names some: others have a registry.yaml too."""
    lines = (folder / "registry.yaml").read_bytes().splitlines()
    return (folder / "contracts").is_dir() or any(line.startswith(b"contracts:") for line in lines)


def _is_absent_folder(config: pytest.Config, text: str) -> bool:
    """Whether `text` asks for a folder of contracts that nobody made yet: pytest would stop with a usage error."""
    path = (config.invocation_params.dir / text).absolute()
    return path.name == "contracts" and not path.exists() and (path.parent / "registry.yaml").is_file()


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """Who answers the consumer in a contract test: `url`, `token` and `params` for building the program's client."""
    session = request.config.stash.get(SESSION, None)
    if session is None or not hasattr(request, "param"):
        pytest.fail("the fixture `provider` is for functions marked with @contract(...)", pytrace=False)
    yield from session.provided(request)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if hasattr(metafunc.function, "__contract_binding__"):
        _session(metafunc.config).parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if SESSION in config.stash or any(item.get_closest_marker("covers") for item in items):
        _session(config).complete(session, items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    __tracebackhide__ = True
    try:
        return (yield)
    except Exception as error:
        run = item.stash.get(RUN, None)
        if run is None:
            raise
        if run.blocked is None:
            run.settle_setup(error)
            raise
        return None  # the test itself fails with the reason: no fixture could have changed it


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    __tracebackhide__ = True
    run = pyfuncitem.stash.get(RUN, None)
    if run is None:
        return (yield)
    with run.calling(pyfuncitem):
        try:
            yield
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:
            run.settle(error)
            raise
        run.settle(None)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    run = item.stash.get(RUN, None)
    if run is None:
        return report
    if call.excinfo is not None and report.failed:
        from pactproof.pytest_plugin.failure import ContractFailure, representation

        if isinstance(call.excinfo.value, ContractFailure):
            report.longrepr = representation(call.excinfo.value)
    if report.failed:
        run.take_back(str(report.longrepr))
    if call.when == "teardown":
        run.conclude()
    if (call.when == "teardown") if run.tells_at_the_end else (call.when == "call" or report.failed):
        vars(report)[EVIDENCE] = run.evidence(report.passed)  # xdist carries it to the controlling process
    return report


class _Controller:
    """What the controlling process alone listens to; one for each session, as sessions may be nested."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        evidence = getattr(report, EVIDENCE, None)
        if evidence is not None:
            _session(self._config).take(evidence)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    if (node.config.getoption("record_mode", None) or "none") != "none":
        from pactproof.pytest_plugin.stopped import share_with_worker

        share_with_worker(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    faults = getattr(node, "workeroutput", {}).get("pactproof_faults")
    if faults:
        _session(node.config).take_faults(faults)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if SESSION in session.config.stash:
        session.config.stash[SESSION].finish(session)


def pytest_report_header(config: pytest.Config) -> str | None:
    return config.stash[SESSION].header() if SESSION in config.stash else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if SESSION in config.stash:
        config.stash[SESSION].summarise(terminalreporter)
