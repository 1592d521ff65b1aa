"""Is a message mostly in another language than English, and how do we say in it that only English can be answered?

Scripts are told by their letters; languages in Latin letters by their commonest small words.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

LONGEST = 2000  # characters looked at; a language shows itself long before
_ENGLISH = (
    "English: I can only answer questions written in English for now. "
    "If someone is in danger, call 999. Someone you trust, or your council's interpreter, may help you ask."
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Language:
    """A language we can name, and our one message in it."""

    name: str
    says: str = ""

    @property
    def text(self) -> tuple[str, ...]:
        """What the person is told: in their language where we have the words, and in English."""
        return (self.says, _ENGLISH) if self.says else (_ENGLISH,)


_SAYS = {
    "Polish": "Na razie mogę odpowiadać tylko na pytania po angielsku. Jeśli ktoś jest w niebezpieczeństwie, zadzwoń pod 999.",
    "Romanian": "Deocamdată pot răspunde numai la întrebări în engleză. Dacă cineva este în pericol, sunați la 999.",
    "Punjabi": "ਹਾਲੇ ਮੈਂ ਸਿਰਫ਼ ਅੰਗਰੇਜ਼ੀ ਵਿੱਚ ਪੁੱਛੇ ਸਵਾਲਾਂ ਦੇ ਜਵਾਬ ਦੇ ਸਕਦਾ ਹਾਂ। ਜੇ ਕੋਈ ਖ਼ਤਰੇ ਵਿੱਚ ਹੈ, ਤਾਂ 999 'ਤੇ ਫ਼ੋਨ ਕਰੋ।",
    "Urdu": "فی الحال میں صرف انگریزی میں پوچھے گئے سوالوں کا جواب دے سکتا ہوں۔ اگر کوئی خطرے میں ہے تو 999 پر فون کریں۔",
    "Portuguese": "Por agora só posso responder a perguntas em inglês. Se alguém está em perigo, ligue para o 999.",
    "Spanish": "Por ahora solo puedo responder preguntas en inglés. Si alguien está en peligro, llame al 999.",
    "Arabic": "لا أستطيع حالياً الإجابة إلا عن الأسئلة المكتوبة بالإنجليزية. إذا كان أحد في خطر فاتصل بالرقم 999.",
    "Bengali": "আপাতত আমি শুধু ইংরেজিতে করা প্রশ্নের উত্তর দিতে পারি। কেউ বিপদে থাকলে 999 নম্বরে ফোন করুন।",
    "Gujarati": "હાલમાં હું ફક્ત અંગ્રેજીમાં પૂછેલા પ્રશ્નોના જવાબ આપી શકું છું. કોઈ જોખમમાં હોય તો 999 પર ફોન કરો.",
    "Italian": "Per ora posso rispondere solo a domande in inglese. Se qualcuno è in pericolo, chiami il 999.",
    "French": "Pour l'instant, je ne peux répondre qu'aux questions en anglais. Si quelqu'un est en danger, appelez le 999.",
    "Turkish": "Şimdilik yalnızca İngilizce soruları yanıtlayabiliyorum. Biri tehlikedeyse 999'u arayın.",
    "Tamil": "இப்போது ஆங்கிலத்தில் கேட்கும் கேள்விகளுக்கு மட்டுமே பதிலளிக்க முடியும். யாராவது ஆபத்தில் இருந்தால் 999-ஐ அழையுங்கள்.",
    "Somali": "Hadda waxaan ka jawaabi karaa oo keliya su'aalaha Ingiriisiga ah. Haddii qof khatar ku jiro, wac 999.",
    "Chinese": "目前我只能回答用英文提出的问题。如果有人有危险，请拨打 999。",
    "Hindi": "अभी मैं केवल अंग्रेज़ी में पूछे गए सवालों का जवाब दे सकता हूँ। कोई ख़तरे में हो तो 999 पर फ़ोन करें।",
    "German": "Im Moment kann ich nur Fragen auf Englisch beantworten. Wenn jemand in Gefahr ist, rufen Sie 999 an.",
    "Ukrainian": "Поки що я можу відповідати лише на запитання англійською. Якщо хтось у небезпеці, телефонуйте 999.",
    "Russian": "Пока я могу отвечать только на вопросы на английском. Если кто-то в опасности, звоните 999.",
}

# Letters that only one language of a script uses settle it; the script alone names the commonest in England.
_SCRIPTS = (
    ("Bengali", re.compile(r"[\u0980-\u09ff]")),
    ("Punjabi", re.compile(r"[\u0a00-\u0a7f]")),
    ("Gujarati", re.compile(r"[\u0a80-\u0aff]")),
    ("Tamil", re.compile(r"[\u0b80-\u0bff]")),
    ("Hindi", re.compile(r"[\u0900-\u097f]")),
    ("Urdu", re.compile(r"[\u0679\u0688\u0691\u06ba\u06be\u06c1\u06c3\u06d2]")),
    (
        "another language",
        re.compile(r"[\u067e\u0686\u0698\u06af\u06a9\u06cc\u0695\u06b5\u06ce]"),
    ),  # Persian, Kurdish, Pashto
    ("Arabic", re.compile(r"[\u0600-\u06ff\u0750-\u077f]")),
    ("another language", re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")),  # Japanese, Korean
    ("Chinese", re.compile(r"[\u3400-\u9fff]")),
    ("Ukrainian", re.compile(r"[іїєґ]")),
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
)

_SMALL_WORDS = {
    "Polish": "nie jest się sie na do moja moj mój mam czy jak co dla pomoc mamy taty mamie proszę prosze potrzebuje potrzebuję dzień dzien dobry gdzie kto moge mogę jestem opieki ona tego przez bardzo nie ze że chce muszę musze pieniądze dostać dostac opieka ojciec matka mieszka mnie pomocy mąż maz żona zona robić robic mój",
    "Romanian": "este sunt nu în si și pe cu pentru care mama mea meu tata unde cum pot să sa ce vreau am nevoie ajutor bună buna ziua vă va rog mi îmi imi nevoie bani primi grija tatal tatăl mea ingrijire îngrijire avem știu stiu lui",
    "Portuguese": "não nao é uma um os minha meu mãe mae pai ajuda preciso precisa com quem para por que em posso falar como está ela ele do da dos das tenho você muito obrigado obrigada bom dia onde cuidar fazer sou",
    "Spanish": "el la los las no es un una mi mis madre padre ayuda necesita necesito con quién quien para por que qué en puedo preguntar cómo como está ella del donde dónde tengo hola gracias estoy muy pero más mas marido enfermo enferma quiero cuidar casa buenos días soy hijo puede",
    "Italian": "il lo la gli le non è un una mia mio madre padre aiuto bisogno ha ho con chi per che posso chiedere come sono della di casa assistenza dove cosa molto ciao grazie mamma papà devo può questo nostra anche buongiorno",
    "French": "le la les des je ne pas est un une ma mon mère mere père pere aide besoin avec qui pour que peut puis comment suis et du au elle il nous vous bonjour merci malade mari occupe chez dans quoi où suis très",
    "Turkish": "bir ve bu için icin ne annem babam yardım yardim ihtiyacı ihtiyacim var yok nasıl nasil nereye kim evde bakım bakıma benim çok cok mi mı da de ile merhaba yalnız yaşıyor eşim istiyorum alabilirim lazım gerekiyor",
    "Somali": "waa ka ku iyo oo aan waxaan hooyaday aabahay caawimaad sideen sidee u heli karaa baahan tahay ayaa in la si xanuunsan fadlan ma maxaa halkee wax guriga daryeel mahadsanid soo",
    "German": "der die das und ich nicht ist ein eine meine mein mutter vater hilfe braucht brauche wer kann mir wie zu mit für fur hause pflege sie wo bitte danke haben habe wir auch helfen",
    "Urdu": "meri mera mere ammi abbu hai hain ko ki ka ke se mujhe kya kaise nahi nahin madad chahiye aur bohat bahut bimar main mein hum unko ghar par kar raha rahi karna milegi milega kaun kahan assalam salam shukriya aap hoon hun bhai behen",
    "another language": "yra mano reikia kaip aš as ir mana nepieciešama palīdzība kā jak mám pomoc moje matka potrebuje kam hogy nem van egy az anyám segítség segítségre kérem është nuk nënë ndihmë kam një për më duhet mae fy mam angen help gyda yn cymraeg ako ang mga nanay ko kailangan tulong mẹ tôi cần giúp không ở het een mijn moeder heeft nodig ik niet mama yangu anahitaji msaada wangu nina min mor äiti kallar behöver",
}
_COMMON_ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "i",
        "is",
        "are",
        "was",
        "be",
        "to",
        "of",
        "and",
        "in",
        "on",
        "at",
        "for",
        "with",
        "my",
        "your",
        "his",
        "her",
        "our",
        "their",
        "me",
        "him",
        "them",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "should",
        "have",
        "has",
        "had",
        "not",
        "no",
        "yes",
        "what",
        "who",
        "how",
        "when",
        "where",
        "why",
        "which",
        "that",
        "this",
        "if",
        "or",
        "but",
        "from",
        "by",
        "as",
        "so",
        "get",
        "got",
        "help",
        "care",
        "council",
        "mum",
        "dad",
        "wife",
        "husband",
        "need",
        "needs",
        "about",
        "any",
        "some",
        "there",
        "please",
        "thanks",
        "thank",
        "hi",
        "hello",
        "ok",
        "just",
        "been",
        "up",
        "out",
        "go",
        "all",
        "home",
        "im",
        "dont",
        "cant",
        "whats",
        "hes",
        "shes",
        "pay",
        "say",
        "name",
        "one",
        "tell",
        "more",
    ]
)
_WORDS = {name: frozenset(words.split()) - _COMMON_ENGLISH for name, words in _SMALL_WORDS.items()}
_FEWEST = 3  # words; fewer could be a name or a typing mistake


def recognised(message: str) -> Language | None:
    """The language a message is mostly written in, or None for English and for what cannot be told."""
    text = message[:LONGEST].lower()
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    if not letters:
        return None
    foreign = [(name, len(pattern.findall(text))) for name, pattern in _SCRIPTS]
    if sum(count for _, count in _by_script(text)) > letters / 2:
        name = next((name for name, count in foreign if count), "another language")
        return Language(name, _SAYS.get(name, ""))
    return _latin(words)


def _by_script(text: str) -> list[tuple[str, int]]:
    # Marks and vowel signs are counted with their letters, so whole blocks are looked at here.
    block = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
    return [("any", len(block.findall(text)))]


def _latin(words: list[str]) -> Language | None:
    counts = Counter({name: len(small.intersection(words)) for name, small in _WORDS.items()})
    name, hits = counts.most_common(1)[0]
    english = len(_COMMON_ENGLISH.intersection(words))
    if len(words) < _FEWEST or hits < 2 or hits <= english or hits < len(words) / 5:
        return None
    return Language(name, _SAYS.get(name, ""))
