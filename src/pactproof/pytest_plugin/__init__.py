"""The pytest plugin: options, the `provider` fixture, and hooks that hand over to the modules beside this one.

This module is imported whenever pytest starts, so it imports nothing but pytest.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession
    from pactproof.pytest_plugin.user_provider import Provider

SESSION = pytest.StashKey["ContractSession"]()
RUN = pytest.StashKey[Any]()
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


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "pactproof: set by pactproof on contract tests; `-m pactproof` selects them")
    if _may_hold_contracts(config):
        session = _session(config)
        if not _is_worker(config):
            session.refuse_bad_input()


def _session(config: pytest.Config) -> ContractSession:
    """The session's state, made when a contract is first in sight."""
    if SESSION not in config.stash:
        from pactproof.pytest_plugin.session import ContractSession

        config.stash[SESSION] = ContractSession(config, is_worker=_is_worker(config))
    return config.stash[SESSION]


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _may_hold_contracts(config: pytest.Config) -> bool:
    """Whether what is to be collected lies in, or above, a folder `contracts` beside a registry.yaml."""
    start = config.invocation_params.dir
    for text in config.args:
        path = (start / text.partition("::")[0]).absolute()
        for folder in (path, *path.parents):
            if (folder / "registry.yaml").is_file():
                contracts = folder / "contracts"
                if path in (folder, contracts) or contracts in path.parents:
                    return True
                break
            if (folder / ".git").exists():
                break
        else:
            continue
    return False


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """Who answers the consumer in a contract test: `url`, `token` and `params` for building the program's client."""
    session = request.config.stash.get(SESSION, None)
    if session is None or not hasattr(request, "param"):
        pytest.fail("the fixture `provider` is for functions marked with @contract(...)", pytrace=False)
    yield from session.provided(request)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if hasattr(metafunc.function, "__pactproof_binding__"):
        _session(metafunc.config).parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if SESSION in config.stash:
        config.stash[SESSION].complete(session, items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    run = pyfuncitem.stash.get(RUN, None)
    if run is None:
        return (yield)
    run.begin(pyfuncitem)
    try:
        yield
    except Exception as error:
        __tracebackhide__ = True
        run.settle(error)
        raise
    except BaseException as error:
        __tracebackhide__ = True
        if isinstance(error, pytest.fail.Exception):
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
    if run is not None and call.when == "call":
        vars(report)[EVIDENCE] = run.evidence(report.passed)  # xdist carries it to the controlling process
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    evidence = getattr(report, EVIDENCE, None)
    if evidence is not None and _controlling is not None:
        _controlling.take(evidence)


_controlling: ContractSession | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    global _controlling
    _controlling = session.config.stash.get(SESSION, None)
    if _controlling is not None and _controlling.is_worker:
        _controlling = None


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
