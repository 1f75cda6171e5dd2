"""Expected languages pass with code and formulas in them; others do not."""

from __future__ import annotations

import time

import pytest

from tutelage.errors import BadInput
from tutelage.filters.language import SCRIPTS_OF, Language, prose_of
from tutelage.records import Example, assistant, user

TEXTS = {
    "en": "The moon pulls at the sea, and that is why the water rises and falls twice every day.",
    "fr": "La lune attire la mer et c'est pour cela que les eaux montent et descendent dans les ports.",
    "de": "Der Mond zieht das Meer an, und das ist der Grund, warum das Wasser steigt und nicht bleibt.",
    "es": "La luna atrae el mar y por eso el agua sube y baja dos veces al día en los puertos.",
    "it": "La luna attira il mare e per questo le acque salgono, che non è strano per gli uomini.",
    "pt": "A lua atrai o mar e por isso as águas sobem, mas não são iguais para os barcos.",
    "nl": "De maan trekt aan de zee en dat is waarom het water stijgt en niet op een plek blijft.",
    "zh": "月亮吸引海水，所以海水每天涨落两次，这就是潮汐的原因。",
    "ja": "月が海を引っ張るので、海の水は一日に二回上がったり下がったりします。",
    "ko": "달이 바다를 끌어당기기 때문에 바닷물은 하루에 두 번 오르고 내린다 그래서 조석이 생긴다.",
    "ru": "Луна притягивает море, и поэтому вода поднимается и опускается два раза в день.",
    "ar": "القمر يجذب البحر ولذلك يرتفع الماء وينخفض مرتين في اليوم الواحد",
    "he": "הירח מושך את הים ולכן המים עולים ויורדים פעמיים ביום",
    "el": "Το φεγγάρι έλκει τη θάλασσα και γι' αυτό το νερό ανεβαίνει δύο φορές την ημέρα",
    "hi": "चाँद समुद्र को खींचता है इसलिए पानी दिन में दो बार ऊपर और नीचे होता है",
    "th": "ดวงจันทร์ดึงดูดทะเลจึงทำให้น้ำขึ้นและลงวันละสองครั้ง",
}
ASK = {"en": "Why does the sea rise?", "zh": "海水为什么会上涨？"}


def reason(question: str, answer: str, *codes: str) -> str:
    example = Example.single_turn(question, answer, id="x")
    return Language(language=codes or ("en", "zh")).start().judge(example).reason


def test_every_language_that_can_be_checked_is_tested() -> None:
    assert set(TEXTS) == set(SCRIPTS_OF)


@pytest.mark.parametrize("expected", TEXTS)
@pytest.mark.parametrize("written", TEXTS)
def test_every_language_is_told_from_every_other(expected: str, written: str) -> None:
    assert reason("?", TEXTS[written], expected) == ("" if written == expected else "off_language")


def test_several_languages_may_be_expected() -> None:
    assert reason(ASK["en"], TEXTS["zh"]) == ""
    assert reason(ASK["zh"], TEXTS["en"]) == ""
    assert reason(ASK["en"], TEXTS["fr"]) == "off_language"
    assert reason(ASK["en"], TEXTS["ja"]) == "off_language"


def test_the_question_is_judged_too() -> None:
    assert reason(TEXTS["zh"], TEXTS["en"], "en") == "off_language"


CODE = "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n\nprint(gcd(12, 18))"


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        ("写一个求最大公约数的函数。", f"```python\n{CODE}\n```\n这个函数用欧几里得算法求最大公约数。", "zh"),
        ("写一个求最大公约数的函数。", CODE, "zh"),
        ("用 Python 读取 CSV 文件。", "使用 pandas 库的 read_csv 函数即可，返回 DataFrame 对象。", "zh"),
        ("解方程。", r"由 $x^2 + bx + c = 0$ 得 \[x = \frac{-b \pm \sqrt{b^2-4c}}{2}\] 所以有两个解。", "zh"),
        ("Solve it.", r"$\alpha + \beta = \gamma$, so \(\theta = \frac{\pi}{2}\).", "en"),
        ("What is the site?", "https://example.com/le/les/des/une/dans/pour user@example.com", "en"),
        ("Name the number.", "3.14159 2.71828 1.41421 1.73205 0.57721 4.66920 2.50290 0.62432 1.20205", "en"),
        ("What is the capital?", "Paris", "zh"),  # too little to tell
    ],
)
def test_code_formulas_and_scraps_pass(question: str, answer: str, code: str) -> None:
    assert reason(question, answer, code) == ""


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        ("Translate into French: the moon pulls at the sea.", TEXTS["fr"], "en"),
        ("把下面这句话翻译成英文：月亮吸引海水。", TEXTS["en"], "zh"),
        (f"Translate this to English: {TEXTS['zh']}", TEXTS["en"], "en"),
    ],
)
def test_questions_about_languages_may_be_answered_in_them(question: str, answer: str, code: str) -> None:
    assert reason(question, answer, code) == ""


def test_one_code_may_stand_alone() -> None:
    assert Language(language="zh") == Language(language=("zh",))  # type: ignore[arg-type]  # validated


@pytest.mark.parametrize(
    ("code", "hint"), [("xx", "known: ar"), ("zhh", "did you mean 'zh'"), ("EN", "known")]
)
def test_a_language_that_cannot_be_checked_is_refused_by_name(code: str, hint: str) -> None:
    with pytest.raises(BadInput, match=f"'{code}' cannot be checked") as caught:
        Language(language=("en", code))
    assert hint in caught.value.remedy


def test_verdicts_tell_the_share() -> None:
    verdict = Language(language=("zh",)).start().judge(Example.single_turn("写诗", TEXTS["en"], id="x"))
    assert (verdict.score, verdict.detail) == (0.0, "answer: 100% Latin, expected zh")


def test_every_answer_of_a_conversation_is_judged() -> None:
    def chat(middle: str) -> Example:
        last = "And what about the winter months of the year?"
        turns = (
            user("How does the tide work at the coast?"),
            assistant(middle),
            user(last),
            assistant(TEXTS["en"]),
        )
        return Example("x", turns, last)

    gate = Language(language=("en",)).start()
    assert gate.judge(chat(TEXTS["en"])).keep
    assert gate.judge(chat(TEXTS["zh"] * 2)).reason == "off_language"


@pytest.mark.parametrize(
    "piece",
    ["😀", "你好", "a", "a-", "a.", "a.-", "-", "\n", " ", "<", "\\(", "\\[", "$", "e\u0301", "f() ", "@"],
)
def test_long_text_takes_time_by_its_length_alone(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    prose_of(text)
    Language().start().judge(Example.single_turn(text, text, id="x"))
    assert time.process_time() - began < 8, "where time grows with the square this takes minutes"


@pytest.mark.parametrize(
    "text",
    [
        "to ann.lee+a@mail.example, see",
        "at www.a-b.example now",
        "so \\(a \\le b\\) holds",
        "so \\[a \\\\[4pt] b\\] holds",
        "see\n\n  f(x)\n\nthere",
        "see\n}\n\n\nthere",
    ],
)
def test_code_formulas_and_addresses_are_no_prose(text: str) -> None:
    first, *_, last = text.split()
    assert prose_of(text).split() == [first, last]
