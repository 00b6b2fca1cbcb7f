"""Write an invented county's case file that holds the numbers Kent County Council published.

    python examples/make_kent.py OUT.csv [--seed N] [--dirty]

Some 28,000 rows: the 21,140 cases open on 31 May 2023 (2,062 assessments, 19,078 plans), those that closed in
the year before, and those that came up to 29 February 2024. Every child is invented. The same seed writes the
same bytes. Sources are in `kent/SOURCES.md`; what no paper prints is assumed in `kent/assumed_*.csv`.

Exact, whatever the seed:

- open assessments: 2,062 on 31 May 2023 (492 without a decision, 852 agreed without a draft, 718 with a
  draft); 2,192 on 31 December 2023; 2,066 on 31 January 2024
- plans maintained: 18,422 on 31 May 2022; 19,078 on 31 May 2023 (another paragraph of the paper says 19,124)
- plans past their twelve months: 12,180 on 30 September 2022; 12,419 on 31 May 2023; 8,310 on 31 January 2024
- the oldest open case: 124 weeks on 31 August 2023
- requests by referrer and by age, decisions within six weeks by district and in total: every printed month
- plans within 20 weeks: 38.8% in April 2023, 2.3% in August 2023, with exceptions and without
- the assessment backlog, 1,080 on 30 September 2023 and 397 on 31 January 2024, read as psychological advice
  asked for more than six weeks before (the papers do not say what they count)
- requests of January 2024: 38.2% from parents, 56.0% from schools; plans of December 2023: 305 ("over 300")
- transfers to secondary school named by the deadline: 70% in 2023, 92% in 2024, 81% two weeks before (whole
  percents)
- transfers from school to post-16 named by the deadline: 25% in 2023 (a petition reply says 20 to 30%)
- of the DfE's figures for Kent in 2023: 3,988 requests; 1,804 plans, 324 within 20 weeks, 212 after a year

Not held, because the file ends before: everything printed for a day after 29 February 2024. The referrer and
age tables do not count the same requests; the fact that a table does not count is blank. Only realistic:
refusals (27% in 2022, 45-50% from October 2023), exceptions, withdrawals, advice, amendments, appeals.
"""

import argparse
import csv
import sys
from pathlib import Path

from kent.case_file import make


def main() -> int:
    """Read the command line, write the file, say what was written."""
    parser = argparse.ArgumentParser(
        description="Write an invented county case file that holds every number Kent published."
    )
    parser.add_argument("out", type=Path, metavar="OUT.csv", help="the file to write")
    parser.add_argument(
        "--seed", type=int, default=2023, help="another file of the same numbers (default 2023)"
    )
    parser.add_argument("--dirty", action="store_true", help="spoil about one date or code in a hundred")
    asked = parser.parse_args()
    case_file = make(asked.seed, dirty=asked.dirty)
    try:
        with asked.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(case_file.header)
            writer.writerows(case_file.lines)
    except OSError as error:
        print(f"{asked.out}: cannot be written ({error.strerror}); give another path", file=sys.stderr)
        return 2
    print(f"{asked.out}: {len(case_file.lines)} rows, {len(case_file.header)} columns", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
