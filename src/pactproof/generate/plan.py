"""What is to be written for the operations asked for: decided from the files as they are, without writing anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pactproof.contracts import FOLDER, Contracts, Scenario, read_operation
from pactproof.document import parse_document
from pactproof.errors import ContractError
from pactproof.generate.contract_text import entry_text
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.files import CONFTEST, GeneratedFile, text_of
from pactproof.generate.python_code import identifier, with_code
from pactproof.generate.python_file import PythonFile, read_python, usual_fixture
from pactproof.generate.scaffold import (
    Fixture,
    client_fixtures,
    function_name,
    state_mark,
    state_outline,
    test_function,
)
from pactproof.generate.yaml_files import SCHEMA_FOLDER, names_our_schema, schema_kind, with_entries
from pactproof.registry import Operation

CONFTEST_HEAD = "How the program's own clients are built for a contract."


@dataclass(frozen=True)
class NotDone:
    """Something that could not be written: what, why, and what a person can do about it."""

    key: str
    reason: str
    fix: str = ""


@dataclass(frozen=True)
class Plan:
    """files: what changes, in the order of writing; kept: operations that had a contract; notes: what to look at."""

    files: tuple[GeneratedFile, ...]
    not_done: tuple[NotDone, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass
class _Draughtsman:
    """Collects what is to be written. `files` holds every file as it is, `made` as it will be."""

    files: Mapping[str, bytes]
    not_done: list[NotDone] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    made: dict[str, GeneratedFile] = field(default_factory=dict)
    python: dict[str, PythonFile] = field(default_factory=dict)
    scenarios: dict[str, list[Scenario]] = field(default_factory=dict)


def make_plan(
    asked: Iterable[Operation],
    contracts: Contracts,
    drafts: Mapping[str, Draft | NoDraft],
    files: Mapping[str, bytes],
    schemas: Mapping[str, bytes],
) -> Plan:
    """Decide what to write.

    asked:   the operations to look after, in the registry's order
    drafts:  for each of them that has no entry in its file, by key, what a source proposes
    files:   the project's files as `read_files` gives them
    schemas: the JSON Schemas that are shipped, by kind: registry, contracts, aws

    Raises ContractFileError where a file under contracts/ is not valid Python.
    """
    asked = list(asked)
    python = {name: read_python(text, name) for name, text in files.items() if name.endswith(".py")}
    work = _Draughtsman(files, python=python)
    _plan_contracts(work, asked, drafts)
    for operation in asked:
        known = contracts.of(operation.key).values() if operation.key not in drafts else ()
        work.scenarios.setdefault(operation.key, []).extend(known)
    _plan_tests(work, asked)
    _plan_schemas(work, schemas)
    kept = tuple(operation.key for operation in asked if operation.key not in drafts)
    return Plan(tuple(_in_order(work.made.values())), tuple(work.not_done), kept, tuple(work.notes))


def _in_order(made: Iterable[GeneratedFile]) -> list[GeneratedFile]:
    """Schemas, contracts, the fixtures, then the tests that use them: whoever stops in between can go on."""
    rank = {".json": 0, ".yaml": 1}
    return sorted(made, key=lambda file: (rank.get(file.path[-5:], 2), file.path != CONFTEST, file.path))


# --- contracts ---------------------------------------------------------------------------------------------------


def _plan_contracts(work: _Draughtsman, asked: Iterable[Operation], drafts: Mapping[str, Draft | NoDraft]) -> None:
    by_service: dict[str, list[tuple[Operation, Draft, str]]] = {}
    for operation in asked:
        match drafts.get(operation.key):
            case NoDraft(reason, fix):
                work.not_done.append(NotDone(operation.key, reason, fix))
            case Draft() as draft:
                text = _checked(work, operation, draft)
                if isinstance(text, NoDraft):
                    work.not_done.append(NotDone(operation.key, text.reason, text.fix))
                else:
                    by_service.setdefault(operation.service, []).append((operation, draft, text))
    for service, entries in by_service.items():
        path = f"{FOLDER}/{service}.yaml"
        listed = [(operation.name, draft, text) for operation, draft, text in entries]
        after = with_entries(work.files.get(path), path, service, listed)
        if isinstance(after, NoDraft):
            for operation, _, _ in entries:
                del work.scenarios[operation.key]
                work.not_done.append(NotDone(operation.key, f"{path}: {after.reason}", after.fix))
            continue
        added = tuple(f"{operation.name}, from {draft.source}" for operation, draft, _ in entries)
        work.made[path] = GeneratedFile(path, work.files.get(path), after, added)
        work.notes += [f"{operation.key}: {note}" for operation, draft, _ in entries for note in draft.notes]


def _checked(work: _Draughtsman, operation: Operation, draft: Draft) -> str | NoDraft:
    """The draft's text, once it reads back as a contract without faults; its scenarios are kept for the tests."""
    try:
        text = entry_text(operation.name, draft.entry)
    except ValueError as error:
        return NoDraft(f"{draft.source} proposes {error}", f"write the entry in {FOLDER}/{operation.service}.yaml")
    document, unreadable = parse_document(text, f"{FOLDER}/{operation.service}.yaml")
    faults: list[ContractError] = list(unreadable)
    scenarios: list[Scenario] = []
    if isinstance(document.data, dict):
        scenarios += read_operation(operation, document.data.get(operation.name), document, faults).values()
    if operation.aws and not faults:
        from pactproof.aws.calls import contract_faults

        faults += contract_faults(scenarios)
    if faults:
        fix = f"write the entry in {FOLDER}/{operation.service}.yaml by hand"
        return NoDraft(f"{draft.source} proposes what a contract cannot say: {faults[0].what}", fix)
    work.scenarios[operation.key] = scenarios
    return text


