"""Contract tests for programs that consume APIs they do not own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactproof.binding import contract, state, unbound
    from pactproof.recording.use_cassette import use_cassette

__all__ = ["contract", "state", "unbound", "use_cassette"]


def __getattr__(name: str) -> Any:
    # Imported on use: `import pactproof` alone costs next to nothing.
    if name == "use_cassette":
        from pactproof.recording.use_cassette import use_cassette

        return use_cassette
    if name in __all__:
        from pactproof import binding

        return getattr(binding, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("pactproof")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
