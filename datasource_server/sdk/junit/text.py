"""XML text: the letters of an XML file whatever its encoding, without what no XML parser lets pass."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from datasource_server.sdk.errors import Unparsable

BLOCK = 65_536

# The longer mark first: UTF-32 begins as UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_KNOWN = re.compile(
    r"(?i)(us-)?ascii|utf-?8|iso[-_]?8859[-_]\d{1,2}|latin-?\d{1,2}|(windows-|cp)\d{3,4}|gb(k|2312|18030)|big5"
    r"|shift[-_]?jis|euc[-_](jp|kr)|koi8-[ru]"
)
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_REFERENCE = 14
_HEAD = re.compile(r"\s*<\?xml\s[^>]{0,500}\?>|<!DOCTYPE\s[^\[\]>]{0,500}>")
_FIRST = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_BEFORE_FIRST = re.compile(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE\s[^>]*>", re.DOTALL)


def pieces(xml: bytes) -> Iterator[str]:
    """Yield the text of an XML file in pieces: bytes that its encoding does not know become `�`, forbidden ones go.

    Unparsable where the file names an encoding that nobody knows.
    """
    decoder = codecs.getincrementaldecoder(encoding_of(xml))("replace")
    rest = ""
    for start in range(0, len(xml), BLOCK):
        text = rest + decoder.decode(xml[start : start + BLOCK])
        text, rest = _cut(text)
        yield _allowed(text)
    yield _allowed(rest + decoder.decode(b"", final=True))


def encoding_of(xml: bytes) -> str:
    """Return the encoding of an XML file: by its first bytes, else as it declares, else UTF-8."""
    for mark, name in _MARKS:
        if xml.startswith(mark):
            return name
    found = _DECLARED.match(xml[:400])
    name = found[1].decode("ascii").lower() if found else "utf-8"
    if name.startswith(("utf-16", "utf-32", "ucs-")):
        return "utf-8"  # its declaration was read byte by byte, so it is not what it says
    try:
        return codecs.lookup(name).name if _KNOWN.fullmatch(name) else _unknown(name)
    except LookupError:
        return _unknown(name)


def as_document(xml: bytes) -> str:
    """Return the whole text of an XML file without its declaration, so that it may stand behind another."""
    return _HEAD.sub("", "".join(pieces(xml)))


def root_of(xml: bytes) -> str:
    """Return the name of the first element; empty where there is none near the beginning."""
    text = _BEFORE_FIRST.sub("", "".join(pieces(xml[:BLOCK])))
    found = _FIRST.search(text)
    return found[2] if found else ""


def _unknown(name: str) -> str:
    raise Unparsable(f"the file is written in the encoding {name}, which is not known")


def _cut(text: str) -> tuple[str, str]:
    """Cut before a reference that the next piece may end."""
    place = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
    return (text, "") if place < 0 or ";" in text[place:] else (text[:place], text[place:])


def _allowed(text: str) -> str:
    text = _FORBIDDEN.sub("", text)
    return _REFERENCE.sub(_kept, text) if "&#" in text else text


def _kept(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    is_letter = number <= 0x10FFFF and not _FORBIDDEN.match(chr(number))
    return reference[0] if is_letter else ""
