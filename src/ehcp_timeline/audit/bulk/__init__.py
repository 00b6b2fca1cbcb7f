"""The second reader: the rulebook applied to whole files, a column at a time.

`judge.judge` takes batches of rows and gives the clocks of each batch. Every module below it works on polars
Series of one length, one entry a clock. All of them keep five conventions:

- A day is a whole number, `date.toordinal`; days are compared. Counting is asked of
  `days.DayTables`, which adds days and weeks, and keeps one answer for each different day otherwise.
- "No such date" is `NEVER`, after every day, so that the earliest of several columns is a minimum and "on or
  after" a comparison. Where the latest is asked for it is 0. There are no nulls: an operation on a column
  with nulls takes 4 to 40 times as long.
- A mask is a Boolean Series, or None for "true nowhere", as most masks are; `days.either` joins two.
- Rows are chosen by positions, counted from 0, and the chosen ones made into a smaller column at once.
- What decides a verdict is packed into one number a clock (`audit.verdicts`), and the decision table is
  asked once for each different number (`verdicts.Lines`).

A file with the 6 weeks of `assess.decide` goes this way, here with three rows:

>>> import polars as pl
>>> from ehcp_timeline.audit.bulk.days import NEVER, earlier, only
>>> agreed, refused = pl.Series([739280, NEVER, NEVER]), pl.Series([NEVER, 739300, NEVER])
>>> due, today = pl.Series([739290, 739290, 739290]), 739310
>>> answered = earlier(agreed, refused)
>>> (answered > due).to_list()  # the second is late; the third has no answer: NEVER is after every day
[False, True, True]
>>> (only(due, answered == NEVER) < today).to_list()  # overdue: not answered, and the due day has gone by
[False, False, True]

Clocks of one row: `row_events` (the dates of a batch), `applicability` (which rows have one),
`row_deadlines`. Duties that repeat, over all rows of a case: `case_store`, `case_events`, `case_deadlines`.
Requests written on several rows: `requests`. Both meet in `judge_deadline.weigh`: `due`, `excuses`, then the
packed numbers. `lazy_clocks` gives a column of the result when it is asked for; `cross_check` holds a sample
against the first reader.
"""
