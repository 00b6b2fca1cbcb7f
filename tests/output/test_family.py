"""The family's page: what happened, what comes next, what is late, which rights are open, and the law."""

import re
from html import unescape
from pathlib import Path

import pytest

from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.output.family import model_letters
from tests.cli.command import ehcp, said
from tests.output.test_html import Elements

REQUEST = "request_received=2026-01-12"
AGREED = "assess_agreed=2026-02-20"


def shown(page: str) -> str:
    """Return the words of the main part of a page."""
    main = page.split("<main")[1].split("</main>", maxsplit=1)[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", f"<main{main}")).split())


def timeline(folder: Path, *words: str) -> str:
    """Return the page of a case whose dates are typed."""
    path = folder / "dates.html"
    run = ehcp("timeline", *words, "--force", "-o", str(path))
    assert run.returncode == 0, said(run)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("as_at", "first", "late"),
    [
        ("2026-05-31", "“Send the finalised plan”, by 1 June 2026. This is for the council to do.", False),
        ("2026-06-01", "“Send the finalised plan”, by 1 June 2026. This is for the council to do.", False),
        (
            "2026-06-02",
            "1 thing is late: “Send the finalised plan”, due on 1 June 2026, 1 day ago.",
            True,
        ),
    ],
)
def test_the_page_says_first_what_is_late_or_comes_next(
    tmp_path: Path, as_at: str, first: str, late: bool
) -> None:
    """The day before the 20 weeks are over, the day, the day after."""
    words = shown(timeline(tmp_path, REQUEST, AGREED, "draft_sent=2026-04-20", "--as-at", as_at))

    assert first in words.split("What has happened")[0]
    assert ("On the dates given, nothing is late." not in words) == late
    assert "not legal advice" in words
    assert "The council received a request for an EHC needs assessment." in words


def test_rights_stand_with_their_last_day(tmp_path: Path) -> None:
    """A refusal of 20 February 2026 can be appealed until 20 April; then the time has passed."""
    refused = (REQUEST, "assess_refused=2026-02-20")
    before = shown(timeline(tmp_path, *refused, "--as-at", "2026-04-20"))
    after = shown(timeline(tmp_path, *refused, "--as-at", "2026-04-21"))

    assert "Lodge the appeal with the Tribunal 20 February 2026 20 April 2026" in before
    assert "Rights whose time has passed" not in before
    assert (
        "You can still act: “Contact the mediation adviser about the decision, unless the appeal is only "
        "about the school named”, by 20 April 2026; “Lodge the appeal with the Tribunal”, by 20 April 2026."
        in before
    )
    assert "Rights whose time has passed" in after
    assert "You can still act" not in after
    assert "no plan will be issued" not in before


def test_what_is_late_has_its_exception_its_remedy_and_a_letter(tmp_path: Path) -> None:
    """12 months to the Ombudsman from the day after, a letter by name, the ground that the dates show."""
    plain = shown(timeline(tmp_path, REQUEST, AGREED, "--as-at", "2026-06-20"))
    absent = shown(
        timeline(
            tmp_path,
            REQUEST,
            AGREED,
            "absent_from=2026-03-01",
            "absent_to=2026-04-10",
            "--as-at",
            "2026-06-20",
        )
    )

    assert "On the dates given no exception applies." in plain
    assert (
        "If you knew on 2 June 2026, when the first of these became late, that is until 2 June 2027." in plain
    )
    assert "IPSEA: “Complaining when the LA has not issued the draft or final EHC Plan" in plain
    assert "“Send the finalised plan” is past its day, and an exception is claimed." in absent
    assert "the dates support it (you or your child were away from the area for 4 weeks or more)" in absent
    assert "within 20 weeks of the local authority receiving a request" in plain.split("The law")[1]


def test_guidance_is_never_called_late(tmp_path: Path) -> None:
    """The 14 weeks for a draft are guidance: they stand apart and say so."""
    words = shown(timeline(tmp_path, REQUEST, AGREED, "--as-at", "2026-05-01"))

    assert "On the dates given, nothing is late." in words
    assert "Guidance that was not followed Send the draft plan" in words


def test_a_chronology_stands_in_order_where_it_is_asked_for(tmp_path: Path) -> None:
    """Events and missed last days in one list."""
    asked = (REQUEST, AGREED, "--as-at", "2026-06-20")
    chronology = shown(timeline(tmp_path, *asked, "--chronology")).split("Chronology for a complaint")[1]

    days = re.findall(r"(?:12 January|20 February|20 April|1 June) 2026", chronology.split("The law")[0])
    assert days == ["12 January 2026", "20 February 2026", "20 April 2026", "1 June 2026"]
    assert "Chronology" not in shown(timeline(tmp_path, *asked))


def test_one_case_of_a_file_has_the_same_page(tmp_path: Path) -> None:
    """`explain CASE FILE -o case.html`, twice the same bytes; what a cell holds is shown and not run."""
    case = "<script>alert(1)</script>\u202e"
    file = tmp_path / "cases.csv"
    file.write_text(
        f"case_id,name,request_received,plan_issued\n{case},Zebedee Canary,2026-01-12,\n", "utf-8"
    )
    pages = []
    for name in ("one.html", "two.html"):
        run = ehcp("explain", case, str(file), "--as-at", "2026-06-20", "-o", str(tmp_path / name))
        assert run.returncode == 0, said(run)
        pages.append((tmp_path / name).read_text("utf-8"))
    tags = [tag for tag, _ in Elements(pages[0]).seen]

    assert pages[0] == pages[1]
    assert "script" not in tags
    assert (tags.count("h1"), tags.count("title"), tags.count("main")) == (1, 1, 1)
    assert "EHC plan dates for case <script>alert(1)</script>\\u{202e}" in shown(pages[0])
    assert "Canary" not in pages[0]


def test_every_model_letter_is_about_deadlines_of_the_rulebook() -> None:
    """Names and sources alone."""
    ids = load_rulebook().by_id

    for letter in model_letters():
        assert all(any(name == one or name.startswith(f"{one}.") for name in ids) for one in letter.deadlines)
        assert (letter.by, letter.where) == ("IPSEA", "www.ipsea.org.uk/model-letters")
