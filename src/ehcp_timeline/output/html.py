"""One self-contained HTML page: no script, no request, and every text from a file escaped.

A page is a template that extends `output/templates/page.html`; `tables.html` has the macros for tables.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from ehcp_timeline.text import count, day, visible

if TYPE_CHECKING:
    from jinja2 import Environment

    from ehcp_timeline.output.receipt import Receipt
    from ehcp_timeline.output.sections import Section


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("ehcp_timeline", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: "" if value is None else visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"day": day, "count": count}
    return pages


def page_of(title: str, sections: "Callable[[], Iterable[Section]]") -> "Callable[[Receipt], str]":
    """Return what makes a page of some sections, each a heading and a table."""

    def page(receipt: "Receipt") -> str:
        shown = list(sections())
        return html_page("output/templates/sections.html", title=title, sections=shown, receipt=receipt)

    return page


def html_page(template: str, **values: object) -> str:
    """Return a page from a template, named by its path in the package; the page's shell asks for `title`.

    Raises:
        jinja2.UndefinedError: The template asks for a value that is not given.
    """
    return _environment().get_template(template).render(**values)
