"""The languages of IFEval by script, letters and words."""

from __future__ import annotations

import pytest

from tutelage.evaluate.ifeval_languages import detected, in_language

TEXTS = {
    "en": "This is the answer that you wanted to have.",
    "de": "Das ist die Antwort, die du haben wolltest, und sie ist nicht schlecht.",
    "fr": "Je suis dans la maison avec les enfants et ils sont pour vous.",
    "es": "La casa es muy grande y los niños están en el jardín con una pelota.",
    "pt": "A casa é muito grande e não está em uma cidade, mas os meninos são da rua.",
    "it": "La casa è molto grande e non è in una città, ma i bambini sono della via anche.",
    "fi": "Tämä on hyvä päivä ja se ei ole kylmä, mutta huomenna voi olla sekä tuuli että sade.",
    "sw": "Habari ya leo ni nzuri sana na watoto wa shule wako katika nyumba kwa ajili ya chakula.",
    "vi": "Đây là một ngày đẹp trời và tôi không có gì để làm với các bạn của tôi.",
    "pl": "To jest dobry dzień i nie jest zimno, ale jutro może się zmienić, oraz przez noc.",
    "ru": "Это хороший день, и он не холодный, но завтра будет дождь.",
    "bg": "Това е хубав ден и не е студено, но утре ще вали дъжд за вас.",
    "uk": "Це гарний день, і він не холодний, але завтра буде дощ.",
    "hi": "यह एक अच्छा दिन है और कल बारिश नहीं होगी।",
    "mr": "हा एक चांगला दिवस आहे आणि उद्या पाऊस नाही.",
    "ne": "यो राम्रो दिन हो र भोलि पानी पर्ने छ।",
    "fa": "این یک روز خوب است و فردا باران می بارد.",
    "ur": "یہ ایک اچھا دن ہے اور کل بارش نہیں ہے۔",
    "ar": "هذا يوم جميل في المدينة من أجل الأطفال.",
    "he": "זה יום יפה מאוד.",
    "th": "วันนี้เป็นวันที่ดี",
    "ko": "오늘은 좋은 날입니다.",
    "ja": "今日はいい天気ですね。",
    "kn": "ಇದು ಒಳ್ಳೆಯ ದಿನ.",
    "pa": "ਇਹ ਇੱਕ ਚੰਗਾ ਦਿਨ ਹੈ।",
    "gu": "આ એક સારો દિવસ છે.",
    "te": "ఇది మంచి రోజు.",
    "ta": "இது ஒரு நல்ல நாள்.",
    "bn": "এটি একটি ভালো দিন।",
    "ml": "ഇതൊരു നല്ല ദിവസമാണ്.",
}


@pytest.mark.parametrize(("code", "text"), TEXTS.items())
def test_each_language_is_told_from_all_others(code: str, text: str):
    assert detected(text) == code
    assert detected(text.upper()) == code
    assert [each for each in TEXTS if in_language(text, each)] == [code]


def test_what_cannot_be_told():
    assert in_language("123 !", "kn")  # nothing speaks against it
    assert in_language("YES", "en")
    assert in_language("YES", "fr")
    assert not in_language("YES", "hi")
