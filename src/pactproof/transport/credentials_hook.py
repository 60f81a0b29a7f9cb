"""botocore where it looks for credentials: no role is assumed, no file read, no program run, no service asked offline.

`CredentialResolver.load_credentials` is the one place that all providers of credentials are asked from,
`RefreshableCredentials._protected_refresh` the one that renews them, and `IMDSFetcher` and `ContainerMetadataFetcher`
ask the metadata services. The second is private; a test holds it against botocore as it is installed.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from pactproof.transport.active import current
from pactproof.transport.credential_calls import DUMMY, dummy_metadata, resolving


def install(module: ModuleType) -> None:
    from botocore import credentials, tokens, utils

    _answer_resolver(credentials.CredentialResolver, credentials.Credentials)
    _answer_refresh(credentials.RefreshableCredentials)
    for owner, name in (
        (tokens.DeferredRefreshableToken, "_protected_refresh"),
        (utils.IMDSFetcher, "_get_request"),
        (utils.IMDSFetcher, "_fetch_metadata_token"),
        (utils.ContainerMetadataFetcher, "_get_response"),
    ):
        setattr(owner, name, _marked(getattr(owner, name)))
    _know_every_profile(module.Session)


def _is_offline() -> bool:
    provider = current()
    return provider is not None and not provider.credentials.is_live


def _answer_resolver(resolver: Any, credentials: Any) -> None:
    original = _marked(resolver.load_credentials)

    def load_credentials(self: Any) -> Any:
        if _is_offline():
            return credentials(DUMMY, DUMMY, method="pactproof")
        return original(self)

    resolver.load_credentials = load_credentials


def _answer_refresh(refreshable: Any) -> None:
    original = _marked(refreshable._protected_refresh)

    def _protected_refresh(self: Any, is_mandatory: bool) -> Any:
        if not _is_offline():
            return original(self, is_mandatory)
        asked, self._refresh_using = self._refresh_using, dummy_metadata
        try:
            return original(self, is_mandatory)
        finally:
            self._refresh_using = asked

    refreshable._protected_refresh = _protected_refresh


def _marked(original: Any) -> Any:
    """`original`, in which every request is one for credentials."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        if current() is None:
            return original(*args, **kwargs)
        with resolving():
            return original(*args, **kwargs)

    return call


def _know_every_profile(session: Any) -> None:
    """Offline no file of profiles is read, so that each is there and empty: its role is not assumed anyway."""
    from botocore.exceptions import ProfileNotFound

    original = session.get_scoped_config

    def get_scoped_config(self: Any) -> Any:
        try:
            return original(self)
        except ProfileNotFound:
            if not _is_offline():
                raise
            return {}

    session.get_scoped_config = get_scoped_config
