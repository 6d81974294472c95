"""Pattern: an RE2 expression over UTF-8 bytes, which takes linear time whatever the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import re2  # type: ignore[import-untyped]

Replace = Callable[[bytes, Sequence[bytes]], bytes]
"""From the whole match and its groups that took part to what stands in its place."""

_MEMORY = 64 << 20


class Pattern:
    """One expression, compiled twice: without groups it only tells whether there is a match, which is much faster."""

    def __init__(self, expression: str) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        self._full = re2.compile(expression.encode(), options)
        options.never_capture = True
        self._quick = re2.compile(expression.encode(), options)

    def is_in(self, text: bytes) -> bool:
        return self._quick.search(text) is not None

    def remove(self, text: bytes, instead: bytes = b"") -> bytes:
        """Return the text without the matches; the same object where there is none."""
        return bytes(self._quick.sub(instead, text)) if self.is_in(text) else text

    def replace(self, text: bytes, replacement: Replace) -> bytes:
        """Return the text with each match replaced; the same object where there is none."""
        if not self.is_in(text):
            return text
        pieces, end = [], 0
        for match in self._full.finditer(text):
            groups = [each for each in match.groups() if each is not None]
            pieces += [text[end : match.start()], replacement(match.group(), groups)]
            end = match.end()
        return b"".join([*pieces, text[end:]])


def escape(literal: str) -> str:
    """Return an expression that matches just this text."""
    return str(re2.escape(literal))
