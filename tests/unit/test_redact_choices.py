"""`redact` of registry.yaml: rules that a project adds, rules that it switches off, and every fault in either."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from pactproof.errors import RegistryError
from pactproof.pattern_cost import why_too_costly
from pactproof.redact_choices import OwnRule, RedactChoices, load_choices, path_pattern
from pactproof.redaction import NO_CHOICES, Rules, rule_ids, rules_above
from pactproof.registry import load_registry
from pactproof.rule_ids import RULE_IDS

HEAD = "contracts: {shop: [get_item]}\n"
ALL = """\
redact:
  rules:
    - {id: shop-token, pattern: 'shop_[0-9a-f]{32}'}
    - {id: customer, names: [customer_number, X-Customer]}
    - {id: invite, path: '/invites/{secret}/accept'}
  off:
    - {rule: okta-token, reason: our object ids look like it, and open nothing}
  emails: hide
  ip_addresses: keep
  words: [Ada Lovelace]
"""


def faults_of(folder: Path, text: str) -> list[str]:
    (folder / "registry.yaml").write_text(HEAD + textwrap.dedent(text), encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        load_registry(folder)
    return [str(fault) for fault in caught.value.faults]


def test_a_registry_says_what_is_hidden_and_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text(HEAD + ALL, encoding="utf-8")

    registry = load_registry(tmp_path)

    assert registry.redact == RedactChoices(
        own=(
            OwnRule("shop-token", "shop_[0-9a-f]{32}"),
            OwnRule("customer", names=("customer_number", "X-Customer")),
            OwnRule("invite", path_pattern("/invites/{secret}/accept")),
        ),
        off={"okta-token": "our object ids look like it, and open nothing"},
        hides_emails=True,
        words=("Ada Lovelace",),
    )
    assert load_choices(tmp_path / "registry.yaml") == registry.redact
    assert rules_above(tmp_path) == Rules.of(registry.redact)


def test_a_registry_that_says_nothing_leaves_every_rule_on(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / "tests").mkdir()

    assert load_registry(tmp_path).redact == RedactChoices()
    assert rules_above(tmp_path / "tests") == NO_CHOICES


def test_where_no_registry_is_the_usual_rules_hold(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    assert rules_above(tmp_path) == NO_CHOICES


def test_the_ids_that_a_registry_may_name_are_those_of_the_rules() -> None:
    assert tuple(sorted(RULE_IDS)) == rule_ids(), "correct src/pactproof/rule_ids.py"


def test_all_faults_are_told_at_once_in_file_order(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        """\
        redact:
          rules:
            - {id: jwt, pattern: 'a(b'}
            - {id: mine, pattern: '[a-z]*'}
            - {id: mine, names: [ref], path: '/a/{secret}'}
            - {id: empty}
            - {id: paths, path: '/invites/{id}'}
            - {id: every, pattern: 'json|xml'}
            - {id: slow, pattern: 'tok_(\\w+)*!'}
          off:
            - {rule: slack-tokn, reason: none}
            - {rule: jwt}
            - {rule: known-secret, reason: none}
            - {rule: email, reason: none}
            - {rule: mine, reason: none}
          emails: true
          words: [ab]
          hide: [emails]
        """,
    )

    off = "registry.yaml:12"
    assert found == [
        "registry.yaml:4:12: redact.rules[0].id is 'jwt', the id of a rule that is there already\n"
        "  fix: give it another one, as in our-jwt",
        "registry.yaml:4:26: redact.rules[0].pattern is 'a(b', not a regular expression: missing ), unterminated"
        " subpattern at position 1\n  fix: correct it, and write it in single quotes",
        "registry.yaml:5:27: redact.rules[1].pattern is '[a-z]*', which finds nothing at all everywhere\n"
        "  fix: let it need one character at least",
        "registry.yaml:6:7: redact.rules[2] has names and path; a rule has one of pattern, names and path\n"
        "  fix: make a rule of each",
        "registry.yaml:6:12: redact.rules[2].id is 'mine', as that of the rule in line 5\n"
        "  fix: give each rule an id of its own",
        "registry.yaml:7:7: redact.rules[3] says nothing of what it finds; a rule has one of pattern, names and path\n"
        "  fix: add pattern:, names: or path:",
        "registry.yaml:8:25: redact.rules[4].path is '/invites/{id}', not a path with {secret} as one of its segments\n"
        "  fix: write it as in /invites/{secret}/accept",
        "registry.yaml:9:28: redact.rules[5].pattern is 'json|xml', which finds 'json', and the like is in every"
        " recording\n  fix: say more of what the secret looks like: how it begins, how long it is",
        "registry.yaml:10:27: redact.rules[6].pattern is 'tok_(\\\\w+)*!', which may take forever: a repeated part"
        " repeats a part of its own, so that one text can be read in too many ways\n"
        "  fix: repeat one of them, or put a character between that neither can be, as in (\\w+-)+",
        f"{off}:14: redact.off[0].rule is 'slack-tokn', which no rule is called\n  fix: write slack-token",
        "registry.yaml:13:7: redact.off[1] has no reason\n"
        "  fix: add reason and say in a sentence why it does not hold here",
        "registry.yaml:14:14: redact.off[2].rule is known-secret, which always holds: what opens the sandbox is never"
        " recorded\n  fix: remove it",
        "registry.yaml:15:14: redact.off[3].rule is email, which holds where it is asked for alone\n"
        "  fix: remove it, and emails: hide with it",
        "registry.yaml:16:14: redact.off[4].rule is mine, a rule of this file\n  fix: remove the rule itself",
        "registry.yaml:17:11: redact.emails is true, not 'hide' or 'keep'\n  fix: write hide, or remove the key",
        "registry.yaml:18:11: redact.words[0] is 'ab', not a text of three letters or more\n"
        "  fix: write it as it stands in answers, as in Ada Lovelace",
        "registry.yaml:19:3: unknown key 'hide' in redact, allowed are rules, off, emails, ip_addresses, words\n"
        "  fix: remove it, or write one of those",
    ]


@pytest.mark.parametrize("text", ["redact: [emails]", "redact: {rules: {id: a}}", "redact: {off: jwt}"])
def test_an_entry_of_the_wrong_kind_is_one_fault(tmp_path: Path, text: str) -> None:
    assert len(faults_of(tmp_path, text)) == 1


GOOD = [
    r"shop_[0-9a-f]{32}",
    r"shop-\w{20,}",
    r"(?i)\bshop_key[=:]\s*(?P<secret>\w+)",
    r"tok-\w+(?:\.\w+)*",
    r"(?:[a-z0-9]{4}-){3}[a-z0-9]{4}",
    r"key_(?:[0-9]{3}|[a-f]{3})+",
]
SLOW = [
    r"x(a+)+b",
    r"x(?:\w+\s?)*!",
    r"x(?:a|aa)+$",
    r"x(?:a?){40}y",
    r"x(?:\w{1,64}){1,20}!",
    r".*secret",
    r"\w+_key",
    r"x(?:a|b|ab)*c",
]


@pytest.mark.parametrize("pattern", GOOD)
def test_a_pattern_that_takes_no_time_may_be_a_rule(pattern: str) -> None:
    assert why_too_costly(pattern) is None


@pytest.mark.parametrize("pattern", SLOW)
def test_a_pattern_that_may_take_forever_may_not(pattern: str) -> None:
    assert why_too_costly(pattern) is not None


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://a.test/invites/s3cr3t/accept", "s3cr3t"),
        ("/base/invites/s3cr3t/accept?x=1", "s3cr3t"),
        ("/invites/s3cr3t/accepted", None),
        ("/invites/a/b/accept", None),
    ],
)
def test_a_path_finds_its_segment_wherever_urls_stand(url: str, secret: str | None) -> None:
    found = re.search(path_pattern("/invites/{secret}/accept"), url)

    assert (found["secret"] if found else None) == secret
