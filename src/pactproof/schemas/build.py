"""The schemas as the models give them, with what models cannot say: which parts exclude one another, and values."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from pydantic import BaseModel

from pactproof.contract_entries import AwsOperationEntry, OperationEntry
from pactproof.entries import NAME, RegistryEntry
from pactproof.schemas import KINDS, MARK
from pactproof.schemas.values import TEXT_VALUE, definitions

Schema: TypeAlias = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMMENT = f"{MARK} from its own models: python -m pactproof.schemas"
_AWS_NAME = f"{NAME[:-1]}\\.{NAME[1:]}"
_WITH_VALUES = ("RequestEntry", "ResponseEntry")
_HEADER = {"anyOf": [TEXT_VALUE, {"type": "null", "description": "not there: a body without Content-Type"}]}
_PATH = {"anyOf": [{"type": "string", "pattern": r"^/[^?#]*$"}, {"$ref": "#/$defs/operator"}]}


def built() -> dict[str, bytes]:
    """The text of each schema, by kind."""
    schemas = {"registry": _registry(), "contracts": _contracts(), "aws": _aws()}
    return {kind: (json.dumps(schemas[kind], indent=2, ensure_ascii=False) + "\n").encode() for kind in KINDS}


def _registry() -> Schema:
    schema = _of_model(RegistryEntry)
    for name in ("WaiverEntry", "OffEntry"):
        # In {reason: no emulator has it, access asked for} YAML ends the text at the comma; the loader joins it again.
        rest = {"type": "null", "description": "the rest of a reason with a comma in it"}
        schema["$defs"][name]["additionalProperties"] = rest
    contracts = schema["$defs"]["ContractsEntry"]
    for operations in (contracts["additionalProperties"], contracts["properties"]["aws"]["additionalProperties"]):
        operations["uniqueItems"] = True
    return _headed("registry.yaml of pactproof", schema)


def _contracts() -> Schema:
    definitions_of_models = _definitions(OperationEntry)
    request, response = (definitions_of_models[name]["properties"] for name in _WITH_VALUES)
    request["path"] |= _PATH
    request["query"]["additionalProperties"] = {
        "anyOf": [TEXT_VALUE, {"type": "array", "items": TEXT_VALUE, "description": "one value after the other"}]
    }
    for part, body in ((request, "sent_body"), (response, "answered_body")):
        part["headers"]["additionalProperties"] = _HEADER
        part["body"]["$ref"] = f"#/$defs/{body}"
    for name in ("ScenarioEntry", "OperationEntry"):
        rule = _either_sequence(("request", "response", "repeatable"), otherwise={"required": ["request"]})
        definitions_of_models[name] |= _unless_scenarios(rule) if name == "OperationEntry" else rule
    schema = {
        "description": "contracts/<service>.yaml: what each operation of an HTTP service promises.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {"$ref": "#/$defs/OperationEntry"},
        "$defs": {**definitions_of_models, **definitions()},
    }
    return _headed("A contract of pactproof", schema)


def _aws() -> Schema:
    models = _definitions(AwsOperationEntry)
    single = ("params", "response", "reads", "error", "repeatable")
    for name in ("AwsStepEntry", "AwsScenarioEntry", "AwsOperationEntry"):
        properties = models[name]["properties"]
        properties["params"] = _values_of(properties["params"], "element")
        properties["response"] = _values_of(properties["response"], "answered")
        models[name]["dependentSchemas"] = {
            "error": {
                "if": {"properties": {"error": {"type": "object"}}},
                "then": {"properties": {"response": {"type": "null"}, "reads": {"maxItems": 0}}},
            }
        }
    for name in ("AwsScenarioEntry", "AwsOperationEntry"):
        rule = _either_sequence(single, otherwise={})
        models[name] |= _unless_scenarios(rule) if name == "AwsOperationEntry" else rule
    schema = {
        "description": "contracts/aws.yaml: what AWS operations promise beyond botocore's service models.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": _AWS_NAME},
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/AwsOperationEntry"}, {"type": "null"}]},
        "$defs": {**models, **definitions(is_aws=True)},
    }
    return _headed("The contract of AWS operations, of pactproof", schema)


def _either_sequence(single: tuple[str, ...], *, otherwise: Schema) -> Schema:
    """A sequence stands in place of a single interaction."""
    return {
        "if": {"required": ["sequence"]},
        "then": {"properties": dict.fromkeys(single, False)},
        **({"else": otherwise} if otherwise else {}),
    }


def _unless_scenarios(rule: Schema) -> Schema:
    """Scenarios stand alone."""
    return {"if": {"required": ["scenarios"]}, "then": {"maxProperties": 1}, "else": rule}


def _values_of(schema: Schema, kind: str) -> Schema:
    """A mapping, or null, whose values are of this kind."""
    values = {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{kind}"}}
    return {"anyOf": [values, {"type": "null"}], "description": schema.get("description", "")}


def _definitions(model: type[BaseModel]) -> Schema:
    """The model and those inside it, by name."""
    schema = _of_model(model)
    inner = schema.pop("$defs", {})
    return {**inner, model.__name__: schema}


def _of_model(model: type[BaseModel]) -> Schema:
    tidied = _tidied(model.model_json_schema())
    assert isinstance(tidied, dict)  # noqa: S101  # as the schema of a model is
    return tidied


_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs")


def _tidied(schema: Any) -> Any:
    """Without the titles that pydantic derives from names, and without defaults that say "nothing"."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: part for key, part in schema.items() if key != "title" and not (key == "default" and _is_empty(part))}
    if "patternProperties" in kept:
        kept.setdefault("additionalProperties", False)  # names of another form are no names
    return {
        key: {name: _tidied(each) for name, each in part.items()} if key in _MAPS_OF_SCHEMAS else _tidied(part)
        for key, part in kept.items()
    }


def _is_empty(default: Any) -> bool:
    return not default or (isinstance(default, dict) and all(_is_empty(part) for part in default.values()))


def _headed(title: str, schema: Schema) -> Schema:
    return {"$schema": _DIALECT, "$comment": _COMMENT, "title": title, **schema}
