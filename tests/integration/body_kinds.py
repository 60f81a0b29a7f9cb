"""Every kind of body: how a contract promises it, what a provider answers and how a program asks for it.

The same table drives three programs (requests, httpx, httpx with asyncio) through promise, recording and replay.
"""

from __future__ import annotations

import base64
import gzip
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n\x00\x01\xff\xfe"
LARGE = bytes(range(256)) * 4096
JSON = ("Content-Type", "application/json")
OK = b'{"ok": true}'
BOOKS = '<books kind="all" total="2"><book id="1">One</book><book id="2">Two</book></books>'


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (JSON,)
    body: bytes = OK
    is_chunked: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of body.

    contract: the entry of the operation, as YAML in one line or several
    ask:      Python that sends the requests: `c` is the client, `c.send(method, path, ...)` gives the answer
    answers:  what the provider answers, by path
    sees:     what the program gets: text, bytes, or the value of JSON
    """

    contract: str
    ask: str
    answers: dict[str, Answer]
    sees: Any
    status: int = 200
    is_verifiable: bool = True  # by Pact's own Verifier


def answer(content_type: str, body: bytes | str, status: int = 200) -> Answer:
    return Answer(status, (("Content-Type", content_type),), body.encode() if isinstance(body, str) else body)


def moved(status: int, to: str) -> Answer:
    return Answer(status, (("Location", to),), b"")


def fetched(name: str, promised: str, answered: Answer, sees: Any, **more: Any) -> Kind:
    """GET /<name> and nothing special about the request."""
    contract = f"{{request: {{path: /{name}}}, response: {promised}}}"
    return Kind(contract, f"c.send('GET', '/{name}')", {f"/{name}": answered}, sees, **more)


def redirected(status: int, before: str, after: str, body: str = "") -> Kind:
    path = f"/moved-{status}"
    sent = f", body: {{n: 1}}{body}" if before != "GET" else ""
    again = sent if after == before else ""
    return Kind(
        f"""
        sequence:
        - request: {{method: {before}, path: {path}{sent}}}
          response: {{status: {status}, headers: {{Location: {path}/there}}}}
        - request: {{method: {after}, path: {path}/there{again}}}
          response: {{body: {{ok: true}}}}
        """,
        f"c.send('{before}', '{path}'" + (", json={'n': 1})" if sent else ")"),
        {path: moved(status, f"{path}/there"), f"{path}/there": Answer()},
        {"ok": True},
        is_verifiable=False,  # the Verifier follows redirects
    )


KINDS: dict[str, Kind] = {
    # --- what a program sends ------------------------------------------------------------------------------------
    "form": Kind(
        """
        request:
          method: POST
          path: /form
          headers: {Content-Type: application/x-www-form-urlencoded}
          body: {name: [a, b], empty: '', 'filter[state]': {$one_of: [open, closed]}, text: Größe & co, sum: 1+1}
        response: {status: 201, body: {ok: true}}
        """,
        "c.send('POST', '/form', form=[('text', 'Größe & co'), ('name', 'a'), ('empty', ''), ('sum', '1+1'),"
        " ('name', 'b'), ('filter[state]', 'closed')])",
        {"/form": Answer(201)},
        {"ok": True},
        status=201,
    ),
    "multipart": Kind(
        f"""
        request:
          method: POST
          path: /multipart
          headers: {{Content-Type: multipart/form-data}}
          body:
            title: {{$regex: '[A-Z].*', like: Notes}}
            tag: [a, b]
            größe: '7'
            logo: {{$binary: image/png, like: {b64(PNG)}, filename: logo.png}}
            rows: {{$binary: text/csv, like: {b64(b"a;b")}}}
        response: {{body: {{ok: true}}}}
        """,
        "c.send('POST', '/multipart', form=[('tag', 'a'), ('title', 'Release'), ('tag', 'b'), ('größe', '7')],"
        " files=[('logo', ('logo.png', kinds.PNG * 2, 'image/png')),"
        " ('rows', ('r.csv', 'ä;ö'.encode('latin-1'), 'text/csv'))])",
        {"/multipart": Answer()},
        {"ok": True},
    ),
    "upload": Kind(
        f"{{request: {{method: PUT, path: /upload, body: {{$binary: image/png, like: {b64(PNG)}}}}},"
        " response: {status: 201, body: {ok: true}}}",
        "c.send('PUT', '/upload', content=kinds.PNG * 2, headers={'Content-Type': 'image/png'})",
        {"/upload": Answer(201)},
        {"ok": True},
        status=201,
    ),
    "untyped_upload": Kind(
        "{request: {method: PUT, path: /untyped-upload, headers: {Content-Type: null},"
        f" body: {{$binary: application/octet-stream, like: {b64(b'abc')}}}}}, response: {{body: {{ok: true}}}}}}",
        "c.send('PUT', '/untyped-upload', content=b'\\x00\\x01')",
        {"/untyped-upload": Answer()},
        {"ok": True},
    ),
    "gzip_request": Kind(
        "{request: {method: POST, path: /gzip-request, headers: {Content-Encoding: gzip}, body: {n: 1}},"
        " response: {body: {ok: true}}}",
        "c.send('POST', '/gzip-request', content=gzip.compress(b'{\"n\":  1}'),"
        " headers={'Content-Type': 'application/json', 'Content-Encoding': 'gzip'})",
        {"/gzip-request": Answer()},
        {"ok": True},
    ),
    "streamed_request": Kind(
        "{request: {method: POST, path: /streamed-request, body: one two}, response: {body: {ok: true}}}",
        "c.send('POST', '/streamed-request', content=iter([b'one', b' two']), headers={'Content-Type': 'text/plain'})",
        {"/streamed-request": Answer()},
        {"ok": True},
    ),
    "xml_request": Kind(
        f"{{request: {{method: POST, path: /xml-request, headers: {{Content-Type: application/xml}}, body: '{BOOKS}'}},"
        " response: {body: {ok: true}}}",
        "c.send('POST', '/xml-request', headers={'Content-Type': 'application/xml'}, content=b'<?xml version=\"1.0\"?>"
        '<books total="2"  kind="all">\\n  <book id="1"> One</book>\\n'
        '  <book id="2"><![CDATA[Two]]></book>\\n</books>\')',
        {"/xml-request": Answer()},
        {"ok": True},
    ),
    "null_request": Kind(
        "{request: {method: POST, path: /null-request, headers: {Content-Type: application/json},"
        " body: {$exactly: null}}, response: {body: {ok: true}}}",
        "c.send('POST', '/null-request', content=b'null', headers={'Content-Type': 'application/json'})",
        {"/null-request": Answer()},
        {"ok": True},
    ),
    "latin_request": Kind(
        "{request: {method: POST, path: /latin-request, headers: {Content-Type: text/plain;charset=iso-8859-1},"
        " body: {$regex: 'Gr.*', like: Größe}}, response: {body: {ok: true}}}",
        "c.send('POST', '/latin-request', content='Grünes'.encode('latin-1'),"
        " headers={'Content-Type': 'text/plain;charset=iso-8859-1'})",
        {"/latin-request": Answer()},
        {"ok": True},
    ),
    "any_request_body": Kind(
        "{request: {method: POST, path: /any-body}, response: {body: {ok: true}}}",
        "c.send('POST', '/any-body', json={'id': os.getpid()})",
        {"/any-body": Answer()},
        {"ok": True},
    ),
    # --- what it gets --------------------------------------------------------------------------------------------
    "download": fetched(
        "download", f"{{body: {{$binary: image/png, like: {b64(PNG)}}}}}", answer("image/png", PNG), PNG
    ),
    "large": fetched(
        "large", f"{{body: {{$binary: application/zip, like: {b64(LARGE)}}}}}", answer("application/zip", LARGE), LARGE
    ),
    "form_answer": fetched(
        "form-answer",
        "{headers: {Content-Type: application/x-www-form-urlencoded}, body: {scope: repo user, kind: ''}}",
        answer("application/x-www-form-urlencoded", "scope=repo+user&kind="),
        "scope=repo+user&kind=",
    ),
    "no_content": Kind(
        "{request: {method: DELETE, path: /no-content}, response: {status: 204}}",
        "c.send('DELETE', '/no-content')",
        {"/no-content": Answer(204, (), b"")},
        b"",
        status=204,
    ),
    "head": Kind(
        "{request: {method: HEAD, path: /head},"
        " response: {headers: {Content-Length: '1234', Content-Type: image/png}}}",
        "c.send('HEAD', '/head')",
        {"/head": Answer(200, (("Content-Type", "image/png"), ("Content-Length", "1234")), b"")},
        b"",
    ),
    "gzip": fetched(
        "gzip", "{body: {ok: true}}", Answer(200, (JSON, ("Content-Encoding", "gzip")), gzip.compress(OK)), {"ok": True}
    ),
    "deflate": fetched(
        "deflate",
        "{headers: {Content-Type: text/csv}, body: a;b}",
        Answer(200, (("Content-Type", "text/csv"), ("Content-Encoding", "deflate")), zlib.compress(b"a;b")),
        "a;b",
    ),
    "streamed": Kind(
        "{request: {path: /streamed}, response: {body: one two three}}",
        "c.stream('/streamed')",
        {"/streamed": Answer(200, (("Content-Type", "text/plain"),), b"one two three", is_chunked=True)},
        "one two three",
    ),
    "vendor_json": fetched(
        "vendor-json",
        "{headers: {Content-Type: application/vnd.pagerduty+json;version=2}, body: {ok: true}}",
        answer("application/vnd.pagerduty+json;version=2", OK),
        {"ok": True},
    ),
    "problem": fetched(
        "problem",
        "{status: 404, headers: {Content-Type: application/problem+json}, body: {title: Gone}}",
        answer("application/problem+json; charset=utf-8", '{"title": "Gone"}', 404),
        {"title": "Gone"},
        status=404,
    ),
    "diff": fetched(
        "diff",
        r'{headers: {Content-Type: application/vnd.github.diff}, body: "--- a\n+++ b\n"}',
        answer("application/vnd.github.diff", "--- a\n+++ b\n"),
        b"--- a\n+++ b\n",
    ),
    "latin_text": fetched(
        "latin-text",
        "{headers: {Content-Type: text/plain; charset=iso-8859-1}, body: Größe}",
        answer("text/plain; charset=iso-8859-1", "Größe".encode("latin-1")),
        "Größe",
    ),
    "utf8_text": fetched("utf8-text", "{body: Größe 🙂}", answer("text/plain", "Größe 🙂"), "Größe 🙂".encode()),
    "bytes_as_text": fetched(
        "bytes-as-text",
        f"{{body: {{$binary: text/plain, like: {b64(PNG)}}}}}",
        answer("text/plain", PNG),
        PNG,
    ),
    "html": fetched(
        "html",
        "{headers: {Content-Type: text/html}, body: <p>Hi<br>there}",
        answer("text/html; charset=utf-8", "<p>Hi<br>there"),
        "<p>Hi<br>there",
    ),
    "csv": fetched(
        "csv",
        r'{headers: {Content-Type: text/csv}, body: "a;b\r\n1;2\r\n"}',
        answer("text/csv", "a;b\r\n1;2\r\n"),
        "a;b\r\n1;2\r\n",
    ),
    "ndjson": fetched(
        "ndjson",
        r"""{headers: {Content-Type: application/x-ndjson}, body: "{\"n\": 1}\n{\"n\": 2}\n"}""",
        answer("application/x-ndjson", '{"n": 1}\n{"n": 2}\n'),
        b'{"n": 1}\n{"n": 2}\n',
    ),
    "xml": fetched(
        "xml",
        f"{{headers: {{Content-Type: text/xml}}, body: '{BOOKS}'}}",
        answer("text/xml; charset=utf-8", BOOKS),
        BOOKS,
    ),
    "json_true": fetched("json-true", "{body: true}", answer("application/json", "true"), True),
    "json_text": fetched(
        "json-text",
        "{headers: {Content-Type: application/json}, body: done}",
        answer("application/json", '"done"'),
        "done",
    ),
    "json_null": fetched(
        "json-null",
        "{headers: {Content-Type: application/json}, body: {$exactly: null}}",
        answer("application/json", "null"),
        None,
    ),
    "empty_list": fetched("empty-list", "{body: {$exactly: []}}", answer("application/json", "[]"), []),
    "numbers": fetched(
        "numbers",
        "{body: {big: 12345678901234567890123, price: {$decimal: 0.1}, small: 1e-7}}",
        answer("application/json", '{"big":12345678901234567890123,"price":0.1,"small":1e-7}'),
        {"big": 12345678901234567890123, "price": 0.1, "small": 1e-7},
    ),
    "twice_the_same_key": fetched(
        "same-key", "{body: {n: 2}}", answer("application/json", '{"n": 1, "n": 2}'), {"n": 2}
    ),
    "byte_order_mark": fetched(
        "bom", "{body: {n: 1}}", answer("application/json", '\ufeff{"n": 1}'), {"n": 1}, is_verifiable=False
    ),
    "json_that_is_none": fetched(
        "no-json",
        f"{{body: {{$binary: application/json, like: {b64(b'OK')}}}}}",
        answer("application/json", "OK"),
        b"OK",
    ),
    "untyped": fetched("untyped", "{headers: {Content-Type: null}, body: hello}", Answer(200, (), b"hello"), b"hello"),
    # --- redirects -----------------------------------------------------------------------------------------------
    "moved_301": redirected(301, "GET", "GET"),
    "moved_302": redirected(302, "POST", "GET"),
    "moved_303": redirected(303, "PUT", "GET"),
    "moved_307": redirected(307, "POST", "POST"),
    "moved_308": redirected(308, "PUT", "PUT"),
}


@dataclass(frozen=True)
class Received:
    method: str
    headers: dict[str, str]
    body: bytes


class Provider(ThreadingHTTPServer):
    """A real server on this machine that answers every kind. `received` is the last request by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = {path: one for kind in KINDS.values() for path, one in kind.answers.items()}
        self.received: dict[str, Received] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.received[self.path] = Received(self.command, dict(self.headers.items()), body)
        given = self.server.answers[self.path]
        self.send_response(given.status)
        for name, value in given.headers:
            self.send_header(name, value)
        if given.is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif given.status != 204 and "Content-Length" not in dict(given.headers):
            self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        for part in self._parts(given) if self.command != "HEAD" else ():
            self.wfile.write(part)

    def _parts(self, given: Answer) -> Iterator[bytes]:
        if not given.is_chunked:
            yield given.body
            return
        for word in given.body.split(b" ", 1):
            yield (
                b"%x\r\n%b\r\n" % (len(word) + 1, word + b" ")
                if word == b"one"
                else b"%x\r\n%b\r\n" % (len(word), word)
            )
        yield b"0\r\n\r\n"

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  # http.server's names

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def provider() -> Iterator[Provider]:
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Seen:
    """What a program saw of an answer, as it wrote it down."""

    status: int
    content_type: str
    body: bytes
    text: str
    digits: Any = field(default=None)

    @classmethod
    def of(cls, text: str) -> Seen:
        data = json.loads(text)
        body = base64.b64decode(data["body"])
        try:
            digits = json.loads(body, parse_int=str, parse_float=str)
        except ValueError:
            digits = None
        return cls(data["status"], data["content_type"], body, data["text"], digits)

    def value(self, like: Any) -> Any:
        """The body as the kind of thing that `like` is."""
        if isinstance(like, bytes):
            return self.body
        if "json" in self.content_type:
            return json.loads(self.body)
        return self.text


