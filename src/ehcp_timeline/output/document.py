"""One answer, ready to be written in every format, each with its receipt."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from ehcp_timeline.measure.answer import Line, keys, kind_of, streamed, values
from ehcp_timeline.output.receipt import MadeFrom, Receipt
from ehcp_timeline.output.sections import Section
from ehcp_timeline.record import field, record, replace

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.output.calendar import CalendarEntry
    from ehcp_timeline.output.workbook import ListChart

Data = str | bytes | Iterator[bytes]


@record(frozen=True, slots=True)
class Document:
    """One answer, a record whose JSON is the whole of it, ready for every format.

    Attributes:
        lines: Gives the lines of its list, or a frame of them, once for each format.
        statement: What must be on every copy of the list; empty for nothing.
        nameless: Whether it names nobody, so that its receipt must not either.
        published: What the sheet of a workbook holds that may be published; empty for one to work from.
        group: The column of which each name has a sheet of its own in a workbook.
        chart: What is drawn below its list in a workbook.
        made_from: What it was made from, where the answer does not hold that.
        entries: Gives the days of some lines for a calendar, where the answer has days.
        made: Formats that this answer alone has, or makes in another way: what gives each, from the receipt.
    """

    title: str
    answer: object
    keys: tuple[str, ...] = ()
    lines: Callable[[], "Iterable[Line] | pl.DataFrame"] = tuple
    sections: Callable[[], Iterable[Section]] = tuple
    notes: tuple[str, ...] = ()
    statement: str = ""
    nameless: bool = False
    published: str = ""
    group: str | None = None
    chart: "ListChart | None" = None
    made_from: MadeFrom | None = None
    entries: Callable[[Iterable[Line]], Iterable["CalendarEntry"]] | None = None
    made: Mapping[str, Callable[[Receipt], Data]] = field(default_factory=dict)

    @classmethod
    def of_list(
        cls,
        title: str,
        answer: object,
        field: str,
        sections: Callable[[], Iterable[Section]] = tuple,
        **more: Any,  # noqa: ANN401 - any other field
    ) -> Self:
        """Return an answer whose list is one of its fields; its statement, if any, is on every copy."""
        held, kind = getattr(answer, field), kind_of(answer, field)
        said = getattr(answer, "statement", None)
        if said:
            more |= {"notes": (said,), "statement": said, "nameless": True}
        lines = (lambda: values(held)) if isinstance(held, tuple) else lambda: held.select(keys(kind))
        return cls(title, answer, keys(kind), lines, sections, **more)

    def rows(self) -> Iterable[Line]:
        """Return the lines of its list one by one."""
        lines: Any = self.lines()
        rows: Iterable[Line] = lines.iter_rows(named=True) if hasattr(lines, "iter_rows") else lines
        return rows

    def data(self, form: str, receipt: Receipt) -> Data:
        """Return it in a format that is data; its statement stands on every line."""
        from ehcp_timeline.output import data

        if form in self.made:
            return self.made[form](receipt)
        if form == "json":
            parts = data.json_parts({**streamed(self.answer), "receipt": values(receipt)})
            return (part.encode() for part in parts)
        if form == "ics" and self.entries:
            from ehcp_timeline.output.calendar import calendar_bytes

            return calendar_bytes(self.title, self.entries(self.rows()), receipt)
        return self._listed(form, receipt)

    def _listed(self, form: str, receipt: Receipt) -> Data:
        from ehcp_timeline.output import data

        said = {"statement": self.statement} if self.statement else {}
        keys = (*self.keys, *said)
        frame: Any = self.lines() if form in data.IN_BLOCKS else None
        if hasattr(frame, "iter_slices"):
            import polars as pl

            from ehcp_timeline.cases.source import ahead

            statement = (pl.lit(text).alias(key) for key, text in said.items())
            return ahead(data.IN_BLOCKS[form](frame.with_columns(statement)))
        lines = self.rows()
        if said or form not in ("csv", "md"):  # which look up their columns themselves
            lines = ({**{key: line[key] for key in self.keys}, **said} for line in lines)
        match form:
            case "csv":
                return data.csv_text(lines, keys)
            case "ndjson":
                return data.ndjson_text(lines)
            case "md":
                return data.markdown_text(lines, keys, self.title)
        if form != "xlsx":
            raise ValueError(form)  # a command offers only what its answer can be
        if self.published:
            from ehcp_timeline.output.publication import PublishedTable, publication_bytes

            table = PublishedTable("counts", self.title, keys, list(lines), self.published, {keys[0]: 30})
            return publication_bytes(self.title, [table], receipt=receipt, notes=self.notes)
        from ehcp_timeline.output.workbook import workbook_bytes

        return workbook_bytes(
            lines, keys, self.title, receipt, notes=self.notes, group=self.group, chart=self.chart
        )

    def parts(self, column: str) -> Iterator[tuple[str, int, Self]]:
        """Yield the list of each name in a column, that of no name first: name, number of lines, list."""
        parts: dict[str, list[Line]] = {}
        for line in self.rows():
            parts.setdefault(str(line[column] or "").strip(), []).append(line)
        for name, lines in sorted(parts.items()):
            title = f"{self.title}: {name}" if name else self.title
            yield name, len(lines), replace(self, title=title, lines=lines.__iter__)

    def shown(self) -> Iterator[Section]:
        """Yield what a person is shown, the statement first."""
        if self.statement:
            yield Section(before=(self.statement,))
        yield from self.sections()
