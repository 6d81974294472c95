"""What secrets look like: one RE2 alternation of the shapes of well-known tokens, keys and assignments.

Shapes with a fixed beginning are found across one line break too, since terminals wrap where they please.
"""

from __future__ import annotations

from datasource_server.ingest.pattern import escape

_WRAP = r"\n?"


def _wrapped(literal: str) -> str:
    """Return a literal that may be broken by a line wrap at any place."""
    return _WRAP.join(escape(letter) for letter in literal)


def _run(letters: str, count: int) -> str:
    """Return at least `count` of these letters; a wrap is allowed up to that count, not behind it."""
    return rf"(?:{letters}\n?){{{count - 1}}}{letters}+"


def _token(beginning: str, letters: str, *counts: int) -> str:
    """Return a token of one of these lengths at least, the greatest first: so far it is followed over a wrap."""
    runs = "|".join(_run(letters, count) for count in sorted(counts, reverse=True))
    return rf"\b{_wrapped(beginning)}{_WRAP}(?:{runs})"


_WORD = r"[\w-]"
_ALNUM = r"[A-Za-z0-9]"
_HEX = r"[0-9a-f]"

_FIXED = (
    *(rf"\b{_wrapped(each)}{_WRAP}(?:[A-Z0-9]\n?){{15}}[A-Z0-9]\b" for each in ("AKIA", "ASIA", "ABIA", "ACCA")),
    *(_token(f"gh{kind}_", r"[\w.-]", 36) for kind in "pousr"),
    _token("github_pat_", r"\w", 82, 22),
    *(_token(f"gl{kind}-", r"[\w=.-]", 20) for kind in ("pat", "dt", "rt", "cbt", "ptt", "ft", "soat", "imt", "agent")),
    *(_token(f"xox{kind}-", r"[A-Za-z0-9-]", 30, 10) for kind in "abeoprs"),
    _token("xapp-", r"[A-Za-z0-9-]", 20),
    _token("AIza", _WORD, 35),
    _token("GOCSPX-", _WORD, 24),
    _token("ya29.", _WORD, 20),
    _token("npm_", _ALNUM, 36),
    _token("pypi-", _WORD, 120, 40),
    *(_token(f"{each}_live_", _ALNUM, 16) for each in ("sk", "rk")),
    *(_token(f"{each}_test_", _ALNUM, 16) for each in ("sk", "rk")),
    _token("whsec_", r"[A-Za-z0-9+/=]", 24),
    _token("dckr_pat_", _WORD, 24),
    _token("hf_", _ALNUM, 34),
    _token("glsa_", r"\w", 32),
    _token("glc_", r"[A-Za-z0-9+/=]", 32),
    _token("sk-ant-", _WORD, 90, 20),
    _token("sk-proj-", _WORD, 120, 20),
    *(_token(f"hv{kind}.", _WORD, 90, 24) for kind in "sbr"),
    *(_token(f"do{kind}_v1_", _HEX, 64) for kind in "opr"),
    _token("dapi", _HEX, 32),
    _token("NRAK-", r"[A-Z0-9]", 27),
    _token("ATATT3", r"[\w=-]", 50),
    _token("sntrys_", r"[\w=+/-]", 40),
    _token("AGE-SECRET-KEY-1", r"[0-9A-Z]", 58),
    _token("tskey-", _WORD, 20),
)

_PART = r"e\n?y(?:\n?[\w-]){10,}"
_PLAIN = (
    rf"\b{_PART}\n?\.\n?{_PART}\n?\.\n?(?:{_run(_WORD, 40)}|{_run(_WORD, 10)})",
    rf"\bSG\.{_WORD}{{16,32}}\.{_WORD}{{32,64}}",
    rf"\bsk-{_ALNUM}{{40,}}",
    rf"\bshp(?:at|ss|ca|pa)_{_HEX}{{32}}",
    rf"\b{_ALNUM}{{14}}\.atlasv1\.[\w=-]{{60,70}}",
    r"\b[\w~.-]{3}\dQ~[\w~.-]{31,34}",
    r"\b\d{8,10}:AA[\w-]{33}\b",
    r"\bhooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{16,}",
    r"\bdiscord(?:app)?\.com/api/webhooks/\d+/[\w-]{32,}",
)

_PEM_HEAD = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
_PEM = (
    # up to its end, which the next five dashes must be: looking further would take quadratic time
    rf"{_PEM_HEAD}(?:-{{0,4}}[^-])*-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----",
    rf"{_PEM_HEAD}[A-Za-z0-9+/=:,\\\s]*",
)

_SLASHES = r":(?://|\\/\\/)"
_HEADED = (
    # the password, or the lone token, before the host of an address
    rf"({_SLASHES}[^\s/:@\"'<>\\]*:)([^\s/@\"'<>\\]+)@",
    rf"({_SLASHES})([^\s/:@\"'<>\\]{{16,}})@",
    # signed addresses
    r"((?i:[?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature)=))([\w%.~+/=-]{16,})",
    # headers
    r"((?i:\b(?:bearer|basic)\s+))([\w+/=.~-]{16,})",
    r"((?i:\bauthorization[\"']?\s*[:=]\s*[\"']?(?:token\s+)?))([\w+/=.~-]{16,})",
)

_NAMES = (
    r"passwo?r?d|passphrase|pwd|secrets?|tokens?|api[_-]?keys?|access[_-]?keys?|private[_-]?keys?|account[_-]?keys?"
    r"|auth[_-]?keys?|credentials?"
)
_VALUE = r"[^\s\"'\\,;&<>(){}\[\]$*•]{4,}"
_ASSIGNED = (
    rf"((?i:{_NAMES})[\w.-]{{0,20}}[\"'\\]{{0,3}}[ \t]{{0,4}}(?:=>|:=|=|:)[ \t]{{0,4}}[\"'\\]{{0,2}})({_VALUE})",
    # said on a command line
    rf"((?i:--?(?:[\w-]{{1,20}}-)?(?:{_NAMES}))[ \t]+[\"']?)([^\s\"'\\,;&<>(){{}}\[\]$*•-][^\s\"'<>$*•]{{7,}})",
)

SHAPES = "|".join((*_FIXED, *_PLAIN, *_PEM, *_HEADED, *_ASSIGNED))
"""The alternation; where a shape has two groups, the first stays and the second is the secret."""

NAMES = rf"(?i:{_NAMES})[\w.-]{{0,20}}\z"
"""Names of members whose text is a secret by itself."""
