r"""LaTeX, Unicode and plain writing of a final answer brought to one form; what it says is left to the
parser.

Sizes, spacing, dollar signs, separators of thousands and units go; ``½``, ``x²``, ``√``, ``π``,
full-width and
Chinese marks become their LaTeX or ASCII equals.
"""

from __future__ import annotations

import re
import unicodedata

_VULGAR = re.compile("[¼-¾⅐-⅞]")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹⁻]+")
_SUBSCRIPT = re.compile("[₀-₉]+")
_SIGNS = {
    "−": "-",
    "–": "-",
    "—": "-",
    "⁄": "/",
    "×": r"\times ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "÷": r"\div ",
    "√": r"\sqrt ",
    "π": r"\pi ",
    "∞": r"\infty ",
    "∪": r"\cup ",
    "°": r"^\circ ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "θ": r"\theta ",
    "、": ",",
    "。": ".",
    "′": "'",
}
_SIZES = re.compile(r"\\(?:left|right|bigg?|Bigg?|displaystyle|textstyle|limits)(?![a-zA-Z])[lr]?\.?")
_SPACES = re.compile(r"\\[!,;:> ]|\\q?quad(?![a-zA-Z])|~|\\\s")
_THOUSANDS = re.compile(r"(?<=\d)(?:,\\!|\{,\}\\?!?|\\,|\\ )\s*(?=\d{3}(?!\d))")
_SPACED_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?![\d/])")
_TEXT = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|normal)?|mbox|hbox|mathrm|mathbf|mathit|operatorname|boldsymbol)\s*\{([^{}]*)\}"
)
_WORDS_BETWEEN = re.compile(r"(?<![a-zA-Z\\])(?:and|or)(?![a-zA-Z])|和|或者?|以及|与")
_UNIT_WORD = (
    r"(?:square|cubic|sq\.?|cu\.?|per|[a-zA-Z]{4,}|cm|mm|km|kg|mg|ft|in|yd|mi|hr|lb|oz|ml|mL|mph|min|am|pm|"
    r"a\.m\.|p\.m\.|day|cup|inch|foot|feet|mile)s?\.?"
)
_UNITS = re.compile(rf"(?<=[\d}})!])\s*(?:{_UNIT_WORD})(?:[\s/]+{_UNIT_WORD})*(?:\s*\^\s*\{{?[23]\}}?)?\s*$")
_CJK_UNITS = re.compile(r"(?<=[\d})])\s*[\u4e00-\u9fff]+\s*$")
_FUNCTION = re.compile(r"(?:sin|cos|tan|sec|csc|cot|log|ln|exp|sqrt|arc)")
_DEGREES = re.compile(r"\^\s*\{?\s*\\circ\s*\}?")
_CURRENCY = re.compile(r"\\?[$£€¥￥]")


def plain(text: str) -> str:
    """``text`` in the one form; units and dollar signs are gone, texts stand without their command."""
    text = _unicode(text.strip())
    text = text.replace("\\\\", "\0")  # the end of a matrix row must outlive the rules for spacing
    text = _THOUSANDS.sub("", text)
    text = re.sub(r"\\\(|\\\)|\\\[|\\\]", "", text)
    text = _CURRENCY.sub("", text).replace(r"\%", "%")
    text = _SPACES.sub(" ", _SIZES.sub("", text)).replace("\0", "\\\\")
    text = re.sub(r"\\[dtc]frac(?![a-zA-Z])", r"\\frac", text)
    text = re.sub(r"\\l?dots(?![a-zA-Z])", "...", text)
    text = _without_units(text)
    return _SPACED_THOUSANDS.sub(lambda found: found[0].replace(" ", ""), text).strip().rstrip(".,;").strip()


def _unicode(text: str) -> str:
    text = _VULGAR.sub(lambda found: _fraction(found[0]), text)
    text = _SUPERSCRIPT.sub(lambda found: f"^{{{_digits(found[0])}}}", text)
    text = _SUBSCRIPT.sub(lambda found: f"_{{{_digits(found[0])}}}", text)
    for sign, equal in _SIGNS.items():
        text = text.replace(sign, equal)
    return unicodedata.normalize("NFKC", text)


def _fraction(sign: str) -> str:
    over, _, under = unicodedata.normalize("NFKC", sign).partition("⁄")
    return rf"\frac{{{over}}}{{{under}}}"


def _digits(marks: str) -> str:
    return unicodedata.normalize("NFKC", marks).replace("−", "-")


def _without_units(text: str) -> str:
    """A text command after a number is a unit; between numbers it joins them; alone it is the answer."""
    if not _FUNCTION.search(text):
        text = _DEGREES.sub(" ", text)
    text = _TEXT.sub(lambda found: f" {found[1].strip()} ", text)
    text = _WORDS_BETWEEN.sub(",", text) if re.search(r"\d", text) else text
    return _CJK_UNITS.sub("", _UNITS.sub("", text.strip()))
