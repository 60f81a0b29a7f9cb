"""A draft for any AWS operation: botocore's service model promises the answer, a contract adds what a call needs.

Where the model requires no parameters the entry is empty; where it does, they get examples that the model accepts.
"""

from __future__ import annotations

from typing import Any

from pactproof.aws.pages import result_paths, token_paths
from pactproof.aws.stub_check import params_faults
from pactproof.aws.synthesis import example_params
from pactproof.aws.wire import normalised
from pactproof.errors import GenerationError
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.member_key import escaped
from pactproof.interaction import Json
from pactproof.registry import Operation
from pactproof.service_model import service_model


def aws_draft(operation: Operation) -> Draft | NoDraft:
    """The entry of an AWS operation: {}, or its required `params:` with examples that the service model accepts.

    No draft for an operation that needs an event stream: nothing can promise one.
    Raises GenerationError for an operation that is none of AWS's.
    """
    if operation.aws is None:
        raise GenerationError(f"{operation.key} is no operation of AWS", at=operation.place)
    model = service_model(operation.aws.service).operation_model(operation.aws.operation)
    source = f"botocore's service model, {operation.aws.service}.{operation.aws.operation}"
    if (unsupported := _unsupported(model)) is not None:
        return NoDraft(unsupported, "take it out of registry.yaml")
    params: dict[str, Json] = dict(normalised(example_params(model)))
    entry: dict[str, Json] = {"params": _written(params)} if params else {}
    notes = [_params_note(model, params)] if params else []
    notes += [note] if (note := _pages_note(model)) else []
    return Draft(entry, source, tuple(notes))


def _unsupported(model: Any) -> str | None:
    name = f"{model.service_model.service_name}.{model.name}"
    if model.has_event_stream_output:
        kind = "answers with"
    elif model.has_event_stream_input and model.input_shape.event_stream_name in model.input_shape.required_members:
        kind = "sends"
    else:
        return None
    return f"{name} {kind} an event stream, which is not supported"


def _written(value: Json) -> Json:
    """A value as a contract writes it: keys that a contract would read as its own are escaped."""
    if isinstance(value, list):
        return [_written(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {escaped(name): _written(item) for name, item in value.items()}


def _params_note(model: Any, params: dict[str, Json]) -> str:
    faults = params_faults(model, params)
    if faults:  # what the model asks for cannot be met by an example
        return f"put values for {', '.join(params)} that the service accepts ({faults[0]})"
    named = ", ".join(params)
    return f"put what your program sends for {named}; what it sends beside belongs there too"


def _pages_note(model: Any) -> str:
    """For a paginated operation: by what it pages, and which members a program is likely to read."""
    lists = [path for path in result_paths(model) if _is_list(model.output_shape, path)]
    if not lists:
        return ""
    tokens = f" (by {' and '.join(sorted(token_paths(model)))})" if token_paths(model) else ""
    reads = ", ".join(f"'{path}[].…'" for path in lists)
    return f"the answer comes in pages{tokens}; name the members that your program reads: `reads: [{reads}]`"


def _is_list(shape: Any, path: str) -> bool:
    for name in path.split("."):
        if shape is None or shape.type_name != "structure" or name not in shape.members:
            return False
        shape = shape.members[name]
    return bool(shape.type_name == "list")
