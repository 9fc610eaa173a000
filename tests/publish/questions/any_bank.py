"""Small banks with any text, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from ketalab.activities.bank import Bank

_NASTY = [
    *("</script>", "</style><script>alert(1)</script>", "]]>", "<![CDATA[", "<!--", "-->", "<b>"),
    *("&", "&amp;", "&#60;", '"', "'", "*so*", "_", "$x$", r"\(x\)", "{{ x }}", "{0}", "%s", "@@"),
    *("\u202eback\u202c", "\u2066", "\u200f", "שלום", "سلام", "漢字", "𝔘", "\u00a0", "\n ", "/"),
    "very long " * 300,
]
_ANY = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="`\ufffe\uffff"), max_size=20
)
TEXT = (
    st.lists(st.sampled_from(_NASTY) | _ANY, min_size=1, max_size=4).map("".join).filter(str.strip)
)
NUMBER = st.integers(-1000, 1000) | st.floats(-1e6, 1e6, allow_subnormal=False).map(
    lambda number: round(number, 6)
)


def _options(right: st.SearchStrategy) -> st.SearchStrategy:
    """Options with different texts; `right` draws which of so many are right."""

    def mark(texts):
        return right(len(texts)).map(
            lambda marks: [
                {"text": text, "correct": correct, "feedback": f"{text} :: {correct}"}
                for text, correct in zip(texts, marks, strict=True)
            ]
        )

    return _different(2, 5).flatmap(mark)


def _different(least: int, most: int) -> st.SearchStrategy:
    return st.lists(
        TEXT, min_size=least, max_size=most, unique_by=lambda text: " ".join(text.split())
    )


def _several(count: int) -> st.SearchStrategy:
    marks = st.lists(st.booleans(), min_size=count, max_size=count)
    return marks.filter(lambda found: 0 < sum(found) < count)


def _one(count: int) -> st.SearchStrategy:
    return st.integers(0, count - 1).map(lambda place: [n == place for n in range(count)])


@st.composite
def any_bank(draw) -> Bank:
    """One question of each kind, with any text in each field that holds a text."""
    said = {"correct": draw(TEXT), "low": draw(TEXT), "high": draw(TEXT)}
    lefts, rights, items = draw(_different(2, 2)), draw(_different(2, 5)), draw(_different(3, 6))
    pairs = [
        {"left": left, "right": right, "feedback": draw(TEXT)}
        for left, right in zip(lefts, rights[:2], strict=True)
    ]
    kinds = {
        "single": {"options": draw(_options(_one))},
        "multiple": {"options": draw(_options(_several))},
        "numeric": {
            "unit": draw(TEXT)[:40].strip() or "of 100",
            "answer": {"value": draw(NUMBER)},
            "tolerance": abs(draw(NUMBER)),
            "feedback": said,
        },
        "ordering": {"items": [{"text": text, "feedback": draw(TEXT)} for text in items]},
        "matching": {"pairs": pairs, "distractors": rights[2:]},
    }
    questions = [
        {"id": f"09-{kind}", "objective": "read", "difficulty": 2, "kind": kind, **fields}
        | {"prompt": draw(TEXT), "source": "hardy2012"}
        for kind, fields in kinds.items()
    ]
    return Bank.model_validate(
        {
            "lesson": "09-any",
            "objectives": [{"id": "read", "text": draw(TEXT)}],
            "questions": questions,
        }
    )
