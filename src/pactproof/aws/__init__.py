"""What botocore's service models know: examples, checks of stubs and of recorded answers, the wire.

Imported for AWS contracts only, since it imports botocore (extra `aws`). Operations come in as OperationModel.
"""

from pactproof.aws.client_view import as_client_sees, as_parser_gives
from pactproof.aws.raw import Answer, ErrorAnswer, read_answer
from pactproof.aws.stub_check import enum_notes, member_exists, params_faults, response_faults
from pactproof.aws.synthesis import example_params, example_response, merge, streaming_member
from pactproof.aws.wire import canonical_path, normalised, operation_id, parse_body, protocol_of, serialise

__all__ = [
    "Answer",
    "ErrorAnswer",
    "as_client_sees",
    "as_parser_gives",
    "canonical_path",
    "enum_notes",
    "example_params",
    "example_response",
    "member_exists",
    "merge",
    "normalised",
    "operation_id",
    "params_faults",
    "parse_body",
    "protocol_of",
    "read_answer",
    "response_faults",
    "serialise",
    "streaming_member",
]
