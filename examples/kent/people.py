"""Invent the children: names, birth dates, districts, caseworkers, schools; and who asked for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from random import Random
from typing import TypeVar

from kent.assessments import Assessment
from kent.days import LAST_DAY, month, plus
from kent.fitting import shares_of_one_whole
from kent.published import District, Published
from kent.reviews import OPENING, Plan

GIVEN = (
    *("Alder", "Bracken", "Bryony", "Clover", "Coral", "Fern", "Flint", "Hazel", "Heath", "Iris", "Ivy"),
    *("Jasmine", "Juniper", "Linden", "Maple", "Merle", "Olive", "Pearl", "Reed", "Robin", "Rowan", "Willow"),
)
FAMILY = (
    *("Ashpole", "Bramling", "Brookland", "Chalkdown", "Cobnut", "Downland", "Elmsett", "Fieldfare"),
    *("Goldings", "Hopgarden", "Larkfield", "Marshland", "Millrace", "Oasthouse", "Orchard", "Ploughman"),
    *("Ragstone", "Saltmarsh", "Shingle", "Tidemill", "Wealden", "Weatherboard", "Woodreeve"),
)
PLACES = ("Appletree", "Beacon", "Chalk Hill", "Downs View", "Hop Lane", "Marsh", "Oast", "Quarry", "Weald")
SETTINGS = ((4, "Nursery"), (11, "Primary School"), (16, "Secondary School"), (99, "College"))
"""The kind of setting below an age."""
NEEDS = {
    "Autistic spectrum disorder": 40,
    "Social, emotional and mental health": 20,
    "Speech, language and communication needs": 19,
    "Moderate learning difficulty": 7,
    "Severe learning difficulty": 4,
    "Specific learning difficulty": 4,
    "Physical disability": 3,
    "Hearing impairment": 2,
    "Visual impairment": 1,
}
CASELOAD_AGES = dict(
    zip(
        range(2, 24),
        (1, 3, 6, 10, 12, 14, 16, 18, 19, 19, 19, 18, 17, 16, 15, 12, 9, 7, 5, 4, 2, 1),
        strict=True,
    )
)
"""Ages of children with a plan on 31 May 2022, by weight."""
CASEWORKERS_OF_A_TEAM = 14
REFERRERS = {"Parent/Guardian": 49, "Professional": 1, "School": 50}
"""By weight, for months without a table."""
MOVED_IN = 24
ASKED_AGAIN_FROM = date(2023, 6, 1)
"""Only a later request may come from a child refused before: the age tables have ended."""

Value = TypeVar("Value")


@dataclass(slots=True, eq=False)
class Child:
    """One child or young person."""

    name: str
    born: date | None
    district: str
    team: str
    caseworker: str
    school: str
    need: str
    case_id: str = ""


@dataclass(slots=True)
class Register:
    """Who is who.

    Attributes:
        children: The child of each assessment and each plan, by its `id`.
        referrers: Who made the request of each assessment, by its `id`; blank if not known.
        moved_in: Children who move into the county with a plan.
    """

    children: dict[int, Child]
    referrers: dict[int, str]
    moved_in: list[Child]


def invent(
    rng: Random, published: Published, assessments: Sequence[Assessment], plans: Sequence[Plan]
) -> Register:
    """Invent a child for every assessment, every older plan, and those who move in."""
    register = Register({}, {}, [])
    _invent_for_requests(rng, published, assessments, register)
    shares = {district: district.share_pct for district in published.districts}
    for plan in plans:
        if plan.assessment:
            register.children[id(plan)] = register.children[id(plan.assessment)]
        else:
            district, age = _weighted(rng, shares), _weighted(rng, CASELOAD_AGES)
            register.children[id(plan)] = _child(rng, OPENING, age, district)
    for _ in range(MOVED_IN):
        register.moved_in.append(_child(rng, LAST_DAY, _weighted(rng, CASELOAD_AGES), _weighted(rng, shares)))
    _number(assessments, plans, register)
    _ask_again(rng, assessments, register)
    return register


def _invent_for_requests(
    rng: Random, published: Published, assessments: Sequence[Assessment], register: Register
) -> None:
    """Month by month, so that ages and referrers come out as the tables print them."""
    districts = {district.name: district for district in published.districts}
    by_month: dict[str, list[Assessment]] = {}
    for each in assessments:
        by_month.setdefault(f"{each.request:%Y-%m}", []).append(each)
    for name, asked in by_month.items():
        ages = _ages(rng, published, name, len(asked))
        referrers = _referrers(rng, published, name, len(asked))
        for each, age, referrer in zip(asked, ages, referrers, strict=True):
            register.children[id(each)] = _child(rng, each.request, age, districts[each.district])
            register.referrers[id(each)] = referrer or ""


def _number(assessments: Sequence[Assessment], plans: Sequence[Plan], register: Register) -> None:
    """Number the children by the day on which each is first heard of."""
    heard_of = [(each.request, register.children[id(each)]) for each in assessments]
    heard_of += [(plan.start, register.children[id(plan)]) for plan in plans if not plan.assessment]
    heard_of += [(LAST_DAY, child) for child in register.moved_in]
    for number, (_, child) in enumerate(sorted(heard_of, key=itemgetter(0))):
        child.case_id = f"K{100001 + number}"


def _weighted(rng: Random, weights: Mapping[Value, int]) -> Value:
    return rng.choices(list(weights), list(weights.values()))[0]


def _spread(rng: Random, table: Mapping[Value, int], count: int) -> list[Value | None]:
    """Every value as often as the table says, in any order; None where the table counts fewer."""
    values: list[Value | None] = list(Counter(dict(table)).elements())
    values += [None] * (count - len(values))
    rng.shuffle(values)
    return values


def _ages(rng: Random, published: Published, name: str, count: int) -> Sequence[int | None]:
    """Ages at request: those of the month's table, or as in all its months together."""
    if name in published.ages:
        return _spread(rng, published.ages[name], count)
    pooled: Counter[int] = Counter()
    for table in published.ages.values():
        pooled.update(table)
    return rng.choices(list(pooled), list(pooled.values()), k=count)


