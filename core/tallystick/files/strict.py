"""Strict structuring: cattrs without its good will. No 7.9 becomes 7, no "no" becomes true, no key is passed over.

The keys of every file are declared as attrs classes with :func:`key`; the choices of a rule (texts, flags,
enums, filters) are structured by the same converter. All that is wrong comes back at once, each at its place.
"""

from __future__ import annotations

import datetime
import enum
import typing
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, TypeVar

import attrs
import cattrs
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError
from cattrs.gen import make_dict_structure_fn, override

from tallystick.files.spots import Refusal, Spot
from tallystick.files.values import check_limits, shown, value_of
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile, wrong_with

T = TypeVar("T")
_NAME = "toml"


class FrozenMap(Mapping[str, Any]):
    """A mapping that can be hashed, so that a filter may be part of a rule's shape; equal to any equal mapping."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(sorted(items.items()))

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"


def key(meaning: str, *, default: Any = attrs.NOTHING, toml: str = "", example: str = "") -> Any:
    """Declare a key of a file: what it means, and its name in the file where Python cannot have that name."""
    return attrs.field(default=default, metadata={"meaning": meaning, _NAME: toml, "example": example}, kw_only=True)


@typing.dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(key,))
def keys(cls: type[T]) -> type[T]:
    """Declare the class below as the keys of one table of a file."""
    return attrs.frozen(kw_only=True)(cls)


def key_name(attribute: Any) -> str:
    """The key's name in the file."""
    return str(attribute.metadata.get(_NAME) or attribute.name)


def structured(cls: type[T], given: Any, spot: Spot, faults: list[Fault]) -> T | None:
    """Return a value of ``cls``; where anything is wrong, add every fault and return None."""
    try:
        return CONVERTER.structure(given, cls)
    except Exception as error:
        faults.extend(_faults_of(error, spot, cls))
        return None


def _faults_of(error: BaseException, spot: Spot, cls: Any) -> Iterator[Fault]:
    if isinstance(error, ClassValidationError):
        names = {a.name: a for a in attrs.fields(error.cl)}
        for inner, note in error.group_exceptions()[0]:
            yield from _faults_of(inner, spot.at(key_name(names[note.name])), note.type)
        for inner in error.group_exceptions()[1]:
            yield from _faults_of(inner, spot, error.cl)
    elif isinstance(error, IterableValidationError):
        for inner, item in error.group_exceptions()[0]:
            yield from _faults_of(inner, spot.at(item.index), item.type)
        for inner in error.group_exceptions()[1]:
            yield from _faults_of(inner, spot, cls)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [key_name(a) for a in attrs.fields(error.cl)]
        for name in sorted(error.extra_fields):
            yield unknown_key(name, known, spot)
    elif isinstance(error, Refusal):
        yield error.at(spot)
    elif isinstance(error, _Missing):
        yield spot.fault("key/missing", f"{error.name} is missing", error.meaning, error.write)
    else:
        raise error


def unknown_key(name: str, known: typing.Iterable[str], spot: Spot) -> Fault:
    """The fault of a key that nothing reads, at the key."""
    found, write = f'there is no key "{name}" here', did_you_mean(name, known)
    return spot.at(name).fault("key/unknown", found, "nothing would read it", write, key=True)


class _Missing(Exception):  # noqa: N818 - it is told at its place and never leaves this module
    def __init__(self, attribute: Any) -> None:
        super().__init__(attribute.name)
        self.name = key_name(attribute)
        self.meaning = attribute.metadata.get("meaning", "")
        example = attribute.metadata.get("example", "") or "…"
        self.write = f"{self.name} = {example}"


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    kinds = ((bool, Kind.FLAG), (int, Kind.COUNT), (datetime.date, Kind.DAY), (Fraction, Kind.RATE))
    for of, kind in kinds:
        converter.register_structure_hook(of, _reader(kind))
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook_func(lambda of: _origin(of) is Literal, _choice)
    converter.register_structure_hook_func(lambda of: isinstance(of, type) and issubclass(of, enum.Enum), _member)
    converter.register_structure_hook_func(_is_texts, lambda given, of: _texts(given, converter, _args(of)[0]))
    converter.register_structure_hook_func(
        lambda of: _origin(of) is dict, lambda given, of: _mapping(given, converter, _args(of)[1])
    )
    converter.register_structure_hook(Profile, _profile)
    converter.register_structure_hook_factory(attrs.has, lambda cls: _table(cls, converter))
    return converter