# --- test functions, fixtures, states ----------------------------------------------------------------------------


@dataclass
class _Code:
    """What is to be added to one Python file."""

    code: list[str] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    added: list[str] = field(default_factory=list)


def _plan_tests(work: _Draughtsman, asked: Iterable[Operation]) -> None:
    bound = {key for file in work.python.values() for key in file.bound}
    bound |= _maybe_bound(work, [each.key for one in asked for each in work.scenarios.get(one.key, ())], bound)
    tests: dict[str, _Code] = {}
    clients: dict[str, Fixture] = {}
    written: dict[str, list[Scenario]] = {}
    for operation in asked:
        path = f"{FOLDER}/test_{identifier(operation.service)}_contracts.py"
        for scenario in work.scenarios.get(operation.key, ()):
            if scenario.key not in bound:
                code = tests.setdefault(path, _Code())
                client = _client(work, operation, path, clients)
                _add_test(work, code, path, scenario, client)
                written.setdefault(path, []).append(scenario)
    fixtures = _Code()
    _add_fixtures(work, fixtures, clients.values())
    if clients and not _apply(work, CONFTEST, CONFTEST_HEAD, fixtures, "the fixtures"):
        return  # a test without its fixture would be an error, not a placeholder
    for path, code in tests.items():
        service = written[path][0].operation.service
        _apply(work, path, f"How this program calls {service}.", code, f"the test functions of {service}")
    states = _Code()
    _add_states(work, states, [scenario for path in written if path in work.made for scenario in written[path]])
    _apply(work, CONFTEST, CONFTEST_HEAD, states, "the outlines of provider states")


def _maybe_bound(work: _Draughtsman, keys: Iterable[str], bound: Collection[str]) -> set[str]:
    """Of the keys that nothing is bound to for certain those that a computed `@contract(...)` may mean.

    They get no function: where the guess is right it would be a second one, and pytest refuses those.
    """
    found: set[str] = set()
    left = [key for key in keys if key not in bound]
    for file in work.python.values():
        for computed in file.computed:
            if meant := [key for key in left if computed.keys.fullmatch(key)]:
                more = f" and {len(meant) - 1} more" if meant[1:] else ""
                reason = f"@contract has a computed name, which may mean {meant[0]}{more}: no function is written"
                fix = f'write the name out, as in @contract("{meant[0]}")'
                work.not_done.append(NotDone(f"{file.path}:{computed.line}", reason, fix))
                found |= set(meant)
    return found


