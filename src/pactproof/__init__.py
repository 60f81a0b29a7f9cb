"""Contract tests for programs that consume APIs they do not own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactproof.binding import contract, state, unbound

__all__ = ["contract", "state", "unbound"]


def __getattr__(name: str) -> Any:
    # Imported on use: `import pactproof` alone costs next to nothing.
    if name in __all__:
        from pactproof import binding

        return getattr(binding, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("pactproof")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
