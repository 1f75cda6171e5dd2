"""Words and characters that so many instructions use that sharing them says nothing; English and Chinese."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tutelage.text import words

_ENGLISH = """
a an the this that these those some any each every all both no not none one it its is are was were be
been being am do does did done have has had having will would can could should may might must shall of to
in on for from with without by at as about into over under between out up down off than then so if but
and or nor because while when where which who whom whose what why how there here i me my mine we us our
you your yours he him his she her hers they them their theirs also just only very more most less least
much many few such other another same own too first following given below above next s t re ve ll d m
write give make create generate list explain describe tell provide use using find come get take let
please need want help answer question questions sentence sentences text example examples word words sure
think know based like new good way ways thing things output input
"""
_CHINESE = (
    "的了和是在我你您他她它们个这那些有不没请写给出为以与及或并对下面关于中上把从到要"
    "用来会能可说什么怎样如何几吗呢吧一句话段篇"
)

PLAIN_WORDS = frozenset([*_ENGLISH.split(), *_CHINESE])


def size(tokens: Collection[str]) -> float:
    """Words: a character of a script without spaces is half of one."""
    return len(tokens) - sum(map(_is_character, tokens)) / 2


def _is_character(token: str) -> bool:
    # Such a token is one character, with its marks; all those scripts stand behind Thai in Unicode.
    return token[0] >= "\u0e00" and words(token[0] * 2) == 2


def telling(tokens: Iterable[str]) -> list[str]:
    """Those of ``tokens`` that are neither plain nor numbers, in order."""
    return [token for token in tokens if token not in PLAIN_WORDS and not token.isdecimal()]
