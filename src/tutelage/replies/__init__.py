"""Reading what a model wrote: labelled sections, dialogues, lists, JSON, a number, a choice.

Models wrap, number, bold, quote and announce what they were asked for. These readers see through all of
that and never guess beyond it: what cannot be read raises :class:`Unreadable` with a short reason code.
English and Chinese are read alike.
"""

from tutelage.replies.lists import bullets
from tutelage.replies.sections import LABELS, both_parts, sections
from tutelage.replies.transcripts import exchanges, speaks_as, transcript, without_label
from tutelage.replies.unreadable import Unreadable
from tutelage.replies.values import choice, json_in, number
from tutelage.replies.wrapping import unfence, unquote, unwrap

__all__ = [
    "LABELS",
    "Unreadable",
    "both_parts",
    "bullets",
    "choice",
    "exchanges",
    "json_in",
    "number",
    "sections",
    "speaks_as",
    "transcript",
    "unfence",
    "unquote",
    "unwrap",
    "without_label",
]
