"""What a question asks for: composed text or something small, and about how many words.

An answer of one word is right for "positive or negative?" and wrong for "write an essay". The estimate is a
lower expectation, read from the question alone (never from its input): a stated length, the verb, the thing
to be written, signs of a closed question, and how much the question itself says. English and Chinese.
"""

from __future__ import annotations

import re

from tutelage.text import scripts, words

# A question that opens so wants composed text or code; "42" or "True" does not answer it …
_COMPOSE = re.compile(
    r"^\W*(?:please |can you |could you |now )*(?:write|compose|draft|explain|describe|elaborate|discuss|"
    r"develop|tell me (?:a|the) story)\b|"
    r"^\W*(?:请|帮我|请你|请帮我)*(?:写|撰写|编写|解释|描述|阐述|讨论|论述|详细)",
    re.IGNORECASE,
)
# … unless it wants something small.
_SMALL = re.compile(
    r"\b(?:sentences?|words?|titles?|names?|headlines?|slogans?|taglines?|captions?|numbers?|numerals?|short|"
    r"brief(?:ly)?|list|symbols?|formulas?|equations?|expressions?|commands?|query|regex|emojis?|hello|"
    r"one|single|"
    r"as)\b|词|句|标题|名|口号|数|公式|符号|简短|简要|命令|表达式",
    re.IGNORECASE,
)

_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_COUNTS |= {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "十": 10}
_LENGTH = re.compile(
    rf"\b(\d{{1,4}}|{'|'.join(w for w in _COUNTS if w.isascii())})[ -](?:\w+ )?"
    r"(words?|sentences?|paragraphs?|pages?|stanzas?)\b|(\d{1,4}|[一两二三四五十])(?:个)?(字|句|段|页)",
    re.IGNORECASE,
)
_UNITS = {"word": 1.0, "sentence": 10.0, "paragraph": 40.0, "page": 200.0, "stanza": 20.0}
_UNITS |= {"字": 1.0, "句": 12.0, "段": 60.0, "页": 300.0}
_CLOSED = re.compile(
    r"\b(?:tell me (?:if|whether|which)|true, false|verify|link|intent|classif\w*|categori[sz]\w*|"
    r"true or false|yes or no|positive or negative|sentiment|which of|"
    r"choose|select|label|whether|determine|identify|detect|calculate|compute|convert|translate|solve|sort|"
    r"fill in|correct|fix|edit|replace|extract|predict|evaluate|find|output|return|rate|guess|decide|"
    r"rewrite|paraphrase|simplify|reword|rephrase|summari[sz]e|spell\w*|grammar)\b|"
    r"^\W*(?:is|are|was|were|does|do|did|has|have|will|who|when|where|which|how (?:many|much|long|old|"
    r"far|tall))\b|"
    r"^\W*what(?:'s| is| are| was)? (?:the|a|an)?\b(?!.{60})|"
    r"分类|判断|是否|对还是错|选择|翻译|计算|改写|改正|纠正|修改|提取|总结|概括|^\W*(?:谁|哪|几|多少)|"
    r"多少|哪个|哪一|几[个种年]",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:write|compose|draft|explain|describe|elaborate|discuss|develop|analy[sz]e|compare|outline|design|"
    r"guide|advise|advice|suggest\w*|recommend\w*|provide|create|how (?:can|could|do|does|did|should|"
    r"would|might|to|have)|"
    r"why|what (?:are|were) (?:some|the (?:main|best|key|most|benefits|pros))|tips|strateg\w+|"
    r"tell me (?!if|whether|which|when|who))\b|"
    r"写|撰写|解释|描述|阐述|讨论|论述|分析|比较|设计|介绍|建议|为什么|如何|怎[么样]|说明|谈谈",
    re.IGNORECASE,
)
_LONG_FORM = re.compile(
    r"\b(?:essay|article|story|report|guide|blog|speech|letter|e-?mail|poem|song|review|proposal|plan|script|"
    r"tutorial|itinerary|curriculum|dialogue|cover letter|resume|lyrics|rap)\b|"
    r"文章|作文|故事|报告|指南|博客|演讲|信|诗|歌词|方案|计划|剧本|教程|评论",
    re.IGNORECASE,
)
_DETAIL = re.compile(
    r"\b(?:detail\w*|step[- ]by[- ]step|comprehensive|in[- ]depth|thorough\w*|examples?|specific\w*|"
    r"insights?)\b|"
    r"详细|具体|逐步|全面|深入|举例|例子",
    re.IGNORECASE,
)

