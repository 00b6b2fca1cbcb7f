"""An invented council whose numbers a test can count for itself."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

AS_AT = date(2026, 6, 1)
CANARIES = ("Zebedee Quark", "Yolanda Vex", "Wick Street School", "Northcanary", "Teamcanary", "CASE-")
REQUESTS = 170
_FIRST, _EVERY = date(2024, 1, 8), 5
_HEADER = ("case_id", "name", "caseworker", "school", "district", "team", "request_received", "assess_agreed",
           "draft_sent", "plan_issued")  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One request and the day on which its plan was issued, or would be."""

    number: int
    start: date
    issued: date

    def open_on(self, day: date) -> bool:
        """Say whether it was open at the end of a day."""
        return self.start <= day < self.issued

    def overdue_on(self, day: date) -> bool:
        """Say whether it was open and past its twenty weeks."""
        return self.open_on(day) and self.start + timedelta(weeks=20) < day


def council(requests: int = REQUESTS) -> list[Request]:
    """Return a request every five days; plans take from 110 to 209 days at first, and ever longer."""
    starts = [_FIRST + timedelta(days=_EVERY * number) for number in range(requests)]
    return [
        Request(number, start, start + timedelta(days=110 + 37 * number % 100 + number // 3))
        for number, start in enumerate(starts)
    ]


def write(path: Path, requests: list[Request], columns: tuple[str, ...] = _HEADER) -> Path:
    """Write the case file of a council, its canaries in every column that names somebody."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for request in requests:
            name, caseworker, school, district, team, case = CANARIES
            events = {
                "request_received": request.start,
                "assess_agreed": request.start + timedelta(days=35),
                "draft_sent": request.start + timedelta(days=90),
                "plan_issued": request.issued,
            }
            dates = {event: day.isoformat() for event, day in events.items() if day <= AS_AT}
            writer.writerow(
                {
                    "case_id": f"{case}{request.number:03}", "name": name, "caseworker": caseworker,
                    "school": school, "district": district, "team": team, **dates,
                }
            )  # fmt: skip
    return path
