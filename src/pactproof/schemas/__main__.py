"""Write the schemas again, after a change to the models: `python -m pactproof.schemas`."""

from __future__ import annotations

from pactproof.schemas import path_of
from pactproof.schemas.build import built

for kind, content in built().items():
    path_of(kind).write_bytes(content)
