"""What a simulated person says, taken from a reply that should hold nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutelage.methods.dialogues.farewell import STOP, has_finished
from tutelage.novelty import Index
from tutelage.records import Reply
from tutelage.replies import Unreadable, speaks_as, unfence, unwrap, without_label
from tutelage.text import unicode_tokens, words

_LONGEST = 2_000  # characters of one message of a person
_ECHO = 0.8  # ROUGE-L F1 with a line of the prompt
_ECHO_TOKENS = 4  # shorter lines are said by anybody
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|(?<=[。！？：；])")
_QUESTION_WORDS = 60  # of a text without a question mark that still passes as one question

# A model that falls back into its own part.
_AS_ASSISTANT = re.compile(
    r"^\W*(?:(?:sure|certainly|absolutely|of course)\W+(?:here|i can|i'd|i would|i'll|let me|let's)\b|"
    r"i(?:'d| would) be (?:happy|glad) to (?:help|assist)|here (?:is|are) (?:a|an|the|some|one|your)\b|"
    r"(?:当然可?以?|好的?)[！，,!。]?(?:以下|下面|这里|我来|让我)|以下是|下面是)|"
    r"(?:how (?:can|may) i (?:help|assist)|ready to (?:help|assist)|what's on your mind|"
    r"(?:can|may) i (?:help|assist) you|anything else i can)|"
    r"(?:我(?:可以|能)(?:怎么|如何|为你|为您|帮你|帮您)|还有什么(?:我)?可以帮)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"^.*[?？]+[\"”’')）]*", re.MULTILINE)
_ANNOUNCED = re.compile(
    r"^\W*(?:[^:：\n]{0,80}\b(?:questions?|ask|asks|answer|here(?:'s| is))\b[^:：\n]{0,60}|"
    r"[^:：\n]{0,20}(?:问题|问|回答)[^:：\n]{0,10})[:：]\s*",
    re.IGNORECASE,
)
# How a request begins that is no question by its form.
_REQUEST = re.compile(
    r"^\W*(?:(?:and|then|now|ok|okay|please|so)\W+)*"
    r"(?:explain|tell|give|show|describe|list|name|write|compare|suggest|help|make|find|recommend|translate|"
    r"summarize|calculate|what(?! an?\b)|how|why|when|where|who|which|can|could|is|are|"
    r"do|does|should|would|will)\b|"
    r"^\W*(?:请|帮|给我|告诉|说说|讲讲|再|那|列|写|比较|介绍|解释|推荐|怎|为什么|什么|如何|哪|谁|能不能|可不可以)",
    re.IGNORECASE,
)


class Shown:
    """The lines and sentences of the prompts that a model was shown: it must not say them back."""

    def __init__(self, prompts: Iterable[str]) -> None:
        self._lines = Index(_ECHO)
        lines = [line.strip() for prompt in prompts for line in prompt.splitlines()]
        parts = [sentence.strip() for line in lines for sentence in _SENTENCE.split(line)]
        for line in dict.fromkeys((*lines, *parts)):
            if len(unicode_tokens(line)) >= _ECHO_TOKENS:
                self._lines.add(line, line)

    def refuse(self, text: str) -> None:
        """Do nothing, or refuse ``text``.

        Raises:
            Unreadable: ``prompt_echo``, a line of it is nearly a line of a prompt.
        """
        for line in text.splitlines():
            if len(unicode_tokens(line)) >= _ECHO_TOKENS and (match := self._lines.find(line)):
                raise Unreadable("prompt_echo", f"said back: {match.key[:120]!r}")


def message_of(reply: Reply, shown: Shown) -> str:
    """The message of a person who was played in ``reply``; ``STOP`` where the person has finished.

    Raises:
        Unreadable: ``empty_question``, ``cut_off``, ``too_long``, ``prompt_echo``, or ``spoke_as_assistant``.
    """
    text = _alone(reply.text)
    if has_finished(text):
        return STOP
    _check(text, reply, shown)
    _refuse_assistant(text)
    return text


def question_of(reply: Reply, shown: Shown) -> str:
    """The one question in ``reply``: the first line with a question mark, else one short request.

    Raises:
        Unreadable: ``empty_question``, ``cut_off``, ``too_long``, ``prompt_echo``, or ``not_a_question``.
    """
    text = _alone(reply.text)
    asked = _QUESTION.search(text)
    if asked:
        text = unwrap(_ANNOUNCED.sub("", asked.group()))
        shown.refuse(text)
    else:
        _check(text, reply, shown)
    _refuse_assistant(text)
    is_one = words(text) <= _QUESTION_WORDS and "\n" not in text and bool(asked or _REQUEST.match(text))
    if not words(text) or not is_one:
        raise Unreadable("not_a_question", f"no single question in {text[:80]!r}")
    return text


def _alone(text: str) -> str:
    """``text`` without label and wrapping, and without what a model goes on with after its message."""
    text = without_label(unwrap(unfence(text)), "user")
    for role in ("assistant", "user"):
        line = speaks_as(text, role)
        if line:
            text = text[: text.index(line)]
    return unwrap(text)


def _refuse_assistant(text: str) -> None:
    if found := _AS_ASSISTANT.search(text.replace("’", "'")):
        raise Unreadable("spoke_as_assistant", f"the person says {found.group().strip()!r}")


def _check(text: str, reply: Reply, shown: Shown) -> None:
    if not words(text):
        raise Unreadable("empty_question", "no message in the reply")
    if reply.finish == "length":
        raise Unreadable("cut_off", "the message reached the limit of tokens")
    if len(text) > _LONGEST:
        raise Unreadable("too_long", f"a message of {len(text)} characters")
    shown.refuse(text)
