"""A page of HTML: whatever a text holds, it is shown and nothing of it is run, loaded or hidden."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from ehcp_timeline.output.html import _environment, html_page

TAGS = {"script", "img", "a", "b", "style", "iframe"}
PAGE = """
{% extends "output/templates/page.html" %}
{% from "output/templates/tables.html" import table %}
{% block main %}<h1>{{ title }}</h1>{{ table(text, ["case", text], [[text, text]]) }}{% endblock %}
"""


class Elements(HTMLParser):
    """Notes every element and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one."""
        self.seen.append((tag, dict(attrs)))


def page_of(text: str) -> str:
    """Return a page that shows a text in every place where a text can stand."""
    return _environment().from_string(PAGE).render(title=text, text=text)


def test_a_page_has_what_the_accessibility_contract_asks() -> None:
    """Language, one name, landmarks, a skip link that leads somewhere, scoped headings, and no script."""
    seen = Elements(page_of("Dates")).seen
    tags = [tag for tag, _ in seen]

    assert ("html", {"lang": "en-GB"}) in seen
    assert [tags.count(tag) for tag in ("title", "h1", "header", "main", "footer", "script")] == [
        1,
        1,
        1,
        1,
        1,
        0,
    ]
    assert ("a", {"class": "skip", "href": "#main"}) in seen
    assert ("main", {"id": "main"}) in seen
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in seen if tag == "th")
    assert tags.count("table") == tags.count("caption") == 1


def test_a_page_may_load_nothing() -> None:
    """The policy forbids every source but the page's own style and images in it; no address stands in it."""
    page = page_of("Dates")

    policy = next(one["content"] for _, one in Elements(page).seen if one.get("http-equiv"))
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert re.findall(r"https?:|@import|url\(", page) == []


def test_a_value_that_is_not_given_is_an_error() -> None:
    """A page with a gap is never written."""
    with pytest.raises(UndefinedError):
        html_page("output/templates/page.html")


@settings(max_examples=80, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            [
                "<script>alert(1)</script>",
                '" onload="x',
                "]]>",
                "</style><b>",
                "{{ 7*7 }}",
                "\u202eA",
                "\x1b[2J",
            ]
        ),
    )
)
def test_no_text_is_taken_for_markup_or_hidden(text: str) -> None:
    """The elements are those of the page about nothing; hidden characters are spelled out."""
    page, plain = page_of(text), page_of("x")

    assert [tag for tag, _ in Elements(page).seen] == [tag for tag, _ in Elements(plain).seen]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", page)
    if text.isalnum():
        assert text in unescape(page)
