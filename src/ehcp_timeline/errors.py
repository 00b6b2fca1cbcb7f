"""What can go wrong outside a case, as exceptions.

Faults in a case file are values (`cases.model.Problem`), never exceptions: they stand in the output
beside the cases that could be judged. What stops the whole run is one of these, each with its exit code::

    EhcpError                 2
    ├── UsageError            2   the command's words do not fit together
    ├── ConfigError           2   ehcp.toml cannot be used
    ├── CaseFileError         2   the file cannot be read as a case file at all
    │   └── DateOrderError    2   its dates make sense only with day and month the other way round
    ├── RulebookError         2   the rulebook has faults; all of them are listed
    ├── OutputError           2   the answer cannot be written where it was asked for
    └── ReadersDisagreeError  2   the two readers gave different answers; nothing is written
"""


class EhcpError(Exception):
    """Something stopped the whole run.

    Attributes:
        message: What went wrong and where, in one line.
        hint: What to try, or an empty string.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message and the hint on one line."""
        return f"{self.message}. {self.hint}" if self.hint else self.message


class UsageError(EhcpError):
    """The command's words do not fit together."""


class ConfigError(EhcpError):
    """The configuration file cannot be used."""


class CaseFileError(EhcpError):
    """The file cannot be read as a case file at all."""


class DateOrderError(CaseFileError):
    """The dates of some columns make sense only with day and month the other way round.

    Attributes:
        columns: Those columns.
    """

    def __init__(self, message: str, hint: str, columns: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.columns = columns


class RulebookError(EhcpError):
    """The rulebook has faults.

    Attributes:
        faults: Every fault, each with its file, its key path and what to try.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"the rulebook has {count}:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = faults


class OutputError(EhcpError):
    """The answer cannot be written where it was asked for."""


class TerminatedError(BaseException):
    """The system asks the process to end (SIGTERM)."""


class ReadersDisagreeError(EhcpError):
    """The two readers of the law gave different answers for one row."""
