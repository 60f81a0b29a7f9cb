"""Where the consumer's requests are caught: below each client's own retries, redirects and cookies.

The hooks are installed once a process, on clients that are imported now or later; while no provider is active
they only pass on. One provider is active at a time, in every thread.
"""

from pactproof.transport.active import (
    ActiveProvider,
    AwsCall,
    activated,
    aws_call,
    current,
    let_client_through,
    let_through,
)
from pactproof.transport.addresses import check_may_leave, is_loopback, origin, port_of
from pactproof.transport.credential_calls import CredentialCalls, hands_out_credentials
from pactproof.transport.encodings import plain_request
from pactproof.transport.forward import forward
from pactproof.transport.hooks import install
from pactproof.transport.network import closed_network

__all__ = [
    "ActiveProvider",
    "AwsCall",
    "CredentialCalls",
    "activated",
    "aws_call",
    "check_may_leave",
    "closed_network",
    "current",
    "forward",
    "hands_out_credentials",
    "install",
    "is_loopback",
    "let_client_through",
    "let_through",
    "origin",
    "plain_request",
    "port_of",
]
