"""What all tests share: botocore's data files, read once a run."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest
from botocore.loaders import Loader, create_loader


@pytest.fixture(scope="session", autouse=True)
def one_loader_for_all_sessions_of_botocore() -> Iterator[None]:
    """Each session reads endpoints, models and rules anew: 0.1 s a client, most of what a test of AWS would take."""
    shared = create_loader()

    def loader(data_path: str | None = None) -> Loader:
        if data_path is not None:
            return create_loader(data_path)
        shared.search_paths[:] = dict.fromkeys(shared.search_paths)  # each session of boto3 adds its folder
        return shared

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", loader)
        yield