PROGRAM = '''
import asyncio, base64, gzip, json, os, pathlib
import httpx, requests


class Requests:
    def __init__(self, url):
        self.url = url

    def send(self, method, path, form=None, content=None, **more):
        return requests.request(method, self.url + path, data=content if form is None else form, **more)

    def stream(self, path):
        with requests.get(self.url + path, stream=True) as answer:
            answer._content = b"".join(answer.iter_content(4))
        return answer


class Httpx:
    def __init__(self, url):
        self.client = httpx.Client(base_url=url, follow_redirects=True, verify=False)  # certificates take 30 ms to read

    def send(self, method, path, form=None, **more):
        with self.client:
            return self.client.request(method, path, data=_grouped(form), **more)

    def stream(self, path):
        with self.client, self.client.stream("GET", path) as answer:
            answer._content = b"".join(answer.iter_bytes(4))
        return answer


class AsyncHttpx:
    def __init__(self, url):
        self.url = url

    def send(self, method, path, form=None, content=None, **more):
        async def ask():
            async with httpx.AsyncClient(base_url=self.url, follow_redirects=True, verify=False) as client:
                sent = _later(content) if hasattr(content, "__next__") else content
                return await client.request(method, path, data=_grouped(form), content=sent, **more)

        return asyncio.run(ask())

    def stream(self, path):
        async def ask():
            async with httpx.AsyncClient(base_url=self.url, verify=False) as client:
                async with client.stream("GET", path) as answer:
                    answer._content = b"".join([part async for part in answer.aiter_bytes(4)])
                    return answer

        return asyncio.run(ask())


async def _later(parts):
    for part in parts:
        yield part


def _grouped(form):
    """httpx takes a mapping; a repeated name has a list."""
    if form is None:
        return None
    names = dict.fromkeys(name for name, _ in form)
    return {name: [value for key, value in form if key == name] for name in names}


CLIENTS = {"requests": Requests, "httpx": Httpx, "httpx_async": AsyncHttpx}


def write_down(service, kind, answer):
    folder = pathlib.Path(os.environ["BODIES_SEEN"]) / service
    folder.mkdir(parents=True, exist_ok=True)
    seen = {
        "status": answer.status_code,
        "content_type": answer.headers.get("content-type", ""),
        "body": base64.b64encode(answer.content).decode(),
        "text": answer.text,
    }
    (folder / kind).write_text(json.dumps(seen))
'''

