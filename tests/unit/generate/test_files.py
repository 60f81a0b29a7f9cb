"""The diff of what is to be written is one that `patch` applies, whatever characters the file has."""

from __future__ import annotations

from pactproof.generate.files import GeneratedFile, unified_diff


def test_only_newlines_part_the_lines_of_a_diff() -> None:
    before = "x = 1  # a\x0cb\u2028c\n"
    file = GeneratedFile("contracts/test_shop.py", before.encode(), f"{before}y = 2".encode())

    assert list(unified_diff([file])) == [
        "--- a/contracts/test_shop.py",
        "+++ b/contracts/test_shop.py",
        "@@ -1 +1,2 @@",
        " x = 1  # a\x0cb\u2028c",
        "+y = 2",
        "\\ No newline at end of file",
    ]
