"""Where a chat template leaves room for the user: the raw text before the slot, and what ends it.

    slot = SLOTS["chatml"]
    slot.before_user("You are a cook.", [])     → the text after which the model writes as the user
    slot.before_answer("…", [], "How …?")       → the text after which it answers

The texts are read off the named templates. The mark that begins a text (``<s>``, ``<|begin_of_text|>``) is
left out: servers put it there themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutelage.records import assistant, system, user
from tutelage.template.named import named

Exchange = tuple[str, str]  # what the user said, what the assistant answered

_TOLD, _ASKED, _ANSWERED, _AGAIN = "\x01", "\x02", "\x03", "\x04"  # stand for the texts of the turns


@dataclass(frozen=True, slots=True)
class Slot:
    """One family of templates.

    ``system`` holds ``{}`` for its text; where ``system_inside`` is set, it stands inside the first user
    turn, because the family has no system role. ``default_system`` is what its models were tuned with.
    """

    system: str
    user: str
    assistant: str
    end: str
    stop: tuple[str, ...]
    system_inside: bool = False
    default_system: str = ""

    def before_user(self, system: str, said: Sequence[Exchange]) -> str:
        """The raw text up to the user's next turn, after what was ``said``."""
        system = system or self.default_system
        told = self.system.format(system) if system else ""
        inside = told if self.system_inside else ""
        text = "" if self.system_inside else told
        for question, answer in said:
            text += f"{self.user}{inside}{question}{self.assistant}{answer}{self.end}"
            inside = ""
        return f"{text}{self.user}{inside}"

    def before_answer(self, system: str, said: Sequence[Exchange], question: str) -> str:
        """The raw text up to the answer to ``question``."""
        return f"{self.before_user(system, said)}{question}{self.assistant}"


def _slot(name: str, *stop: str, eos: str = "", default_system: str = "") -> Slot:
    """The slot of the template called ``name``, whose user turn ends where one of ``stop`` is written."""
    template = named(name, bos="", eos=eos)
    text = template.render([user(_ASKED), assistant(_ANSWERED), user(_AGAIN)])
    before, rest = text.split(_ASKED)
    between, rest = rest.split(_ANSWERED)
    end = rest.split(_AGAIN)[0].removesuffix(before)
    told = template.render([system(_TOLD), user(_ASKED)]).split(_ASKED)[0]
    inside = told.startswith(before)
    told = told.removeprefix(before) if inside else told.removesuffix(before)
    return Slot(told.replace(_TOLD, "{}"), before, between, end, stop, inside, default_system)


_CHATML = ("<|im_end|>", "<|im_start|>", "<|endoftext|>")

SLOTS = {
    "chatml": _slot("chatml", *_CHATML),
    "qwen": _slot("chatml", *_CHATML, default_system="You are a helpful assistant."),
    "llama3": _slot("llama3", "<|eot_id|>", "<|start_header_id|>", "<|end_of_text|>", "<|eom_id|>"),
    "mistral": _slot("mistral", "[/INST]", "[INST]", "</s>", eos="</s>"),
    "gemma": _slot("gemma", "<end_of_turn>", "<start_of_turn>", "<eos>"),
    "plain": _slot("plain", "\nAssistant:", "\nUser:"),
}
