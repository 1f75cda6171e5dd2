"""The language of an answer, for IFEval's language instructions, without a language model.

IFEval asks ``langdetect`` (character n-grams). Here ``tutelage.text`` tells languages by script and function
words; this module adds those that IFEval names and the text room does not know: Indian scripts, and languages
that share one (Persian and Urdu with Arabic, Marathi and Nepali with Hindi, Bulgarian and Ukrainian with
Russian, Polish, Finnish, Swahili and Vietnamese with English) by letters and words that are theirs alone.

Where it departs: code and addresses are set aside before a language is told; a text in capitals is read in
small letters (langdetect takes many an English one in capitals for German); a text in Latin letters without a
common word of any language (``YES``) may be in each of them, where langdetect guesses. An answer without any
letter passes, as published.
"""

from __future__ import annotations

from collections import Counter

import regex

from tutelage.text import language_of, prose_of, unicode_tokens

# Scripts that one of IFEval's languages alone uses.
_BY_SCRIPT = {
    "kn": "Kannada",
    "pa": "Gurmukhi",
    "gu": "Gujarati",
    "te": "Telugu",
    "ta": "Tamil",
    "bn": "Bengali",
    "ml": "Malayalam",
}
_SCRIPT_LETTERS = {code: regex.compile(rf"\p{{{name}}}") for code, name in _BY_SCRIPT.items()}
_LETTER = regex.compile(r"\p{L}")

# Words that are common in one language and rare in, or absent from, its neighbours.
_WORDS = {
    "Arabic script": {
        "fa": "است و که از این برای با را های می شود در آن یک به",
        "ur": "ہے اور کے کی میں کو سے کا یہ ہیں ایک پر نے لئے لیے",
        "ar": "في من على إلى أن هذا التي الذي هو هي كان مع عن ما لا",
    },
    "Devanagari script": {
        "hi": "है हैं और के की में को से का यह एक पर लिए नहीं था भी कि",
        "mr": "आहे आणि च्या आहेत मध्ये ते हे या एक नाही होते साठी तो ती मी आपण",
        "ne": "छ र को मा छन् भएको हो यो गर्न लागि पनि थियो हुन्छ गर्नुहोस् तपाईं म",
    },
    "Cyrillic script": {
        "ru": "и в не на что это для с как он по вы или их был ее чтобы который",
        "bg": "и в не на че това за с как той по вие или се е да са който ще",
        "uk": "і в не на що це для з як він по ви або їх був її щоб який та",
    },
    "Latin script": {
        "pl": "nie jest się na że do to jak ale dla oraz są przez od po jego który",
        "fi": "on ja ei se että ovat oli tai kun mutta hän joka myös voi olla sekä niin",
        "sw": "na ya wa kwa ni za katika la hii kuwa cha yake sana huu kama lakini",
        "vi": "là và của có cho không được một những các với này trong người để đã",
    },
}
_OWN_LETTERS = {
    "fa": regex.compile("[پچژگ]"),
    "ur": regex.compile("[ٹڈڑےںہ]"),
    "bg": regex.compile("[ъ]"),
    "ru": regex.compile("[ыэё]"),
    "uk": regex.compile("[іїєґ]"),
    "mr": regex.compile("ळ"),
    "pl": regex.compile("[łżąęćńś]"),
    "vi": regex.compile("[ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệ]"),
}
_UNSURE = "Latin script"
_LATIN = frozenset(("en", "fr", "de", "es", "it", "pt", "nl", *_WORDS[_UNSURE]))
_SURE = 3  # words of a language of the Latin alphabet before it counts …
_MARGIN = 1.5  # … this many times as many as English ones
_PLENTY = 9  # … and where function words spoke for French, say
_ENGLISH = ("the", "of", "and", "is", "to", "a", "in", "for")
_FEW = 0.3  # of the letters: from here a script of its own decides


def in_language(text: str, code: str) -> bool:
    """Whether ``text`` can be taken for one in the language ``code``; a text without letters can for any."""
    found = detected(text)
    return found in (code, "") or (found == _UNSURE and code in _LATIN)


def detected(text: str) -> str:
    """The code of the language that ``text`` is in, or the name of its script where no more can be told
    (``Latin script``); empty where there is no letter."""
    lower = text.lower()
    prose = prose_of(lower)
    prose = prose if _LETTER.search(prose) else lower
    letters = len(_LETTER.findall(prose))
    if not letters:
        return ""
    for code, pattern in _SCRIPT_LETTERS.items():
        if len(pattern.findall(prose)) > _FEW * letters:
            return code
    found = language_of(lower)
    family = {"ar": "Arabic script", "hi": "Devanagari script", "ru": "Cyrillic script"}.get(found, found)
    if family in _WORDS and family != _UNSURE:
        return _neighbour(prose, family)
    return _latin(prose, found) if found in _LATIN or found == _UNSURE else found


def _hits(prose: str, family: str) -> Counter[str]:
    """Points of each language of ``family``: one for each of its words and each of its own letters."""
    counts = Counter(unicode_tokens(prose))
    points: Counter[str] = Counter()
    for code, words in _WORDS[family].items():
        points[code] = sum(counts[word] for word in unicode_tokens(words))
        if code in _OWN_LETTERS:
            points[code] += len(_OWN_LETTERS[code].findall(prose))
    return points


def _neighbour(prose: str, family: str) -> str:
    points = _hits(prose, family)
    return max(points, key=points.__getitem__)


def _latin(prose: str, found: str) -> str:
    """``found``, or another language of the Latin alphabet whose words outweigh it."""
    code, most = max(_hits(prose, _UNSURE).items(), key=lambda each: each[1])
    known = Counter(unicode_tokens(prose))
    english = sum(known[word] for word in _ENGLISH)
    enough = _SURE if found in ("en", _UNSURE) else _PLENTY
    return code if most >= enough and most > _MARGIN * english else found
