"""New instructions out of a reply: the entries of a list, and which of them cannot be used.

The rules are those of Self-Instruct (Wang et al. 2023) with fewer words banned: what counts is whether a
model that reads and writes text alone could do the task, not whether it says "map" or "plot".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tutelage.methods.method import Language
from tutelage.records import Reply
from tutelage.replies import Unreadable, json_in, unfence, unquote, unwrap
from tutelage.text import words

_NUMBERED = re.compile(
    r"^\s*(?:#{1,6}\s*)?(?:\*\*|__)?\s*(?:(?:new\s+)?(?:task|instruction|request)|新?(?:任务|指令|请求)|第)?\s*"
    r"[(（]?\d{1,3}\s*[条个项]?\s*[.．、:：)）](?!\d)\s*(?:\*\*)?\s*",
    re.IGNORECASE,
)
_BULLETED = re.compile(r"^\s*[-*•·●]\s+")
_LABEL = re.compile(
    r"^\s*(?:\*\*)?(?:(?:new\s+)?(?:task|instruction|prompt|question|request)|新?(?:任务|指令|问题|请求))"
    r"\s*\d{0,3}\s*[:：]\s*(?:\*\*)?\s*",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(r"[:：]\s*$")

_LEAST = 4  # words; characters in scripts without spaces
_MOST: dict[Language, int] = {"en": 150, "zh": 300}
_PROGRAM = re.compile(
    r"^(?:please\s+)?write (?:me )?a (?:\w+ )?program\b|^请?(?:编写|写)一?[个段]?程序", re.IGNORECASE
)
_MEDIA = r"(?:images?|pictures?|photos?|photographs?|videos?|audio|recordings?|screenshots?)"
_OPENINGS = "\"'“‘《「『〈（(【["
# What only somebody with eyes, hands, files or the web could do.
_BEYOND_TEXT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        rf"^(?:please\s+)?(?:draw|sketch|paint|plot|film|photograph|record)\b"
        rf"|\b(?:this|these|attached|following|below|given) {_MEDIA}"
        rf"|\b(?:this|attached|following|given) (?:graph|chart|map|file|spreadsheet)\b"
        rf"|\b(?:create|make|generate|take|record|upload|download|edit|find|show)\b[^.?!]{{0,30}} {_MEDIA}\b"
        rf"|\b(?:open|download|upload|save|attach)\b[^.?!]{{0,20}} (?:files?|documents?)\b"
        rf"|\bgo to (?:the |this )?(?:web ?site|page|store|link|url)\b|\bclick\b|https?://",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"^请?(?:画|绘制|拍摄|录制)|(?:这|下|上|附|如)(?:面|图|列|方|述)?的?(?:[张幅段个])?(?:图|照片|视频|音频|附件)"
        r"|(?:制作|生成|拍|下载|上传|剪辑)[^。？！]{0,12}(?:图片|照片|视频|音频)|(?:打开|下载|上传)[^。？！]{0,10}(?:文件|网页|链接)"
        r"|点击|https?://"
    ),
}


def entries(reply: Reply) -> tuple[list[str], str]:
    """The entries of the list in ``reply``, and the one at its end that was cut off, or "".

    Entries are numbered, else bulleted, else one a line; one may go on over several lines, up to a blank one.

    Raises:
        Unreadable: ``no_list``, or ``cut_off`` where nothing else is there.
    """
    found = [text for text in map(_cleaned, _split(reply.text)) if text]
    if not found:
        raise Unreadable("no_list", "no entry found")
    cut = found.pop() if reply.finish == "length" else ""
    if not found:
        raise Unreadable("cut_off", "the reply was cut off in its first entry")
    return found, cut


def only_entry(reply: Reply) -> tuple[list[str], str]:
    """The one instruction of a reply that should hold nothing else: its first entry, or first paragraph.

    Raises:
        Unreadable: nothing is left, or it was cut off.
    """
    text = unfence(reply.text)
    marked = any(_NUMBERED.match(line) or _BULLETED.match(line) for line in text.splitlines())
    first = _split(text)[0] if marked else re.split(r"\n\s*\n", unwrap(text))[0]
    if not _cleaned(first):
        raise Unreadable("no_instruction", "nothing in the reply")
    if reply.finish == "length" and text.strip().endswith(first.strip()):
        raise Unreadable("cut_off", "the instruction was cut off")
    return [_cleaned(first)], ""


def fault(text: str, language: Language) -> str:
    """Why ``text`` is no usable instruction, as a code; "" where it is one."""
    length = words(text)
    if length < _LEAST:
        return "too_short"
    if length > _MOST[language]:
        return "too_long"
    if _PROGRAM.search(text):
        return "write_a_program"
    if _BEYOND_TEXT[language].search(text):
        return "beyond_text"
    return "" if _begins_well(text[0], language) else "odd_start"


def _begins_well(first: str, language: Language) -> bool:
    """English begins with a letter or digit of its own; Chinese may begin with an opening mark as well."""
    if language == "en":
        return first.isascii() and first.isalnum()
    return first in _OPENINGS or unicodedata.category(first)[0] not in "PSZC"


def _split(text: str) -> Sequence[str]:
    listed = _json_list(text)
    if listed:
        return listed
    lines = unfence(text).splitlines()
    for mark in (_NUMBERED, _BULLETED):
        if any(mark.match(line) for line in lines):
            return _marked(lines, mark)
    return [line for line in lines if line.strip() and not _ANNOUNCES.search(line)]


def _marked(lines: Sequence[str], mark: re.Pattern[str]) -> list[str]:
    """The texts that begin with ``mark``; each ends before the next one, or at a blank line."""
    found: list[list[str]] = []
    going_on = False
    for line in lines:
        mark_here = mark.match(line)
        if mark_here:
            found.append([line[mark_here.end() :]])
            going_on = True
        elif going_on and line.strip():
            found[-1].append(line)
        elif found and found[-1] != [""]:  # a number may stand on a line of its own
            going_on = False
    return [" ".join(each) for each in found]


def _json_list(text: str) -> list[str]:
    if not unfence(text).lstrip().startswith("["):
        return []
    try:
        found = json_in(text)
    except Unreadable:
        return []
    good = isinstance(found, list) and all(isinstance(each, str) for each in found)
    return list(found) if good else []


def _cleaned(text: str) -> str:
    text = " ".join(text.replace("**", "").split())
    return unquote(_LABEL.sub("", text))
