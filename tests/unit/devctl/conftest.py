from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.devctl.vendor import Vendor, running_vendor


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with running_vendor() as vendor:
        yield vendor


@pytest.fixture
def token() -> str:
    return "-".join(("just", "a", "test", "value"))
