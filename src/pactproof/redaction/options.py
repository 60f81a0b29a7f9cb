"""Which rules are on: all, without those that a project switches off by id, and with its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pactproof.redaction.token_rules import TOKEN_RULES, TokenRule

NAME_RULES: Final = ("secret-name", "kubernetes-secret", "known-secret")
EMAIL: Final = TokenRule(
    "email",
    ("@",),
    re.compile(r"(?<![\w.+%@/-])(?P<secret>[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24})(?![\w@-])"),
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


@dataclass(frozen=True, eq=False)
class Rules:
    """off: ids of rules that are switched off, never `known-secret`. own: a project's rules by id, as patterns."""

    off: frozenset[str] = frozenset()
    own: Mapping[str, str] = field(default_factory=dict)
    email: bool = False
    ip_addresses: bool = False
    names: tuple[str, ...] = ()

    @property
    def token_rules(self) -> tuple[TokenRule, ...]:
        return _DEFAULT if not (self.off or self.own or self.email or self.ip_addresses or self.names) else self._chosen

    @cached_property
    def _chosen(self) -> tuple[TokenRule, ...]:
        own = tuple(TokenRule(name, ("",), re.compile(pattern)) for name, pattern in self.own.items())
        asked = ((EMAIL,) if self.email else ()) + ((IP_ADDRESS,) if self.ip_addresses else ())
        asked += (_names_rule(self.names),) if self.names else ()
        return tuple(rule for rule in (*_DEFAULT, *own, *asked) if rule.id not in self.off)

    @property
    def unnamed_key(self) -> TokenRule:
        return _UNNAMED_KEY


NO_CHOICES: Final = Rules()
"""What holds where a project says nothing."""


def _names_rule(names: tuple[str, ...]) -> TokenRule:
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return TokenRule("name", tuple(name.lower() for name in names), re.compile(rf"(?i)(?<!\w)(?:{words})(?!\w)"))


def rule_ids() -> tuple[str, ...]:
    """The ids that a project can switch off."""
    return tuple(sorted({*(rule.id for rule in TOKEN_RULES), "secret-name", "kubernetes-secret"}))
