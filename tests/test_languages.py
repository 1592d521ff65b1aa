"""Another language is recognised and answered in it; English, however it is spelt, is not mistaken for one."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.languages import recognised

SPOKEN = {
    "Polish": "Czy mogę dostać pomoc dla mamy? Nie wiem, co robić.",
    "Romanian": "Cum pot să primesc ajutor pentru mama mea?",
    "Punjabi": "ਮੇਰੇ ਪਿਤਾ ਨੂੰ ਦੇਖਭਾਲ ਚਾਹੀਦੀ ਹੈ",
    "Urdu": "میرے والد کو دیکھ بھال کی ضرورت ہے",
    "Portuguese": "Preciso de ajuda para o meu pai, com quem falo?",
    "Spanish": "¿Quién puede cuidar de mi padre cuando no estoy?",
    "Arabic": "أحتاج إلى مساعدة لوالدي",
    "Bengali": "আমার বাবার জন্য সাহায্য দরকার",
    "Gujarati": "મારા પિતાને મદદ જોઈએ છે",
    "Italian": "Ho bisogno di aiuto per mio padre, che cosa posso fare?",
    "French": "Je ne peux pas laver ma mère, qui peut nous aider ?",
    "Turkish": "Babam için yardım nasıl alabilirim?",
    "Tamil": "என் அப்பாவுக்கு உதவி வேண்டும்",
    "Chinese": "我爸爸需要帮助",
}


@pytest.mark.parametrize("name", SPOKEN)
def test_a_language_is_recognised_and_spoken(name: str) -> None:
    language = recognised(SPOKEN[name])
    assert language is not None
    assert language.name == name
    assert len(language.text) == 2
    assert all("999" in line for line in language.text)


def test_a_language_without_our_words_gets_english() -> None:
    language = recognised("Potřebuji pomoc, kam mám zavolat? Moje matka je nemocná.")
    assert language is not None
    assert len(language.text) == 1


@pytest.mark.parametrize(
    "english",
    [
        "can i get a break from looking after my mum",
        "wot do i do abt me mam shes poorly an i carnt cope wiv it",
        "My mother only speaks Punjabi. Must the council find an interpreter?",
        "s.20(7) v s.24(1), s 25 and s 26 checklist",
        "ok",
        "Mia",
        "",
        "???",
        "My wife says 'nie wiem' and 'proszę' but the assessor only spoke English, is that allowed?",
    ],
)
def test_english_is_left_alone(english: str) -> None:
    assert recognised(english) is None


def test_our_own_cases_in_english_are_english() -> None:
    path = Path(__file__).resolve().parent.parent / "evals" / "data" / "routes.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    taken = [row["message"] for row in rows if row["status"] != "clarify" and recognised(row["message"])]
    assert taken == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_looked_at(text: str) -> None:
    recognised(text)


def test_a_hundred_kilobytes_of_english_are_english() -> None:
    assert recognised("can the council help my mum at home " * 3_000) is None
