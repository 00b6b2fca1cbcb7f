"""Persons of a SEN2 return made by hand, written as XML; the items stand under their names in `sen2.toml`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

Items = Mapping[str, str | None]

# As the DfE's guide writes them; an item that is not here is written as it is.
TAGS = {
    tag.lower(): tag
    for tag in (
        *("Surname", "Forename", "PersonBirthDate", "Sex", "UPN", "UniqueLearnerNumber", "UPNunknown"),
        *("ReceivedDate", "RequestSource", "RYA", "RequestOutcomeDate", "RequestOutcome"),
        *("RequestMediation", "RequestTribunal", "Exported", "AssessmentOutcome", "AssessmentOutcomeDate"),
        *("AssessmentMediation", "AssessmentTribunal", "OtherMediation", "OtherTribunal", "Week20"),
        *("StartDate", "PlanRes", "PlanWPB", "CeaseDate", "CeaseReason", "TransferLA"),
        *("ReviewMeeting", "ReviewOutcome", "LastReview", "ReviewDraft"),
        *("PhaseTransferDueDate", "PhaseTransferFinalDate", "SENtype", "SENtypeRank"),
        *("URN", "UKPRN", "SENSetting", "PlacementRank", "EntryDate", "LeavingDate", "Ethnicity"),
        *("Collection", "Year", "ReferenceDate", "LEA"),
    )
}


@dataclass(frozen=True)
class Assessment:
    """An assessment, and the plan that it led to with where it says that the child is to be."""

    items: Items = field(default_factory=dict)
    plan: Items | None = None
    details: Sequence[Items] = ()


@dataclass(frozen=True)
class Request:
    """A request with what came of it; `needs` are in order of rank, `placements` where the child is."""

    items: Items = field(default_factory=dict)
    assessments: Sequence[Assessment] = ()
    active: Items | None = None
    needs: Sequence[str] = ()
    placements: Sequence[Items] = ()


@dataclass(frozen=True)
class Person:
    """A person and the requests made for them."""

    items: Items = field(default_factory=dict)
    requests: Sequence[Request] = ()


def person(upn: str | None, *requests: Request, **items: str | None) -> Person:
    """Return a person with a UPN."""
    return Person({"upn": upn, **items}, requests)


def request(
    items: Items, *assessments: Assessment, active: Items | None = None, needs: Sequence[str] = ()
) -> Request:
    """Return a request with its assessments and its active plan."""
    return Request(items, assessments, active, needs)


def xml(persons: Iterable[Person], *, year: int | None = 2026, namespace: str = "", body: str = "") -> bytes:
    """Return a return as XML, one element a line; items that are None are left out.

    Args:
        persons: Whom it holds.
        year: Of the collection, whose reference date is 15 January; None to leave both out.
        namespace: Prefix of every name.
        body: XML to put behind the last person.
    """
    about = [("collection", "SEN2"), ("year", str(year)), ("referencedate", f"{year}-01-15")] if year else []
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    lines += _element("Message", [*_header(about), *_element("Persons", [*person_lines(persons), body])])
    text = "\n".join(line for line in lines if line)
    if namespace:
        text = text.replace("</", "\0").replace("<", f"<{namespace}:").replace("\0", f"</{namespace}:")
        text = text.replace(f"<{namespace}:?xml", "<?xml")
        text = text.replace("Message>", f'Message xmlns:{namespace}="urn:sen2">', 1)
    return text.encode()


def person_lines(persons: Iterable[Person]) -> Iterable[str]:
    """Yield the lines of persons."""
    for one in persons:
        requests = [line for request in one.requests for line in _request(request)]
        yield from _element("Person", [*_items(one.items), *requests])


def _header(about: Sequence[tuple[str, str]]) -> list[str]:
    return _element("Header", _element("CollectionDetails", _items(dict(about))))


def _request(one: Request) -> list[str]:
    within = [*_items(one.items)]
    for assessed in one.assessments:
        details = [line for one in assessed.details for line in _element("PlanDetail", _items(one))]
        plan = _element("NamedPlan", [*_items(assessed.plan), *details]) if assessed.plan is not None else []
        within += _element("Assessment", [*_items(assessed.items), *plan])
    if one.active is not None:
        placed = [line for each in one.placements for line in _element("PlacementDetail", _items(each))]
        within += _element("ActivePlans", [*_items(one.active), *placed, *_needs(one.needs)])
    return _element("Requests", within)


def _needs(needs: Sequence[str]) -> list[str]:
    ranked = ({"sentype": need, "sentyperank": str(rank)} for rank, need in enumerate(needs, start=1))
    return [line for one in ranked for line in _element("SENneed", _items(one))]


def _items(items: Items) -> list[str]:
    named = ((TAGS.get(item, item), text) for item, text in items.items() if text is not None)
    return [f"<{tag}>{escape(text)}</{tag}>" for tag, text in named]


def _element(tag: str, within: Iterable[str]) -> list[str]:
    return [f"<{tag}>", *(f"  {line}" for line in within if line), f"</{tag}>"]
