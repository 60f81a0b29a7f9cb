"""Every error that pactproof raises on purpose, and the place in a file it points at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A position in a text file. Lines and columns count from 1, as editors do; 0 means "not known"."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"

    def relative_to(self, folder: Path) -> Place:
        """The same place with its path told from `folder`, where it lies below it."""
        path = Path(self.path)
        if path.is_absolute() and path.is_relative_to(folder):
            return Place(str(path.relative_to(folder)), self.line, self.column)
        return self


class ContractError(Exception):
    """Base of every error raised here on purpose; anything else that escapes is a bug."""

    exit_code = 2  # 0 holds, 1 broken or unproven, 2 the question could not be asked

    def __init__(self, what: str, *, at: Place | None = None, fix: str = "") -> None:
        super().__init__(what)  # one positional argument, so pickling survives pytest-xdist
        self.what, self.at, self.fix = what, at, fix

    def __str__(self) -> str:
        head = f"{self.at}: {self.what}" if self.at else self.what
        return f"{head}\n  fix: {self.fix}" if self.fix else head


class FaultsError(ContractError):
    """Several faults found in one go, in file order. Raised as a subclass that names the kind of file."""

    def __init__(
        self, what: str = "", *, at: Place | None = None, fix: str = "", faults: Sequence[ContractError] = ()
    ) -> None:
        super().__init__(what or "\n".join(str(fault) for fault in faults), at=at, fix=fix)
        self.faults = tuple(faults)


def in_file_order(fault: ContractError) -> Place:
    """The key to sort faults by: file, line and column, those without a place first."""
    return fault.at or Place("")


class RegistryError(FaultsError):
    """registry.yaml cannot be used as it stands."""


class ContractFileError(FaultsError):
    """A file under contracts/ cannot be used as it stands."""


class BindingError(FaultsError):
    """The contract tests do not fit the registry: an unknown operation, a second binding, a wrong marker."""


class UnboundError(BindingError):
    """A placeholder was reached: nobody has written the program's own call there yet. `line` is what to write."""

    exit_code = 1

    def __init__(self, line: str, *, at: Place | None = None, fix: str = "") -> None:
        super().__init__(f"a placeholder stands where {line} belongs", at=at, fix=fix or f"write {line} in its place")
        self.line = line


class GenerationError(FaultsError):
    """No such service, operation or shape member."""


class CassetteError(ContractError):
    """A cassette cannot be read or written."""


class CassetteMissingError(CassetteError):
    """Nothing is recorded for this scenario."""

    exit_code = 1


class NoMatchError(CassetteError):
    """The consumer sent a request that nothing answers."""

    exit_code = 1


class UnplayedError(CassetteError):
    """The program left recorded interactions out."""

    exit_code = 1


class SecretFoundError(CassetteError):
    """A recording would have carried a secret; it was held back."""


class NetworkClosedError(ContractError):
    """Something tried to leave the machine while a contract ran offline."""

    exit_code = 1


class GuardRailError(ContractError):
    """A request to a sandbox was refused before it left."""


class AuthRefusedError(ContractError):
    """A provider refused the credentials that a recording is made with, or asked to sign in.

    is_of_account: it is the credentials that are no good, and not merely that they may not do this
    """

    exit_code = 1
    is_of_account = False


class ProviderBusyError(ContractError):
    """A provider went on answering that it cannot answer now, with 429 or a 5xx status, or not at all."""

    exit_code = 1