def _referrers(rng: Random, published: Published, name: str, count: int) -> Sequence[str | None]:
    """Who asked: as in the month's table, or by the month's printed shares, or as usual."""
    if name in published.referrers:
        return _spread(rng, published.referrers[name], count)
    last = month(name).last
    printed = [published.tenths(f"requests_from_{who}_pct", last) for who in ("parents", "schools")]
    parents, schools = printed
    if parents is None or schools is None:
        return rng.choices(list(REFERRERS), list(REFERRERS.values()), k=count)
    shares = shares_of_one_whole((parents, schools), wanted=count)
    table = {"Parent/Guardian": shares[0].part, "School": shares[1].part}
    return _spread(rng, table | {"Professional": count - sum(table.values())}, count)


def _child(rng: Random, day: date, age: int | None, district: District) -> Child:
    """A child who is so old on the day; the birth date is blank where the age is not known."""
    team = district.team
    setting = next(kind for below, kind in SETTINGS if (10 if age is None else age) < below)
    return Child(
        name=f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}",
        born=None if age is None else _birthday(rng, day, age),
        district=district.name,
        team=team,
        caseworker=f"{team} {rng.randint(1, CASEWORKERS_OF_A_TEAM):02d}",
        school=f"{rng.choice(PLACES)} {setting}",
        need=_weighted(rng, NEEDS),
    )


def _birthday(rng: Random, day: date, age: int) -> date:
    """A birth date, never 29 February, that makes the child so old on the day."""
    anniversary = day.replace(day=min(day.day, 28))
    newest = anniversary.replace(year=day.year - age)
    born = plus(newest, -rng.randrange(360))
    return plus(born, -1) if (born.month, born.day) == (2, 29) else born


def _ask_again(rng: Random, assessments: Sequence[Assessment], register: Register) -> None:
    """Let a few later requests come from children who were refused half a year before."""
    refused = [each for each in assessments if each.refused and not each.agreed]
    rng.shuffle(refused)
    for each in assessments:
        if each.request >= ASKED_AGAIN_FROM and rng.random() < 0.04:
            before = refused.pop()
            if before.refused and plus(before.refused, 180) < each.request:
                register.children[id(each)] = register.children[id(before)]