FOR_ASYNC = (  # what the clients of httpx do in different ways
    "form multipart gzip_request streamed_request untyped_upload download no_content head gzip streamed latin_text"
    " moved_302"
)
OF_ANY_CLIENT = (  # bytes like any others to a client; what they mean is for the check
    "null_request json_true json_text json_null empty_list numbers twice_the_same_key byte_order_mark json_that_is_none"
)
PROGRAMS: dict[str, tuple[str, ...]] = {
    "requests": tuple(name for name in KINDS if name not in OF_ANY_CLIENT.split()),
    "httpx": tuple(KINDS),
    "httpx_async": tuple(FOR_ASYNC.split()),
}
"""The kinds that each program is made for: each is a service of the project."""


def contract_tests(service: str) -> str:
    """The module of contract functions of one program."""
    lines = [
        "import gzip, os",
        "from pactproof import contract",
        "import program",
        "from tests.integration import body_kinds as kinds",
    ]
    for name in PROGRAMS[service]:
        kind = KINDS[name]
        lines += [
            f'@contract("{service}.{name}")',
            f"def test_{name}(provider):",
            f'    c = program.CLIENTS["{service}"](provider.url)',
            f'    program.write_down("{service}", "{name}", {kind.ask})',
        ]
    return "\n".join(lines) + "\n"
