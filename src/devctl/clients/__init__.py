"""One client a vendor. Each holds an HTTP connection pool: use it in a `with` block, or call `close()`."""

from devctl.clients.argocd import ArgoCDClient
from devctl.clients.confluence import ConfluenceClient
from devctl.clients.github import GitHubClient
from devctl.clients.grafana import GrafanaClient
from devctl.clients.jira import JiraClient
from devctl.clients.pagerduty import PagerDutyClient
from devctl.clients.slack import SlackClient

__all__ = [
    "ArgoCDClient",
    "ConfluenceClient",
    "GitHubClient",
    "GrafanaClient",
    "JiraClient",
    "PagerDutyClient",
    "SlackClient",
]
