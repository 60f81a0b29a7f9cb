"""Large bodies stand in files beside the cassette, named by the digest of their content."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

import pytest
import vcr  # type: ignore[import-untyped]  # it ships without type information
import yaml
from click.testing import CliRunner

from pactproof.cli import main
from pactproof.errors import CassetteError, SecretFoundError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import Cassette, Provenance, load_cassette, write_cassette
from pactproof.recording.bodies_apart import MAX_INLINE_BYTES, orphaned_bodies
from pactproof.recording.stored_form import as_stored

NAME = "cassettes/shop/get_picture.yaml"
TOLD = Provenance("shop.get_picture", "ok", "sandbox", datetime(2026, 1, 5, tzinfo=UTC), "till", "pactproof 0.1.0")
LARGE = b"\x89PNG\r\n" + b"\x00\xff" * (MAX_INLINE_BYTES // 2)
OTHER = LARGE + b"."
MEND = "\n  fix: record it again: pytest contracts --record-mode=rewrite -k shop.get_picture"


def holding(answer: bytes, sent: bytes = b"", media: str = "image/png") -> Cassette:
    headers = Headers((("Content-Type", media), ("Content-Length", "1")))
    asked = Request("POST", "http://shop.test/picture", Headers((("Content-Type", media),)), sent)
    return Cassette((Interaction(asked, Response(200, headers, answer, "OK")),), TOLD)


def name_of(body: bytes) -> str:
    return f".bodies/{hashlib.sha256(body).hexdigest()}.bin"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / NAME
    write_cassette(path, holding(LARGE, OTHER), root=tmp_path)
    return path


def files(path):
    return sorted(one.relative_to(path.parent).as_posix() for one in path.parent.rglob("*") if one.is_file())


def test_a_body_over_the_limit_is_named_in_the_cassette_and_stands_beside_it(path):
    told = yaml.safe_load(path.read_text())["interactions"][0]

    assert files(path) == sorted([name_of(LARGE), name_of(OTHER), "get_picture.yaml"])
    assert told["body_files"] == {"request": name_of(OTHER), "response": name_of(LARGE)}
    assert (told["request"]["body"], told["response"]["body"]) == (None, {"string": ""})
    assert told["response"]["headers"]["Content-Length"] == [str(len(LARGE))]
    assert path.stat().st_size < 2000
    found = load_cassette(path, shown_as=NAME)
    assert (found.interactions[0].request.body, found.interactions[0].response.body) == (OTHER, LARGE)
    assert found.digest_fits


def test_a_body_at_the_limit_stays_in_the_cassette(tmp_path):
    write_cassette(tmp_path / NAME, holding(b"x" * MAX_INLINE_BYTES), root=tmp_path)

    assert files(tmp_path / NAME) == ["get_picture.yaml"]


@pytest.mark.parametrize(
    "body", [b"[" + b"1," * MAX_INLINE_BYTES + b"1]", b"[" + b"1," * (MAX_INLINE_BYTES // 3) + b"1]"],
    ids=["over the limit", "over it once laid out"],
)  # fmt: skip
def test_json_is_not_laid_out_where_it_is_or_would_be_over_the_limit(body):
    one = as_stored(holding(body, media="application/json").interactions[0])

    assert one.response.body == body
    assert as_stored(one) == one


def test_what_no_cassette_names_any_more_is_removed_and_what_another_one_names_stays(path, tmp_path):
    write_cassette(path.with_name("other.yaml"), holding(LARGE), root=tmp_path)

    write_cassette(path, holding(b"small"), root=tmp_path)

    assert files(path) == sorted([name_of(LARGE), "get_picture.yaml", "other.yaml"])
    write_cassette(path.with_name("other.yaml"), holding(b"small"), root=tmp_path)
    assert sorted(one.name for one in path.parent.iterdir()) == ["get_picture.yaml", "other.yaml"]


def test_an_orphan_is_found(path):
    orphan = path.parent / name_of(b"nobody")
    orphan.write_bytes(b"nobody")

    assert orphaned_bodies(path.parent) == [orphan]


def test_the_same_recording_again_leaves_its_files_untouched(path, tmp_path):
    before = {one: (path.parent / one).stat().st_ino for one in files(path) if one.startswith(".bodies")}

    write_cassette(path, holding(LARGE, OTHER), root=tmp_path)

    assert {one: (path.parent / one).stat().st_ino for one in before} == before


def test_a_body_that_was_changed_is_seen_by_the_digest_and_mended_by_the_next_recording(path, tmp_path):
    (path.parent / name_of(LARGE)).write_bytes(b"something else")

    found = load_cassette(path, shown_as=NAME)

    assert found.interactions[0].response.body == b"something else"
    assert not found.digest_fits
    assert found.why_unfit == f"not the body that was recorded: {name_of(LARGE)}"
    write_cassette(path, holding(LARGE, OTHER), root=tmp_path)
    assert load_cassette(path, shown_as=NAME).digest_fits


def test_a_body_to_which_a_checkout_gave_other_line_ends_is_read_as_it_was_recorded(tmp_path):
    path, body = tmp_path / NAME, b"line\n" * (MAX_INLINE_BYTES // 4)
    write_cassette(path, holding(body, media="text/plain"), root=tmp_path)
    (path.parent / name_of(body)).write_bytes(body.replace(b"\n", b"\r\n"))

    found = load_cassette(path, shown_as=NAME)

    assert found.interactions[0].response.body == body
    assert found.digest_fits


def test_a_cassette_of_another_suffix_keeps_its_bodies(path, tmp_path):
    tape = path.with_name("tape.yml")
    write_cassette(tape, holding(LARGE + b"!"), root=None)

    write_cassette(path, holding(b"small"), root=tmp_path)

    assert load_cassette(tape, shown_as=NAME).interactions[0].response.body == LARGE + b"!"


def test_a_file_that_is_no_body_of_ours_is_not_swept(path, tmp_path):
    (path.parent / ".bodies/notes.bin").write_text("of somebody")

    write_cassette(path, holding(b"small"), root=tmp_path)

    assert files(path) == [".bodies/notes.bin", "get_picture.yaml"]


def test_a_pipe_in_the_place_of_a_body_is_refused_and_not_waited_for(path):
    (path.parent / name_of(LARGE)).unlink()
    os.mkfifo(path.parent / name_of(LARGE))

    with pytest.raises(CassetteError, match="cannot be read: not a regular file"):
        load_cassette(path, shown_as=NAME)


@pytest.mark.parametrize("given", ["tapes/../cassettes/shop", "cassettes/shop/../shop"])
def test_an_export_stays_in_its_folder_whatever_the_path_looks_like(path, tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tapes").mkdir()

    result = CliRunner().invoke(main, ["export", "--vcr", given, "--to", "out"])

    assert (result.exit_code, result.output) == (0, "1 cassette written to out\n")
    assert [one.relative_to(tmp_path / "out").as_posix() for one in (tmp_path / "out").rglob("*.yaml")] == [
        "shop/get_picture.yaml"
    ]


def test_a_folder_beside_cassettes_is_not_exported_to_a_place_beside_the_target(path, tmp_path):
    tapes = tmp_path / "tapes"
    tapes.mkdir()
    write_cassette(tapes / "one.yaml", holding(b"small"), root=None)

    result = CliRunner().invoke(
        main, ["export", "--vcr", str(tmp_path / "cassettes/../tapes"), "--to", str(tmp_path / "out/in")]
    )

    assert result.exit_code == 0
    assert [one.name for one in (tmp_path / "out").rglob("*.yaml")] == ["one.yaml"]
    assert (tmp_path / "out/in/one.yaml").is_file()


def test_two_cassettes_that_would_have_one_name_are_not_exported_over_one_another(tmp_path):
    both = [tmp_path / folder / "one.yaml" for folder in "ab"]
    for one in both:
        one.parent.mkdir()
        write_cassette(one, holding(b"small"), root=None)

    result = CliRunner().invoke(main, ["export", "--vcr", *map(str, both), "--to", str(tmp_path / "out")])

    assert result.exit_code == 2
    assert f"{both[0]} and {both[1]} would both be one.yaml: export them one after the other" in result.output
    assert not (tmp_path / "out").exists()


def test_a_missing_body_is_told_with_its_place_and_the_command_that_mends_it(path):
    (path.parent / name_of(LARGE)).unlink()

    with pytest.raises(CassetteError) as refused:
        load_cassette(path, shown_as=NAME)

    line = 1 + path.read_text().splitlines().index(f"    response: {name_of(LARGE)}")
    assert str(refused.value) == (
        f"{NAME}:{line}:15: the body in {name_of(LARGE)} cannot be read: No such file or directory{MEND}"
    )


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_body_behind_a_symbolic_link_is_not_read(path, tmp_path, link):
    place = path.parent / (name_of(LARGE) if link == "file" else ".bodies")
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CassetteError) as refused:
        load_cassette(path, shown_as=NAME)

    assert f"the body in {name_of(LARGE)} cannot be read: a symbolic link, not a file" in str(refused.value)
    with pytest.raises(CassetteError) as unwritten:
        write_cassette(path, holding(OTHER), root=tmp_path) if link == "folder" else load_cassette(path, shown_as=NAME)
    assert "symbolic link" in str(unwritten.value)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", ".bodies/../x.bin", ".bodies/a.bin", "7"])
def test_a_name_that_leads_anywhere_else_is_refused(path, name):
    path.write_text(path.read_text().replace(name_of(LARGE), name))

    with pytest.raises(CassetteError) as refused:
        load_cassette(path, shown_as=NAME)

    assert "not the name of a file in .bodies/, as in .bodies/<64 hexadecimal digits>.bin" in str(refused.value)


def test_a_secret_in_a_large_body_is_named_by_file_and_line_and_nothing_is_written(tmp_path):
    body = b"a\n" * (MAX_INLINE_BYTES // 2) + b"token " + b"gh" + b"p_" + b"A1b2" * 4 + b"xQ7kZp3vR9mLt5sW8yDc" + b"\n"

    with pytest.raises(SecretFoundError) as refused:
        write_cassette(tmp_path / NAME, holding(body, media="text/plain"), root=tmp_path)

    assert f"  {name_of(body)}, line {MAX_INLINE_BYTES // 2 + 1}: github-token" in str(refused.value)
    assert not (tmp_path / "cassettes").exists()


@pytest.mark.parametrize("shift", range(0, 60, 12))
def test_a_secret_is_found_wherever_the_scan_of_a_large_body_is_cut(tmp_path, shift):
    token = b"gh" + b"p_" + b"A1b2" * 4 + b"xQ7kZp3vR9mLt5sW8yDc"
    body = b"word " * ((2 * MAX_INLINE_BYTES - shift) // 5) + token + b" word" * MAX_INLINE_BYTES

    with pytest.raises(SecretFoundError) as refused:
        write_cassette(tmp_path / NAME, holding(body, media="text/plain"), root=tmp_path)

    assert str(refused.value).count("github-token") == 1


def test_plain_vcrpy_reads_the_cassette_as_it_is_and_replays_the_export_whole(path, tmp_path):
    requests = pytest.importorskip("requests")
    target = tmp_path / "exported"

    result = CliRunner().invoke(main, ["export", "--vcr", str(path), "--to", str(target)])

    assert (result.exit_code, result.output) == (0, f"1 cassette written to {target}\n")
    assert [one.relative_to(target).as_posix() for one in target.rglob("*.yaml")] == ["shop/get_picture.yaml"]
    for place, body in ((path, b""), (target / "shop/get_picture.yaml", LARGE)):
        with vcr.use_cassette(str(place), record_mode="none") as tape:
            assert requests.post("http://shop.test/picture", timeout=5).content == body
        assert tape.all_played
    exported = load_cassette(target / "shop/get_picture.yaml", shown_as=NAME)
    assert exported == load_cassette(path, shown_as=NAME)