_SAY_AGAIN = re.compile(
    r"^\W*(?:please |can you |could you )*(?:repeat|copy|quote|rewrite|paraphrase|rephrase|reword|correct|"
    r"edit|proofread|revise|improve|fix|translate|convert|change|replace|complete|continue|fill in|punctuate|"
    r"format|simplify|shorten|summari[sz]e|extract|capitali[sz]e|make|turn|insert|remove|add|find|"
    r"identify|choose|select)\b|"
    r"\b(?:repeat the|word for word|verbatim|upper ?case|lower ?case|capital letters)\b|"
    r"\b(?:following|given|this|these|the|below) (?:\w+ )?(?:sentences?|text|paragraph|passage|code|e-?mail|"
    r"lyrics|statements?|phrase|options?|claim|words?|choices?)\b|"
    r"重复|复述|照抄|引用|改写|改正|纠正|修改|润色|翻译|续写|补全|填空|替换|删除|总结|概括|提取|以下|下面",
    re.IGNORECASE,
)

_CHARACTERS_A_WORD = 1.6  # Chinese characters that say as much as one English word
_FEWEST, _MOST = 1.0, 200.0
_OPEN_WORDS = 18.0
_LONG_FORM_WORDS = 45.0
_TALKATIVE = 25  # a question of so many words that is not closed wants as many in return


def composed(instruction: str) -> bool:
    """Whether ``instruction`` wants composed text or code, and not something small."""
    return bool(_COMPOSE.search(instruction)) and not _SMALL.search(instruction)


def says_again(instruction: str) -> bool:
    """Whether a true answer may repeat words of ``instruction``: a text to correct, translate or continue."""
    return bool(_SAY_AGAIN.search(instruction))


def expected_words(instruction: str) -> float:
    """About how many words (characters of Chinese) the shortest fair answer has: 1 to 320."""
    chinese = scripts(instruction).get("Han", 0.0) > 0.5
    scale = _CHARACTERS_A_WORD if chinese else 1.0
    stated = _stated(instruction)
    if stated:
        return min(_MOST * scale, stated)
    return scale * max(_FEWEST, min(_MOST, _unstated(instruction, words(instruction) / scale)))


def _stated(instruction: str) -> float:
    """The length the question states, halved because "at most" and "about" are allowed; 0 without one."""
    found = _LENGTH.search(instruction)
    if not found:
        return 0.0
    count, unit = (each for each in found.groups() if each)
    number = _COUNTS.get(count.lower()) or int(count)
    return max(1.0, 0.5 * number * _UNITS[unit.lower().rstrip("s")])


def _unstated(instruction: str, length: float) -> float:
    closed, small = bool(_CLOSED.search(instruction)), bool(_SMALL.search(instruction))
    talkative = length if length >= _TALKATIVE else 0.0
    if _LONG_FORM.search(instruction) and _OPEN.search(instruction):
        expected = max(_LONG_FORM_WORDS, talkative)
    elif _OPEN.search(instruction):
        expected = max(_OPEN_WORDS, talkative)
    else:
        expected = max(4.0, talkative / 2)
    if _DETAIL.search(instruction):
        expected *= 1.5
    if closed and not _OPEN.search(instruction):
        expected = min(expected, 6.0)
    if length < _TALKATIVE and (closed or small):
        expected = min(expected, 12.0 if composed(instruction) else 2.0)
    return expected
