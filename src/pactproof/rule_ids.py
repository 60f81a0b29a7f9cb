"""The ids of the rules that redaction has, as registry.yaml may name them. A test holds them against the rules."""

from __future__ import annotations

from typing import Final

_IDS: Final = """
    age-key airtable-key airtable-token akamai-token amazon-token asana-token atlassian-token aws-access-key-id
    aws-secret-key aws-session-token aws-signature azure-client-secret azure-devops-token azure-key
    azure-key-by-mark basic basic-segment bcrypt-hash bearer cloudflare-token crypt-hash curl-user
    databricks-token digest
    digitalocean-token discord-token discord-webhook docker-token doppler-token dynatrace-token facebook-token
    figma-token genie-key github-token gitlab-token go-dsn google-api-key google-refresh-token google-token
    grafana-api-key grafana-token harness-token heroku-key huggingface-token jwt kubernetes-secret
    launchdarkly-key linear-key login-password mailchimp-key mailgun-key mailgun-token mapbox-token newrelic-key
    notion-token npm-token nuget-key okta-token onepassword-key openai-or-anthropic-key openshift-token
    oracle-userinfo pagerduty-key paypal-token plaid-token planetscale-token postman-key prefixed-token
    private-key pulumi-token pypi-token rapidapi-key replicate-token rubygems-key sas-signature scheme
    secret-name sendgrid-key sentry-dsn sentry-token shopify-token slack-token slack-webhook sonar-token
    sql-password square-token ssws stripe-key teams-webhook telegram-token terraform-token token-scheme
    twilio-key twitter-token userinfo userinfo-user vault-legacy-token vault-token vendor-token xai-key
    dropbox-token hawk macaroon negotiate paseto pgpass pkcs12 salesforce-token scheme-signature wifi-password
"""
RULE_IDS: Final = tuple(_IDS.split())
