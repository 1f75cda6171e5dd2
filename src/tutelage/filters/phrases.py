"""Phrases that give a bad row away, in English and Chinese: refusals, left-over labels, unfilled slots.

Every function returns the phrase it found, or an empty string. What the question itself mentions is never
held against the answer: whoever asks for a template gets slots, and whoever asks for ``Answer:`` gets it.
"""

from __future__ import annotations

import re

from tutelage.text import words

_HEAD = 300  # characters at the start of an answer in which a refusal shows itself

_HELP = (
    "assist|help|fulfil+|provide|comply|answer|generate|create|write|complete|continue|engage|support|discuss|"
    "offer|give|share|produce|access|browse|open|view|perform|process|respond|do that|participate|execute"
)
_NOT_ABLE = (
    r"(?:can(?:no|')?t|can not|won't|will not|(?:am|'m) (?:unable|not able|not allowed|not permitted) to|"
    r"(?:am|'m) not comfortable|do(?: not|n't) feel comfortable)"
)
_REFUSALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # "I'm sorry, but I can't help with that." The verb tells it from a letter's "I cannot attend".
        r"^\W*(?:[^.!?\n]{0,60}(?:sorry|apologi[sz]e|apologies|unfortunately|regret)"
        r"[^.!?\n]{0,40}[.,;:!]?\s*)?"
        rf"(?:but |however,? )?i ?{_NOT_ABLE}(?: \w+)? (?:{_HELP})\b",
        r"\bas an? (?:ai|artificial intelligence|(?:large )?language model|chatbot|"
        r"(?:ai|virtual|digital) assistant)(?: (?:language model|model|assistant|chatbot|system|program))?"
        r"(?: (?:created|trained|developed) by \w+)?,",
        r"^\W*i(?:'m| am) (?:just |only )?an? (?:ai|artificial intelligence|(?:large )?language model)\b",
        r"^\W*(?:[^.!?\n]{0,40}sorry[^.!?\n]{0,20}[.,]?\s*)?(?:but )?i do(?: not|n't) (?:actually )?have "
        r"(?:personal|access to|the ability|the capability|real-time|feelings|physical|a physical)",
        r"^\W*(?:(?:很|非常|十分)?(?:抱歉|对不起|遗憾|不好意思)[^。！？\n]{0,20})?(?:但是?)?我"
        r"(?:无法|不能|没有办法|没法|不便)(?:直接|为您|为你|给您|给你|向您|向你|帮您|帮你)*"
        r"(?:提供|回答|帮助|协助|满足|生成|完成|创建|执行|访问|浏览|处理|继续|讨论|撰写|写|参与|支持|给出)",
        r"作为(?:一个|一名|一款|一种)?(?:AI|人工智能|(?:大型|大)?语言模型|聊天机器人|智能助手)"
        r"(?:语言模型|助手|模型|助理|程序)?[，,]?\s*我",
    )
)

_BETTER = "improved|revised|refined|rewritten|updated|final|new|better|corrected|enhanced|polished"
_LABELS = r"answer|response|instruction|query|reply|output"
_OPENING_LABEL = re.compile(
    rf"^[\s#*_>\"'\[]{{0,8}}(?:(?:{_BETTER}) (?:question|{_LABELS})|{_LABELS}|"
    r"(?:改进后?的?|修改后?的?|优化后?的?|最终)?(?:指令|回答|答案|回复|输出))[\]*_\"']{0,4}\s*[:：]",
    re.IGNORECASE,
)
_ASKING_LABEL = re.compile(
    rf"^[\s#*_>\"'\[]{{0,8}}(?:(?:{_BETTER}) (?:question|prompt|{_LABELS})|instruction|query|prompt|"
    r"(?:改进后?的?|修改后?的?|优化后?的?|最终)?(?:指令|提示词|问题))[\]*_\"']{0,4}\s*[:：]",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    rf"^\W*(?:sure\W+|certainly\W+|okay\W+)?here(?:'s| is) (?:the|an?|my|your) (?:{_BETTER}) (?:{_LABELS})\b",
    re.IGNORECASE,
)
_SCAFFOLD = re.compile(
    r"^\s*###\s*(?:instruction|input|response|output|system|user|assistant|指令|输入|回答|回复|输出)\s*[:：]|"
    r"<\|(?:im_start|im_end|endoftext|eot_id|start_header_id|end_header_id|user|assistant|system)\|>|"
    r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</s>\s*$",
    re.IGNORECASE | re.MULTILINE,
)

