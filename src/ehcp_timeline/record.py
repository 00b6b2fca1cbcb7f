"""Cheap records, dataclasses of which nothing is compiled before one is made, and bounds on their values.

A dataclass writes and compiles up to nine functions where it is defined, 0.8 ms a class. A command defines
some 150 records and makes half of them. Here the methods are shared, but for `__init__`, which is compiled
when it is first called.
"""

import operator
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Annotated, Any

__all__ = ["field", "fields", "record", "replace"]

_put = object.__setattr__

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool = False, eq: bool = True, order: bool = False, **kind: bool) -> Callable:
        """Return the decorator that makes a class what `dataclasses.dataclass` makes it."""
        tests = (operator.eq, *(_ORDER if order else ())) if eq else ()

        def of(cls: type) -> type:
            own = dataclass(init=False, repr=False, eq=False, **kind)(cls)
            compared = [part.name for part in fields(own) if part.compare]
            by = operator.attrgetter(*compared) if compared else lambda _: ()
            own.__init__ = _compiled_when_called(own, frozen=frozen)
            methods = {f"__{test.__name__}__": _comparison(by, test) for test in tests} | {"__repr__": _repr}
            if eq:
                methods["__hash__"] = (lambda self: hash(by(self))) if frozen else None
            if frozen:
                methods |= {"__setattr__": _refuse, "__delattr__": _refuse, "__setstate__": _restore}
            for name in methods.keys() - vars(cls).keys():
                setattr(own, name, methods[name])
            return own

        return of


_ORDER = (operator.lt, operator.le, operator.gt, operator.ge)


def _compiled_when_called(own: type[Any], *, frozen: bool) -> Callable[..., None]:
    def method(self: object, *given: object, **named: object) -> None:
        own.__init__ = made = _init(own, frozen=frozen)
        made(self, *given, **named)

    return method


def _init(own: type[Any], *, frozen: bool) -> Callable[..., None]:
    """Return what sets the fields of a record, as a dataclass does."""
    scope: dict[str, Any] = {"_put": _put, "_NONE": MISSING}
    parameters, lines = ["self"], []
    for part in sorted(fields(own), key=operator.attrgetter("kw_only")):
        name, default, value = part.name, "", part.name if part.init else f"_{part.name}"
        if part.default is not MISSING:
            scope[f"_{name}"], default = part.default, f"=_{name}"
        elif part.default_factory is not MISSING:
            scope[f"_{name}"], default = part.default_factory, "=_NONE"
            value = f"_{name}() if {name} is _NONE else {name}" if part.init else f"_{name}()"
        elif not part.init:
            continue
        if part.kw_only and part.init and "*" not in parameters:
            parameters.append("*")
        if part.init:
            parameters.append(f"{name}{default}")
        lines.append(f"_put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(own, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), scope)  # noqa: S102 - as dataclasses do
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{own.__qualname__}.__init__"
    return made


def _comparison(
    by: Callable[[object], Any], test: Callable[[Any, Any], bool]
) -> Callable[[object, object], bool]:
    def method(self: object, other: object) -> bool:
        return test(by(self), by(other)) if other.__class__ is self.__class__ else NotImplemented

    return method


def _repr(self: Any) -> str:  # noqa: ANN401 - any record
    parts = (f"{part.name}={getattr(self, part.name)!r}" for part in fields(self) if part.repr)
    return f"{self.__class__.__qualname__}({', '.join(parts)})"


def _refuse(_: object, name: str, *__: object) -> None:
    raise FrozenInstanceError(f"cannot change `{name}` of a record; `replace` makes another")


def _restore(self: object, state: Any) -> None:  # noqa: ANN401 - as `object.__getstate__` gives it
    for part in (state,) if isinstance(state, dict) else state:
        for name, value in (part or {}).items():
            _put(self, name, value)


class _Bound:
    """A bound on a value, or on what it is where it is not null, for reading it and for its JSON Schema.

    `annotated_types` has the same, but to load it took a twentieth of the time of `ehcp timeline`.
    """

    def __init__(self, name: str, bound: float | str) -> None:
        self.name, self.bound = name, bound

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        """Put the bound where pydantic looks for it."""
        schema: dict[str, Any] = handler(source)
        value = schema["schema"] if schema["type"] == "nullable" else schema
        value[self.name] = self.bound
        return schema


def Ge(least: int) -> _Bound:  # noqa: N802 - as annotated_types names it
    """Say of a number that it is this or more."""
    return _Bound("ge", least)


def Le(most: int) -> _Bound:  # noqa: N802
    """Say of a number that it is this or less."""
    return _Bound("le", most)


Whole = Annotated[int, Ge(0)]
Percent = Annotated[float | None, Ge(0), Le(100)]
Sha256 = Annotated[str, _Bound("pattern", "^[0-9a-f]{64}$")]
