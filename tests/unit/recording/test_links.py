"""Links in a recorded answer lead to the canonical host, by whatever name the sandbox calls itself."""

from __future__ import annotations

import pytest

from pactproof.interaction import Headers, Response
from pactproof.recording.links import links_mapped

BASE = "https://shop.example.com"


@pytest.mark.parametrize(
    ("target", "link", "mapped"),
    [
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000/items?page=2", f"{BASE}/items?page=2"),
        ("http://127.0.0.1:3000", "http://localhost:3000/items?page=2", f"{BASE}/items?page=2"),
        ("http://localhost:3000", "http://127.0.0.1:3000/items?page=2", f"{BASE}/items?page=2"),
        ("http://[::1]:3000", "http://localhost:3000/items?page=2", f"{BASE}/items?page=2"),
        ("http://localhost:3000/grafana", "http://127.0.0.1:3000/grafana/items", f"{BASE}/items"),
        ("http://127.0.0.1:3000", "http://localhost:3001/items", "http://localhost:3001/items"),
        ("https://sandbox.test", "http://localhost:3000/items", "http://localhost:3000/items"),
    ],
    ids=["own name", "localhost", "the other way", "IPv6", "below a path", "another port", "a sandbox elsewhere"],
)
def test_a_link_leads_to_the_canonical_host_by_every_name_of_this_machine(target, link, mapped):
    body = f'{{"next": "{link}"}}'.encode()

    answer = links_mapped(Response(200, Headers((("Link", f'<{link}>; rel="next"'),)), body), target, BASE)

    assert answer.headers.get("link") == f'<{mapped}>; rel="next"'
    assert answer.body == f'{{"next": "{mapped}"}}'.encode()
