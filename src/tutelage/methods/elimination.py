"""Evol-Instruct's elimination: which rewritten instruction, and which answer to it, is a failed evolution.

Xu et al. 2023 name four failures: nothing new, a short apology for an answer, an answer of stop words and
punctuation only, and words of the rewriting prompt in the instruction. More show themselves without a call:
an instruction that is its parent over again, grew out of all proportion, or has nothing to do with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tutelage.novelty import Index
from tutelage.text import normalise, unicode_tokens, words

_COPIED = 0.85  # ROUGE-L F1 above which two texts are the same text …
_SOME_WORDS = 5  # … unless one has this many words more: a long text with one more condition scores high too
_TELLING = 5  # words from which a sentence of the prompt is told from common speech
_STEM = 4  # letters by which a word is known in its other forms
_SHORT = 80  # words of an answer; a longer one that begins with an apology goes on to answer

_LABEL = re.compile(
    r"\b(?:given|rewritten|original|evolved|created) (?:prompt|request|instruction)s?\b|"
    r"#+ ?(?:the )?(?:given|rewritten|new|created) prompt|"
    r"(?:^|\n)\W*(?:here(?:'s| is)|this is) (?:the|a|your|my)\b[^.\n:]{0,30}\b(?:request|prompt|version)\b|"
    r"(?:改写|重写|给定|原始|原来|新写)(?:后|好)?的?(?:请求|提示词?|指令)",
    re.IGNORECASE,
)
_HEAD = 200  # characters of an answer in which an apology is one
_ABOUT_IT = re.compile(
    r"\bsorry\b|apolog|regret|refus|language model|道歉|致歉|抱歉|拒绝|语言模型", re.IGNORECASE
)
_APOLOGY = re.compile(
    r"\bsorry\b|\bapologi[sz]e\b|\bapologies\b|\bunfortunately\b|\bas an ai\b|\blanguage model\b|"
    r"\bi(?: am|'m) (?:not able|unable)\b|\bi (?:cannot|can't|can not)\b|"
    r"抱歉|对不起|不好意思|很遗憾|作为(?:一个|一名)?(?:AI|人工智能|语言模型)|我(?:无法|不能|没法|没有办法)",
    re.IGNORECASE,
)
_COMMON = """
a an and are as at be but by for from had has have he her his i in is it its me my of on or our so than that
the their them then there these they this to was we were will with you your ok okay well sure
what how why which who when where do does did can could should would please make
的 了 在 我 你 他 她 它 们 这 那 和 与 及 就 也 都 而 着 吧 吗 呢 啊 嗯 哦 好 怎 样 什 么 为 请 一 个 何 哪
"""
_STOP_WORDS = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an evolution failed: a short code, and more for a person."""

    code: str
    detail: str


def fault_of_instruction(
    child: str, parent: str, *, prompt: str, shown: Iterable[str], most_added: int, stays: bool
) -> Fault | None:
    """What is wrong with a rewritten instruction, as far as it can be seen without a call.

    ``prompt`` is the rewriting prompt without its instruction, ``shown`` are the worked examples that were
    shown with it, ``most_added`` the words that ``child`` may have above ``parent``; ``stays`` says that it
    has to share a word with it.
    """
    if found := leaked(child, parent, prompt):
        return Fault("leaked_prompt", f"words of the prompt: {found!r}")
    if same(child, parent):
        return Fault("copied_parent", "the instruction is its parent")
    if any(same(child, each) for each in shown):
        return Fault("copied_example", "the instruction is a worked example")
    grown = words(child) - words(parent)
    if grown > most_added:
        return Fault("grown", f"{grown} words more than its parent, most {most_added}")
    if stays and not _stems(child) & _stems(parent):
        return Fault("astray", "no word in common with its parent")
    return None


def fault_of_answer(answer: str, instruction: str) -> Fault | None:
    """What an answer tells against its instruction. A single character (``B``) may be a whole answer, and
    whoever asks for an apology gets one."""
    tokens = unicode_tokens(answer)
    if len("".join(tokens)) != 1 and all(token in _STOP_WORDS for token in tokens):
        return Fault("stop_words", "the answer holds stop words and punctuation only")
    apology = _APOLOGY.search(answer[:_HEAD].replace("’", "'"))
    if apology and words(answer) < _SHORT and not _ABOUT_IT.search(instruction):
        return Fault("apology", f"a short answer with {apology.group()!r}")
    return None


def same(text: str, other: str) -> bool:
    """Whether two texts are one by their ROUGE-L, and neither has some words more than the other."""
    if abs(words(text) - words(other)) >= _SOME_WORDS:
        return False
    index = Index(_COPIED)
    index.add("other", other)
    return normalise(text) == normalise(other) or index.find(text) is not None


def _stems(text: str) -> set[str]:
    """The beginnings of the words that carry meaning, so that ``tide`` and ``tides`` are one."""
    return {token[:_STEM] for token in unicode_tokens(text) if token not in _STOP_WORDS}


def leaked(text: str, parent: str, prompt: str) -> str:
    """A label, or a sentence of ``prompt``, that stands in ``text`` and not in ``parent``; else empty."""
    own = normalise(parent)
    for found in _LABEL.finditer(text):
        if normalise(found.group()) not in own:
            return found.group().strip()
    plain = normalise(text)
    return next((each for each in _sentences(prompt) if each in plain and each not in own), "")


def _sentences(prompt: str) -> Iterable[str]:
    for sentence in re.split(r"[.:;!?。：；！？\n]+", prompt):
        if words(sentence) >= _TELLING:
            yield normalise(sentence)