def _client(work: _Draughtsman, operation: Operation, path: str, clients: dict[str, Fixture]) -> str:
    """The name of the fixture for the operation's client: the one in use, else one that is there, else a new one.

    A fixture that is another service's client is not taken: AWS has a service named grafana, too.
    """
    services = operation.key.rpartition(".")[0]
    if usual := usual_fixture(work.python.values(), f"{services}."):
        return usual
    near = [work.python[name] for name in (path, CONFTEST, "conftest.py") if name in work.python]
    there = {name for file in near for name in file.fixtures}
    others = {
        name
        for file in work.python.values()
        for key, arguments in file.bound.items()
        if not key.startswith(f"{services}.")
        for name in arguments
    }
    for fixture in client_fixtures(operation):
        planned = clients.get(fixture.name)
        if planned == fixture or (planned is None and fixture.name not in others):
            break
    if fixture.name not in there:
        clients[fixture.name] = fixture
    return fixture.name


def _add_test(work: _Draughtsman, code: _Code, path: str, scenario: Scenario, client: str) -> None:
    taken: Collection[str] = {*(work.python[path].names if path in work.python else ()), *code.added}
    name = function_name(scenario, taken)
    code.code.append(test_function(scenario, name, client))
    code.needed |= {"contract", "unbound"}
    code.added.append(name)


def _add_fixtures(work: _Draughtsman, code: _Code, fixtures: Iterable[Fixture]) -> None:
    for fixture in fixtures:
        code.code.append(fixture.code)
        code.needed |= set(fixture.needed)
        code.added.append(fixture.name)


def _add_states(work: _Draughtsman, code: _Code, scenarios: Iterable[Scenario]) -> None:
    """An outline for each state that a writing scenario needs and nobody sets up yet."""
    known = {name for file in work.python.values() for name in file.states}
    text = text_of(work.files, CONFTEST)
    for scenario in scenarios:
        outline = state_outline(scenario)
        if outline and scenario.given and scenario.given not in known and state_mark(scenario.given) not in text:
            known.add(scenario.given)
            code.code.append(outline)
            code.added.append(f"an outline of the state {scenario.given!r}")


def _apply(work: _Draughtsman, path: str, head: str, code: _Code, what: str) -> bool:
    """Add the code to the file, behind what this plan already adds; False where that cannot be."""
    if not code.code:
        return True
    earlier = work.made.get(path)
    content = earlier.after if earlier else work.files.get(path)
    after = with_code(content, path, head, sorted(code.needed), code.code)
    if isinstance(after, NoDraft):
        work.not_done.append(NotDone(what, after.reason, after.fix))
        return False
    added = (*(earlier.added if earlier else ()), *code.added)
    work.made[path] = GeneratedFile(path, work.files.get(path), after, added)
    return True


# --- schemas -----------------------------------------------------------------------------------------------------


def _plan_schemas(work: _Draughtsman, schemas: Mapping[str, bytes]) -> None:
    """A copy of each schema that a contract's first line names, for editors without a network; and the registry's."""
    contents = {path: file.after for path, file in work.made.items()}
    for path, content in {**work.files, **contents}.items():
        if path.endswith(".yaml") and names_our_schema(content):
            service = path.removeprefix(f"{FOLDER}/").removesuffix(".yaml")
            for kind in ("registry", schema_kind(service)):
                _plan_schema(work, kind, schemas[kind])


def _plan_schema(work: _Draughtsman, kind: str, after: bytes) -> None:
    path = f"{FOLDER}/{SCHEMA_FOLDER}/{kind}.schema.json"
    before = work.files.get(path)
    if before == after or path in work.made:
        return
    if before is not None and b'"$comment": "Made by pactproof' not in before:
        note = f"{path} is not ours and stays as it is; remove it to have it written"
        work.notes += [note] if note not in work.notes else []
        return
    work.made[path] = GeneratedFile(path, before, after, is_source=False)


def counts(plan: Plan) -> Iterator[tuple[int, str]]:
    """How much is new, of each kind: (4, "contract")."""
    added = {file.path: len(file.added) for file in plan.files}
    yield sum(number for path, number in added.items() if path.endswith(".yaml")), "contract"
    outlines = sum(entry.startswith("an outline") for file in plan.files for entry in file.added)
    tests = sum(number for path, number in added.items() if path.endswith(".py") and path != CONFTEST)
    yield tests, "test function"
    yield added.get(CONFTEST, 0) - outlines, "fixture"
    yield outlines, "outline of a state"
