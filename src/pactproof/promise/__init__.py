"""The promise as a provider: Pact mock servers for HTTP, botocore stubs for AWS.

Both answer the consumer's calls with the contract's own examples, and tell afterwards, as faults, what the
consumer sent that was not promised and what it never sent.
"""
