"""Where a chat template leaves room for the user: the raw text before the slot, and what ends it.

    slot = SLOTS["chatml"]
    slot.before_user("You are a cook.", [])     → the text after which the model writes as the user
    slot.before_answer("…", [], "How …?")       → the text after which it answers

The mark that begins a text (``<s>``, ``<|begin_of_text|>``) is left out: servers put it there themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Exchange = tuple[str, str]  # what the user said, what the assistant answered


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


_CHATML = Slot(
    system="<|im_start|>system\n{}<|im_end|>\n",
    user="<|im_start|>user\n",
    assistant="<|im_end|>\n<|im_start|>assistant\n",
    end="<|im_end|>\n",
    stop=("<|im_end|>", "<|im_start|>", "<|endoftext|>"),
)

SLOTS = {
    "chatml": _CHATML,
    "qwen": Slot(
        system=_CHATML.system,
        user=_CHATML.user,
        assistant=_CHATML.assistant,
        end=_CHATML.end,
        stop=_CHATML.stop,
        default_system="You are a helpful assistant.",
    ),
    "llama3": Slot(
        system="<|start_header_id|>system<|end_header_id|>\n\n{}<|eot_id|>",
        user="<|start_header_id|>user<|end_header_id|>\n\n",
        assistant="<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        end="<|eot_id|>",
        stop=("<|eot_id|>", "<|start_header_id|>", "<|end_of_text|>", "<|eom_id|>"),
    ),
    "mistral": Slot(
        system="{}\n\n",
        user="[INST] ",
        assistant=" [/INST] ",
        end="</s>",
        stop=("[/INST]", "[INST]", "</s>"),
        system_inside=True,
    ),
    "gemma": Slot(
        system="{}\n\n",
        user="<start_of_turn>user\n",
        assistant="<end_of_turn>\n<start_of_turn>model\n",
        end="<end_of_turn>\n",
        stop=("<end_of_turn>", "<start_of_turn>", "<eos>"),
        system_inside=True,
    ),
    "plain": Slot(
        system="{}\n\n",
        user="User: ",
        assistant="\n\nAssistant: ",
        end="\n\n",
        stop=("\nAssistant:", "\nUser:"),
    ),
}
