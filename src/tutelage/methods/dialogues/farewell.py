"""When a person has said enough: the mark that was agreed on, or a turn that only thanks and says goodbye."""

from __future__ import annotations

import re

STOP = "[END]"  # what the simulated person writes when there is nothing left to ask

_MARK = re.compile(r"[\[【(（<*_\s]*(?:END|结束|完)[\]】)）>*_\s.。!！]*")
_BRACKETED = re.compile(r"[\[【]\s*(?:END|结束)\s*[\]】]", re.IGNORECASE)
_CLAUSE = re.compile(r"[.!,;:—。！，；：~\n]+|\s-\s")

_TAKES_LEAVE = re.compile(
    r"(?:thank|thanks|thx|many thanks|cheers|(?:good)?bye|farewell|see you)\b|"
    r"(?:非常|十分|太|真的?|好的|那)?(?:谢谢|感谢|多谢|谢啦|谢了)|(?:再见|拜拜|回头见|下次(?:再)?聊)"
)
# What people say around it, and nobody needs an answer to.
_ROUNDS_OFF = re.compile(
    r"(?:so |well |and |oh )?(?:"
    r"(?:that|this|it|you|your (?:help|advice|answer|explanation|time))(?:'s|'ve| is| was| has| have| helps?|"
    r" really| all| makes| sounds| answers| clears|$)|"
    r"(?:really )?i(?:'ll| will| appreciate| really| think i| understand|"
    r"'m (?:glad|happy|all|good|ready|looking)|"
    r" have (?:no|all|everything)| got)|"
    r"(?:have|enjoy|wish)\b|take care|(?:great|perfect|awesome|wonderful|excellent|ok|okay|alright|got it|"
    r"sounds|good|again|until|no (?:more|further|other))\b|(?:for|so much|very much)\b)|"
    r"(?:好的?|嗯|行|太好了|太棒了|明白了?|懂了|知道了|了解了|原来如此|祝|没有?(?:别的|其他|问题|了)|"
    r"我(?:会|这就|先|去|明白|懂|知道|没有|没)|(?:这|您|你)(?:些|个|的|真|很|太|对)|(?:很|非常|太)有(?:用|帮助)|"
    r"对我|就这样|辛苦)"
)


def has_finished(text: str) -> bool:
    """Whether this turn of a person ends the talk: it holds the mark, or does no more than thank and part.

    A turn that still asks for something ("Thanks! And in winter?") does not.
    """
    if _BRACKETED.search(text) or _MARK.fullmatch(text.strip()):
        return True
    if "?" in text or "？" in text:
        return False
    said = [clause.strip().casefold().replace("’", "'") for clause in _CLAUSE.split(text)]
    clauses = [clause for clause in said if re.search(r"\w", clause)]
    leave = [bool(_TAKES_LEAVE.match(clause)) for clause in clauses]
    return any(leave) and all(
        parting or bool(_ROUNDS_OFF.match(clause)) for parting, clause in zip(leave, clauses, strict=True)
    )
