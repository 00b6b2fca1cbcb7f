# %% [markdown]
# # A case file through the eyes of an analyst
#
# Open this file in any editor that knows `# %%` cells, or run it: `python examples/notebook.py`.
# It uses the twelve names of `ehcp_timeline` and polars, and prints the same on every run.

# %%
"""An analyst's notebook: load the law, judge a case, audit a file, get frames out."""

from datetime import date
from pathlib import Path

import polars as pl

from ehcp_timeline import (
    Row,
    Selection,
    check_files,
    explain,
    judge_case,
    load_rulebook,
    open_case_file,
    vocabulary,
)

HERE = Path(__file__).parent
AS_AT = date(2026, 6, 1)
law = load_rulebook()
print(f"Rulebook {law.version}: {len(law.deadlines)} deadlines")

# %% [markdown]
# ## One case, with its reasons

# %%
row = Row(2, "C-1", {"request_received": date(2025, 1, 6), "plan_issued": date(2025, 5, 27)})
for working in judge_case(law, [row], AS_AT):
    if working.clock.deadline == "plan.issue":
        for step in explain(working, AS_AT):
            print(f"{step.number:2}  {step.title:<14} {step.text}")

# %% [markdown]
# ## A whole file, as a frame
#
# `findings` is a polars frame with one line for each clock that was selected: here all of the authority's.

# %%
file = open_case_file(str(HERE / "cases.csv"), vocabulary(), as_at=AS_AT)
audit = check_files(law, [file], AS_AT, Selection(everything=True))
findings = audit.findings
print(f"{findings.height} clocks of {audit.input[0].judged} rows")

# %%
late = (
    findings.filter(pl.col("verdict").cast(pl.String).is_in(["late", "overdue"]))
    .group_by("team")
    .agg(pl.len().alias("clocks"), pl.col("days_late").median().alias("median days late"))
    .sort("team")
)
print(late)

# %% [markdown]
# ## The same file under an imagined bill
#
# A local rulebook is laid over the law; only clocks that start on 1 September 2028 or later are judged by it.

# %%
bill = load_rulebook([HERE / "what-if-bill.toml"])
print(bill.scenarios[0])
request = Row(2, "C-2", {"request_received": date(2028, 9, 1)})
for name, book in (("law", law), ("bill", bill)):
    due = next(
        one.clock.due
        for one in judge_case(book, [request], date(2028, 9, 1))
        if one.clock.deadline == "plan.issue"
    )
    print(f"{name}: due {due}")
