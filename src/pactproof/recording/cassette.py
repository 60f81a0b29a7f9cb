"""The cassette file: vcrpy's YAML format, version 1, with where it comes from beside it.

Layout, stable byte for byte for the same cassette:

    # recorded for grafana.get_dashboard (scenario ok) in registry.yaml; made by pactproof, do not edit by hand
    interactions:
    - request: {body, headers, method, uri}
      response: {body: {string}, headers, status: {code, message}}
    version: 1
    pactproof: {operation, scenario, source, recorded_at, consumer, recorded_with, params, requests}
    ...

vcrpy ignores the key `pactproof` and YAML's end mark `...`, by which a file that was cut off is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from pactproof.errors import CassetteError, CassetteMissingError, Place, SecretFoundError
from pactproof.interaction import Headers, Interaction, Json, Request, Response, is_json
from pactproof.recording.atomic import replace_file
from pactproof.recording.cassette_reading import mending, named_by, read_cassette_text
from pactproof.recording.json_text import reindented
from pactproof.recording.yaml_text import yaml_text
from pactproof.redaction import has_checksum, scan
