"""Words in their common form: what says the same is the same, what does not is not."""

import pytest

from assistant.wording import tokens


def words(text: str) -> list[tuple[str, str]]:
    return [(token.word, token.kind) for token in tokens(text) if token.kind not in {"light", "weak", "stop"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You can't ask.", "You cannot request."),
        ("It has to pay.", "It must pay."),
        ("Nobody should help.", "No one ought to assist."),
        ("within six weeks", "within 6 weeks"),
        ("the local authority", "the council"),
        ("section 9 and 10", "s.9 and section 10"),
        ("They sent it.", "They send it."),
        ("look at the plan again", "review the plan"),
        ("reassess", "assess again"),
    ],
)
def test_the_same_said_otherwise_is_the_same(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a carer's assessment", "a needs assessment"),
        ("must", "may"),
        ("before", "after"),
        ("28 days", "28 weeks"),
        ("section 10(4)", "section 10(5)"),
        ("the adult", "the carer"),
        ("all", "some"),
        ("£14,250", "£23,250"),
        ("does not have to", "must not"),
    ],
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_kinds_are_told_apart() -> None:
    assert words("The council must not charge within 6 weeks unless section 14(1) says so.") == [
        ("council", "role"),
        ("must", "modal"),
        ("not", "negation"),
        ("charge", "step"),
        ("within", "bound"),
        ("6", "number"),
        ("week", "unit"),
        ("unless", "bound"),
        ("§s14(1)", "reference"),
    ]


@pytest.mark.parametrize("text", ["", " ", "…", "§", "£", "'s", "💙", "a" * 5000, "((((", "1.2.3.4", "section", "_a_"])
def test_strange_text_has_tokens_or_none(text: str) -> None:
    tokens(text)
