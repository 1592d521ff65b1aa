"""Sentences spelled out: contractions, verbs in their plain form, and phrases of duty, power and amount brought to one form."""

from __future__ import annotations

import re

_LIGHT_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", " ": " "})
_AMOUNT = r"(?= (?:the )?(?:(?:upper|lower|capital|savings|money) ){0,2}(?:£?\d[\d,.]*(?![\d,.(])|limits?\b))"
_SPAN = r"(?!(?:the |a |an |about |those |these |that |this |next |first )*(?:\w+ )?(?:\d|\w+ (?:hour|day|week|month|year)|hour|day|week|month|year|time|period|limit))"
_SPELLED = (
    (r"\b(it|that|there|here|what|where|who|how|he|she|nobody|everyone|someone)'s (?=\w)", r"\1 is "),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'ll\b", " will"),
    (r"\bi'm\b", "i am"),
    (r"\b(?:have|has) got to\b|\b(?:have|has|had|is under|are under) a (?:legal )?duty to\b", "must"),
    (r"\b(?:is|are) supposed to\b", "should"),
    (r"\bnot (?:just|merely|simply)\b", "not only"),
    (r"(?<=\w )with no\b", "without"),
    (r"\bno matter (?:where|who|what|how|when|which)\b", "wherever"),
    (r"\bstop(?:s|ped)? being\b", "is not longer"),
    (r"\bthose (?=who|in|with|at|of|without)", "people "),
    (r"\baged (?=\d)", "of "),
    (r"\bwithin " + _SPAN, "in "),
    (r"\bfortnight\b", "2 weeks"),
    (
        r"(?<!no )(?<!not )(?<!or )(?<!and )\b(?:above|over|more than|exceed(?:s|ing)?|greater than)\b" + _AMOUNT,
        "above-amount",
    ),
    (
        r"(?<!no )(?<!not )(?<!or )(?<!and )\b(?:below|under|less than|fewer than|lower than)\b" + _AMOUNT,
        "below-amount",
    ),
    (r"\bcan(?:'t|not)\b", "can not"),
    (r"\bwon't\b", "will not"),
    (r"\bshan't\b", "must not"),
    (r"n't\b", " not"),
    (r"\bunable to\b", "can not"),
    (r"\b(?:nobody|no one|no-one|none)\b", "not anyone"),
    (r"\bnothing\b", "not anything"),
    (r"\bnever\b", "not"),
    (r"\bno longer\b", "not longer"),
    (r"\b(?:bars|prohibits|forbids|prevents)\b", "does not allow"),
    (r"\bneither\b", "not"),
    (r"\bnor\b", "not"),
    (
        r"\b(?:do|does|did)(?:es)? not (?:have|need) to\b|\bneed not\b|\b(?:is|are) not required to\b",
        "not must ",
    ),
    (r"\bdo(?:es)? not make (\w+ )?(?=\w)", r"\1not must "),
    (r"\bwho should (?=\w)", "who "),
    (r"\b(may|can) require\b", r"\1 make"),
    (r"\b(?:has|have|had|needs?) to\b|\b(?:is|are|be) required to\b|\b(?:requires?|required)\b|\bshall\b", "must"),
    (r"\bought to\b|\bis expected to\b|\bare expected to\b", "should"),
    (r"\b(?:have|has) (?:the|a) right to\b|\b(?:is|are) entitled to\b|\b(?:is|are) allowed to\b", "can"),
    (r"\bmust be able to\b", "must"),
    (r"\b(where|what|how|when|who|which) (?:they|you|he|she|it|we|i) should\b", r"\1 to"),
    (r"\b(?:is|are|am) not (?:able|allowed|permitted) to\b", "can not"),
    (r"\b(?:is|are|am) able to\b", "can"),
    (
        r"\b(?:do|does|did|doing) (?:all|everything|whatever|what) (?:that )?(?:it|they|you|he|she) reasonably can\b",
        "take all reasonable steps",
    ),
    (r"\b(?:carry|carries|carried|carrying) out\b", "do"),
    (r"\blet(?:s|ting)? ((?:[a-z']+ ){1,3})know\b", r"tell \1"),
    (r"\blook(?:s|ed|ing)? at ([a-z' ]{1,25}?) again\b", r"review \1"),
    (r"\beven if (\w+(?: \w+)?) (?:do|does|did|is|are) not\b", r"whether or not \1"),
    (r"\bre-?assess", "assess again "),
    (r"\bfail(?:s|ed|ing)? to\b", "not"),
)
_IRREGULAR = {
    form: verb
    for verb, forms in {
        "send": "sent", "pay": "paid", "write": "wrote written", "tell": "told", "keep": "kept", "hold": "held", "leave": "left",
        "give": "gave given", "take": "took taken", "make": "made", "find": "found", "lose": "lost", "meet": "met", "buy": "bought",
        "sell": "sold", "choose": "chose chosen", "say": "said", "build": "built", "spend": "spent", "deal": "dealt",
        "understand": "understood", "think": "thought", "lead": "led", "grow": "grew grown", "begin": "began begun",
        "go": "went gone", "know": "knew known", "show": "shown", "see": "saw seen", "hear": "heard", "feel": "felt",
        "get": "got gotten", "bring": "brought", "seek": "sought", "stand": "stood", "win": "won", "lend": "lent",
        "fall": "fell fallen", "draw": "drew drawn", "forget": "forgot forgotten", "come": "came", "become": "became",
        "run": "ran", "speak": "spoke spoken", "mean": "meant", "hide": "hid hidden", "sign": "signed", "use": "used using",
        "make ": "making", "take ": "taking", "give ": "giving", "get ": "getting", "use ": "uses", "hurt": "hurts", "free": "freed frees",
    }.items()
    for form in forms.split()
}  # fmt: skip
_IRREGULAR_FORM = re.compile(r"\b(" + "|".join(sorted(_IRREGULAR, key=len, reverse=True)) + r")\b")


def spelled_out(sentence: str) -> str:
    """The sentence in small letters, with every such phrase in its one form."""
    text = sentence.translate(_LIGHT_MARKS).lower()
    for pattern, plain in _SPELLED:
        text = re.sub(pattern, plain, text)
    return _IRREGULAR_FORM.sub(lambda match: _IRREGULAR[match[1]].strip(), text)