def _origin(of: Any) -> Any:
    return typing.get_origin(of)


def _args(of: Any) -> tuple[Any, ...]:
    return typing.get_args(of)


def _reader(kind: Kind) -> Callable[[Any, Any], Any]:
    return lambda given, of: value_of(kind, given)


def _text(given: Any, of: Any) -> str:
    if isinstance(given, str):
        return given
    number = isinstance(given, int) and not isinstance(given, bool)
    write = f'"{given}", in quotes' if number else 'text in quotes: "…"'
    raise Refusal("value/kind", f"{shown(given)} is not a text", "", write)


def _choice(given: Any, of: Any) -> Any:
    return _one_of(given, typing.get_args(of))


def _member(given: Any, of: Any) -> Any:
    _one_of(given, [member.value for member in of])
    return of(given)


def _one_of(given: Any, allowed: typing.Sequence[Any]) -> Any:
    if isinstance(given, bool) or given not in allowed:
        choices = [str(one) for one in allowed]
        advice = did_you_mean(given, choices) if isinstance(given, str) else ""
        write = " or ".join(shown(one) for one in allowed)
        raise Refusal("value/choice", f"{shown(given)} is not one of the choices here", advice, write)
    return given


def _is_texts(of: Any) -> bool:
    args = typing.get_args(of)
    return typing.get_origin(of) is tuple and len(args) == 2 and args[1] is Ellipsis and _is_text(args[0])


def _is_text(of: Any) -> bool:
    return isinstance(of, type) and issubclass(of, str | enum.Enum)


def _texts(given: Any, converter: cattrs.Converter, of: Any) -> tuple[Any, ...]:
    if isinstance(given, str):
        return (converter.structure(given, of),)
    if not isinstance(given, list | tuple):
        raise Refusal("value/kind", f"{shown(given)} is not a list of texts", "", '["first", "second"]')
    items: list[Any] = converter.structure(list(given), list[of])
    return tuple(items)


def _profile(given: Any, of: Any) -> Profile:
    """Twelve rates; one that cannot be read is told at its own place, a wrong sum at the list's."""
    write = 'twelve rates that sum to 100%, such as "8%", one for each month of the contract\'s year'
    if not isinstance(given, list | tuple):
        raise Refusal("value/kind", f"{shown(given)} is not a list of rates", "", write)
    months, wrong = [], []
    for place, one in enumerate(given):
        try:
            months.append(value_of(Kind.RATE, one))
            check_limits(Kind.RATE, months[-1], one, 0, 1)
        except Refusal as refusal:
            refusal.__notes__ = [cattrs.IterableValidationNote("", place, of)]
            wrong.append(refusal)
    if wrong:
        raise IterableValidationError("in a profile", wrong, tuple)
    if says := wrong_with(tuple(months)):
        raise Refusal("value/profile", says, "the twelve parts have to be the year, to the penny", write)
    return Profile(tuple(months))


def _mapping(given: Any, converter: cattrs.Converter, of: Any) -> FrozenMap:
    if not isinstance(given, Mapping):
        raise Refusal("value/kind", f"{shown(given)} is not a table", "", '{ column = ["code"] }')
    made, wrong = {}, []
    for name, one in given.items():
        try:
            made[name] = converter.structure(one, of)
        except Exception as error:
            error.__notes__ = [*getattr(error, "__notes__", []), cattrs.IterableValidationNote("", name, of)]
            wrong.append(error)
    if wrong:
        raise IterableValidationError("in a table", wrong, dict)
    return FrozenMap(made)


def _table(cls: type, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    names = {a.name: override(rename=key_name(a)) for a in attrs.fields(cls)}
    read: Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **names)  # type: ignore[arg-type]

    def structure(given: Any, of: Any) -> Any:
        if not isinstance(given, Mapping):
            raise Refusal("value/kind", f"{shown(given)} is not a table", "", "a [table], or { key = value }")
        try:
            return read(given, of)
        except ClassValidationError as error:
            raise ClassValidationError(error.message, [_named(one, cls) for one in error.exceptions], cls) from None

    return structure


def _named(error: BaseException, cls: type) -> Any:
    """A missing key as what it is: the generated code says it as a KeyError."""
    if not isinstance(error, KeyError):
        return error
    attribute = next(a for a in attrs.fields(cls) if key_name(a) == error.args[0])
    return _Missing(attribute)


CONVERTER = _converter()
"""The one converter of the files; it holds no state between values."""
