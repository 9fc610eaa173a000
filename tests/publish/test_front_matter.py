"""What a lesson's file says of itself."""

from __future__ import annotations

import pytest

from ketalab.publish.front_matter import front_matter
from ketalab.publish.project import PublishError


def test_it_is_what_stands_below_the_name_of_the_course(write):
    assert front_matter(write("---\nketalab: {number: 9, words: [A]}\n---\n\n# Nine\n")) == {
        "number": 9,
        "words": ["A"],
    }


@pytest.mark.parametrize(
    "text", ["", "# No front matter\n", "---\njupytext: {}\n---\n", "---\nketalab: 1\n---\n"]
)
def test_a_lesson_without_it_is_named(write, text):
    with pytest.raises(PublishError, match=r"^09-small\.md:1: front matter lacks ketalab$"):
        front_matter(write(text))


def test_a_slip_in_yaml_is_named(write):
    with pytest.raises(PublishError, match=r"^09-small\.md: front matter is not YAML: "):
        front_matter(write("---\nketalab: [\n---\n"))
