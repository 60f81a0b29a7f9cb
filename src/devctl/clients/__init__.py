"""One client a vendor. Each holds an HTTP connection pool: use it in a `with` block, or call `close()`."""

from devctl.clients.github import GitHubClient
from devctl.clients.grafana import GrafanaClient
from devctl.clients.pagerduty import PagerDutyClient

__all__ = ["GitHubClient", "GrafanaClient", "PagerDutyClient"]
