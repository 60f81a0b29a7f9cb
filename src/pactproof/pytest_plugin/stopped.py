"""Services that refused the credentials of this run: nothing else is asked of them, by any of xdist's workers.

The workers of a run share a folder with a file for each such service. Of AWS each service stands by itself, since its
policies grant by service, unless it is the credentials that were refused: one account's are the same for all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

_FOLDER: Final = "pactproof_stopped"


@dataclass
class StoppedServices:
    """shared: the folder of the run; None without xdist. Services are named as the registry does, "shop", "aws.s3"."""

    shared: Path | None = None
    _known: dict[str, str] = field(default_factory=dict)

    def stop(self, service: str, why: str) -> None:
        """From now on `service` is not asked; the first reason stays."""
        self._known.setdefault(service, why)
        if self.shared is not None:
            with suppress(OSError):  # without the folder this worker stops by itself
                handle = os.open(self.shared / service, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(why)

    def why(self, service: str) -> str:
        """How the provider refused the credentials, "" where it did not."""
        for name in dict.fromkeys((service, service.partition(".")[0])):
            if name not in self._known and self.shared is not None:
                with suppress(OSError):
                    self._known[name] = (self.shared / name).read_text(encoding="utf-8") or "it says elsewhere why"
            if name in self._known:
                return self._known[name]
        return ""


def stopped_services(config: pytest.Config) -> StoppedServices:
    """Those of the run that `config` is of."""
    shared = getattr(config, "workerinput", {}).get(_FOLDER)
    return StoppedServices(Path(shared) if shared else None)


def share_with_worker(node: Any) -> None:
    """Tell an xdist worker, which is about to start, where the run's folder is; it is made for the first one."""
    config = node.config
    if not hasattr(config, _FOLDER):
        folder = tempfile.mkdtemp(prefix="pactproof-run-")
        setattr(config, _FOLDER, folder)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    node.workerinput[_FOLDER] = getattr(config, _FOLDER)