_TEMPLATE_TASK = re.compile(
    r"template|placeholder|fill|blank|boilerplate|jinja|handlebars|mustache|django|\bvue\b|angular|liquid|helm|"
    r"ansible|lorem|todo|bracket|html|变量|模板|占位|填空|括号",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_INSERT = (
    r"[\[<({]\s*insert\b[^\])>}\n]{0,80}[\])>}]|"
    r"[\[【<（(]\s*(?:插入|填入|请填写|请输入|在此)[^\]】>）)\n]{0,40}[\]】>）)]"
)
_ANYWHERE = rf"{_INSERT}|\{{\{{[^{{}}\n]{{1,60}}\}}\}}|\blorem ipsum\b"
_ANSWER_SLOT = re.compile(rf"{_ANYWHERE}|^\W*(?:todo|tbd)\W*$", re.IGNORECASE | re.MULTILINE)
_QUESTION_SLOT = re.compile(_ANYWHERE, re.IGNORECASE)
_OWN_SLOT = re.compile(
    r"[\[<]\s*(?:your|enter|specify|paste)\b[^\]>\n]{0,60}[\]>]|[\[【<]\s*[你您]的[^\]】>\n]{0,40}[\]】>]",
    re.IGNORECASE,
)
_OWN_SLOT_WORDS = 40  # a longer question may quote a letter to work on, signed [Your name]
_UNDONE_CODE = re.compile(
    r"your (?:own )?code (?:goes )?here|"
    r"(?:#|//|/\*)\s*(?:todo:?\s*)?(?:implement|add|write) (?:this|your|the) "
    r"(?:code|logic|function|implementation)|(?:#|//|/\*)\s*todo\b|此处(?:添加|填写|编写)代码",
    re.IGNORECASE,
)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group().strip() if match else ""


def refusal(answer: str) -> str:
    """The words with which ``answer`` refuses, or speaks of itself as a machine, at its start."""
    head = answer.lstrip()[:_HEAD].replace("’", "'")
    return next((found for pattern in _REFUSALS if (found := _found(pattern, head))), "")


def leftover_label(text: str, *, question: str | None = None) -> str:
    """A label of the prompt that stayed in ``text``: ``Improved answer:``, ``### Response:``, ``<|im_end|>``.

    ``question`` is what an answer answers; without it ``text`` is itself the question.
    """
    opening = (_ASKING_LABEL,) if question is None else (_OPENING_LABEL, _ANNOUNCEMENT)
    asked = (question or "").casefold()
    for pattern in (*opening, _SCAFFOLD):
        found = _found(pattern, text)
        word = found.strip(" \t\r\n#*_>\"'[]:：").casefold()
        if found and not (word and word.split()[-1] in asked):
            return found
    return ""


def slot_in_question(question: str) -> str:
    """A slot that nobody filled, ``[insert name]``, in a question that is not about templates."""
    if _TEMPLATE_TASK.search(question):
        return ""
    prose = _CODE.sub(" ", question)
    return _found(_QUESTION_SLOT, prose) or (
        _found(_OWN_SLOT, prose) if words(prose) <= _OWN_SLOT_WORDS else ""
    )


def slot_in_answer(answer: str, question: str) -> str:
    """A slot or a piece of work left undone in ``answer``, unless ``question`` is about such things.

    ``[Your Name]`` passes: a letter has to be signed by somebody. Code may hold braces and brackets, but not
    a comment in place of the work.
    """
    if _TEMPLATE_TASK.search(question):
        return ""
    return _found(_ANSWER_SLOT, _CODE.sub(" ", answer)) or _found(_UNDONE_CODE, answer)
