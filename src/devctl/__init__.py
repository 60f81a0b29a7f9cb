"""devctl: a small DevOps command line over Grafana, GitHub, PagerDuty and AWS.

The consumer that this repository's contracts are about. It knows nothing of the tool that tests it.
"""
