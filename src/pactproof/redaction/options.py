"""Which rules are on: all, without those that a project switches off by id, and with its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pactproof.errors import RegistryError
from pactproof.redact_choices import OwnRule, RedactChoices, load_choices
from pactproof.redaction.own_names import OwnNames
from pactproof.redaction.token_rules import TOKEN_RULES, TokenRule
from pactproof.registry import FILE_NAME, find_root

EMAIL: Final = TokenRule(
    "email",
    ("@",),
    re.compile(
        r"(?<![\w.+%@/-])(?P<secret>[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})"
        r"(?![\w@-]|:[\w~/])"  # git@github.com:acme/till.git is an address of another kind
    ),
)
IP_ADDRESS: Final = TokenRule(
    "ip-address",
    (".", ":"),
    re.compile(
        r"(?<![\w.-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)"
        r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\w:])"
    ),
)


_DEFAULT: Final = tuple(rule for rule in TOKEN_RULES if rule.hints)
_UNNAMED_KEY: Final = next(rule for rule in TOKEN_RULES if rule.id == "aws-secret-key")


@dataclass(frozen=True)
class Rules:
    """off: ids of rules that are switched off, never `known-secret`. own: a project's rules. words: hidden anywhere."""

    off: frozenset[str] = frozenset()
    own: tuple[OwnRule, ...] = ()
    email: bool = False
    ip_addresses: bool = False
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, choices: RedactChoices) -> Rules:
        """Those that a registry.yaml asks for."""
        return cls(
            off=frozenset(choices.off),
            own=choices.own,
            email=choices.hides_emails,
            ip_addresses=choices.hides_ip_addresses,
            words=choices.words,
        )

    @property
    def token_rules(self) -> tuple[TokenRule, ...]:
        return _DEFAULT if not (self.off or self.own or self.email or self.ip_addresses or self.words) else self._chosen

    @property
    def asked(self) -> tuple[TokenRule, ...]:
        """Those that a project adds to the usual ones."""
        usual = frozenset(rule.id for rule in _DEFAULT)
        return tuple(rule for rule in self.token_rules if rule.id not in usual)

    @cached_property
    def _chosen(self) -> tuple[TokenRule, ...]:
        own = tuple(TokenRule(rule.id, ("",), re.compile(rule.pattern)) for rule in self.own if rule.pattern)
        asked = ((EMAIL,) if self.email else ()) + ((IP_ADDRESS,) if self.ip_addresses else ())
        asked += (_words_rule(self.words),) if self.words else ()
        return tuple(rule for rule in (*_DEFAULT, *own, *asked) if rule.id not in self.off)

    @cached_property
    def own_names(self) -> OwnNames | None:
        """What the project's own rules call secrets; None where they name nothing."""
        by_name = {name: rule.id for rule in self.own for name in rule.names}
        return OwnNames(by_name) if by_name else None

    @property
    def unnamed_key(self) -> TokenRule:
        return _UNNAMED_KEY


NO_CHOICES: Final = Rules()
"""What holds where a project says nothing."""


def rules_above(folder: Path) -> Rules:
    """Those of the registry.yaml in `folder` or the nearest one above it; the usual ones where there is none.

    Raises RegistryError where what it says cannot be used.
    """
    try:
        root = find_root(folder)
    except RegistryError:
        return NO_CHOICES
    return Rules.of(load_choices(root / FILE_NAME))


def _words_rule(words: tuple[str, ...]) -> TokenRule:
    spelled = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return TokenRule("word", ("",), re.compile(rf"(?i)(?<!\w)(?:{spelled})(?!\w)"))


def rule_ids() -> tuple[str, ...]:
    """The ids that a project can switch off."""
    return tuple(sorted({*(rule.id for rule in TOKEN_RULES), "secret-name", "kubernetes-secret"}))
