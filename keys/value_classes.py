"""Classes of values: what `@dataclass(frozen=True, slots=True)` makes, in a thirtieth of the time.

A program that checks one certificate makes eighty such classes before it reads a byte. Python's own decorator writes
six functions as text for each, compiles them, and loads the modules that read source code. Here only `__init__` is
of the class's own form: a template for its number of fields, compiled beforehand, gets their names. The rest are
functions that look at the names. Making an object is faster as well: a field is set by its slot, not by its name.

Left out, and refused when the class is made: other options than these two, values that inherit from values, fields
that are class variables, `InitVar`, `KW_ONLY`, fields with a default that no argument sets. A class without a
docstring gets none. For everything else an object is what `dataclasses` would have made, and its functions
(`fields`, `replace`, `asdict`, ...) take it. One fault of Python 3.11 is not repeated: setting what is no field raises
`FrozenInstanceError`, there TypeError.

Import from `keys.values`, which type checkers understand.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from reprlib import recursive_repr
from types import FunctionType, UnionType
from typing import Any, ClassVar, Final, NoReturn, TypeVar

from keys import value_templates

Setter = Callable[[Any, object], None]
_Value = TypeVar("_Value")
_TEMPLATES: Final[dict[str, Any]] = dict(vars(value_templates))
_MISSING: Final = object()


class _Factory:
    """Stands in a signature for a default that is made for each object."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY: Final = _Factory()


class ValueField:
    """What `field()` was told about one field; the arguments are those of `dataclasses.field`."""

    __slots__ = ("compare", "default", "default_factory", "init", "repr")

    def __init__(
        self,
        default: object = _MISSING,
        default_factory: Callable[[], object] | None = None,
        *,
        init: bool = True,
        repr: bool = True,  # noqa: A002 - the name it has in `dataclasses`
        compare: bool = True,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare

    def has_default(self) -> bool:
        """Return whether an argument may be left out."""
        return self.default is not _MISSING or self.default_factory is not None

    def options(self) -> dict[str, object]:
        """Return the arguments with which `dataclasses.field` makes the same."""
        told: dict[str, object] = {"init": self.init, "repr": self.repr, "compare": self.compare}
        if self.default is not _MISSING:
            told["default"] = self.default
        if self.default_factory is not None:
            told["default_factory"] = self.default_factory
        return told


def field(
    *,
    default: object = _MISSING,
    default_factory: Callable[[], object] | None = None,
    init: bool = True,
    repr: bool = True,  # noqa: A002 - the name it has in `dataclasses`
    compare: bool = True,
) -> Any:  # noqa: ANN401 - stands for a value of the field's type
    """Say more about a field than its type, as `dataclasses.field` does.

    Raises:
        TypeError: a default and a factory, or either for a field that is no argument.
    """
    told = ValueField(default, default_factory, init=init, repr=repr, compare=compare)
    if (default is not _MISSING and default_factory is not None) or (told.has_default() and not init):
        raise TypeError("expected a default, a factory, or no argument, found two of them")
    return told


class _Shape:
    """What the functions of a class have to know: its fields, and how to set them."""

    __slots__ = ("annotations", "fields", "names", "owner", "setters", "shown", "twin")

    def __init__(self, owner: type, fields: Mapping[str, ValueField], annotations: Mapping[str, object]) -> None:
        self.owner = owner
        self.fields = fields
        self.annotations = annotations
        self.names = tuple(fields)
        self.shown = tuple(name for name, told in fields.items() if told.repr)
        self.setters: tuple[Setter, ...] = tuple(owner.__dict__[name].__set__ for name in fields)
        self.twin: Any = None

    def standard(self) -> Any:  # noqa: ANN401 - a class that exists only now
        """Return the class that `dataclasses` makes of the same fields; most programs never ask."""
        if self.twin is None:
            import dataclasses

            described: Any = dataclasses.field
            fields = [(name, self.annotations[name], described(**told.options())) for name, told in self.fields.items()]
            self.twin = dataclasses.make_dataclass(self.owner.__name__, fields, frozen=True, slots=True)
        return self.twin


class _Standard:
    """An attribute that `dataclasses` looks for in a class, worked out when it does."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: Any) -> object:  # noqa: ANN401 - a class with a `_Shape`
        return getattr(owner.__value_shape__.standard(), self._name)


class _Made:
    """The methods that all classes of values share; `__value_shape__` is that of the object's own class."""

    __value_shape__: ClassVar[_Shape]

    @recursive_repr()
    def __repr__(self) -> str:
        told = ", ".join([f"{name}={getattr(self, name)!r}" for name in self.__value_shape__.shown])
        return f"{type(self).__qualname__}({told})"

    def __setattr__(self, name: str, value: object) -> None:
        shape = self.__value_shape__
        if type(self) is shape.owner or name in shape.fields:
            _refuse_change(f"cannot assign to field {name!r}")
        super(shape.owner, self).__setattr__(name, value)  # type: ignore[arg-type] # the object's own class

    def __delattr__(self, name: str) -> None:
        shape = self.__value_shape__
        if type(self) is shape.owner or name in shape.fields:
            _refuse_change(f"cannot delete field {name!r}")
        super(shape.owner, self).__delattr__(name)  # type: ignore[arg-type] # the object's own class

    def __getstate__(self) -> list[object]:
        return [getattr(self, name) for name in self.__value_shape__.names]

    def __setstate__(self, state: list[object]) -> None:
        for put, value in zip(self.__value_shape__.setters, state, strict=False):
            put(self, value)


_SHARED: Final = {
    "__repr__": _Made.__repr__,
    "__getstate__": _Made.__getstate__,
    "__setstate__": _Made.__setstate__,
    "__dataclass_fields__": _Standard("__dataclass_fields__"),
    "__dataclass_params__": _Standard("__dataclass_params__"),
}


def _refuse_change(message: str) -> NoReturn:
    from dataclasses import FrozenInstanceError  # loads what reads source code

    raise FrozenInstanceError(message)


def dataclass(*, frozen: bool, slots: bool) -> Callable[[type[_Value]], type[_Value]]:
    """Return the decorator that makes a class of values.

    Raises:
        TypeError: not frozen, or without slots.
    """
    if not (frozen and slots):
        raise TypeError("expected frozen=True and slots=True; `dataclasses` makes other classes")
    return _value_class


def _value_class(cls: type[_Value]) -> type[_Value]:
    members = dict(cls.__dict__)
    if any("__dataclass_fields__" in base.__dict__ for base in cls.__mro__[1:]):
        raise TypeError(f"{cls.__name__}: a value inherits from no other")
    if "__setattr__" in members or "__delattr__" in members or "__slots__" in members:
        raise TypeError(f"{cls.__name__}: the decorator brings __setattr__, __delattr__ and __slots__")
    annotations = members.get("__annotations__", {})
    fields = {name: _field_of(cls, name, members.pop(name, _MISSING), annotations[name]) for name in annotations}
    stray = [name for name, each in members.items() if isinstance(each, ValueField)]
    if stray:
        raise TypeError(f"{stray[0]!r} is a field but has no type annotation")
    for implied in ("__dict__", "__weakref__"):
        members.pop(implied, None)
    if "__eq__" in members and members.get("__hash__", _MISSING) is None:
        del members["__hash__"]  # Python puts it beside every __eq__
    metaclass: Any = type(cls)
    made: Any = metaclass(
        cls.__name__,
        cls.__bases__,
        {
            **_SHARED,
            **_comparison(tuple(name for name, told in fields.items() if told.compare)),
            "__match_args__": tuple(name for name, told in fields.items() if told.init),
            **members,
            "__setattr__": _Made.__setattr__,
            "__delattr__": _Made.__delattr__,
            "__slots__": tuple(fields),
        },
    )
    made.__qualname__ = cls.__qualname__
    made.__value_shape__ = _Shape(made, fields, annotations)
    if "__init__" not in members:
        made.__init__ = _initialiser(made)
    result: type[_Value] = made
    return result


def _field_of(cls: type, name: str, given: object, annotation: object) -> ValueField:
    told = given if isinstance(given, ValueField) else ValueField(given)
    if _is_special(annotation):
        raise TypeError(f"{cls.__name__}.{name}: expected the type of a field, found ClassVar, InitVar or KW_ONLY")
    if type(told.default).__hash__ is None:
        raise ValueError(f"mutable default {type(told.default)} for field {name} is not allowed: use default_factory")
    return told


def _is_special(annotation: Any) -> bool:  # noqa: ANN401 - whatever stands behind a colon
    kind = type(annotation)
    if kind is type or kind is UnionType:
        return bool(annotation.__module__ == "dataclasses")
    if kind is str:
        return bool(annotation.startswith(("ClassVar", "InitVar")))
    origin = getattr(annotation, "__origin__", annotation)
    return origin is ClassVar or "dataclasses" in (type(origin).__module__, getattr(origin, "__module__", ""))


def _comparison(names: tuple[str, ...]) -> dict[str, Callable[..., object]]:
    """Return `__eq__` and `__hash__` over these fields, which compare and hash as a tuple."""
    values = _getter(names)

    def __eq__(self: object, other: object) -> bool:  # noqa: N807 - a method of the class that is made
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:  # noqa: N807 - a method of the class that is made
        return hash(values(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _getter(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple([getattr(value, name) for name in names])


def _initialiser(cls: Any) -> Callable[..., None]:  # noqa: ANN401 - the class that is being made
    shape: _Shape = cls.__value_shape__
    arguments = [(name, told) for name, told in shape.fields.items() if told.init]
    defaults: list[object] = []
    for name, told in arguments:
        if told.has_default():
            defaults.append(_FACTORY if told.default_factory is not None else told.default)
        elif defaults:
            raise TypeError(f"non-default argument {name!r} follows default argument")
    setters = [
        put if told.default_factory is None else _with_factory(put, told.default_factory)
        for put, told in zip(shape.setters, shape.fields.values(), strict=True)
        if told.init
    ]
    function = _template(len(setters), hasattr(cls, "__post_init__"))(*setters)
    names = tuple([name for name, _ in arguments])
    function.__code__ = function.__code__.replace(co_varnames=("self", *names))
    function.__defaults__ = tuple(defaults) or None
    function.__annotations__ = {name: shape.annotations[name] for name in names} | {"return": None}
    function.__qualname__ = f"{cls.__qualname__}.__init__"
    return function


def _with_factory(put: Setter, default_factory: Callable[[], object]) -> Setter:
    return lambda value, given: put(value, default_factory() if given is _FACTORY else given)


def template_text(count: int, *, post_init: bool) -> str:
    """Return the lines of a function that makes an `__init__` of this many arguments out of what sets their fields.

    They hold numbers only, no name of a field: nothing that a class says is ever compiled.
    """
    setters, arguments = ([f"{letter}{number}" for number in range(count)] for letter in "sa")
    body = [f"s{number}(self, a{number})" for number in range(count)] + ["self.__post_init__()"] * post_init
    lines = "".join([f"        {line}\n" for line in body or ["pass"]])
    return (
        f"def init{count}{'_then' * post_init}({', '.join(setters)}):\n"
        f"    def __init__({', '.join(['self', *arguments])}):\n{lines}\n    return __init__\n"
    )


def _template(count: int, post_init: bool) -> Callable[..., FunctionType]:  # noqa: FBT001 - of the class
    """Return such a function; those that many classes need are in a module, which Python keeps compiled."""
    name = f"init{count}{'_then' * post_init}"
    if name not in _TEMPLATES:
        exec(template_text(count, post_init=post_init), _TEMPLATES)  # noqa: S102 - see there
    made: Callable[..., FunctionType] = _TEMPLATES[name]
    return made


def replace(value: _Value, /, **changes: object) -> _Value:
    """Return a value like this one, with other contents in some fields, as `dataclasses.replace` does.

    Raises:
        TypeError: no field of this name.
        ValueError: a field that is no argument.
    """
    kind: Any = type(value)
    shape: _Shape | None = getattr(kind, "__value_shape__", None)
    if shape is None:
        import dataclasses

        other: Any = value
        replaced: _Value = dataclasses.replace(other, **changes)
        return replaced
    for name, told in shape.fields.items():
        if not told.init:
            if name in changes:
                raise ValueError(f"field {name} is declared with init=False, it cannot be specified with replace()")
        elif name not in changes:
            changes[name] = getattr(value, name)
    made: _Value = kind(**changes)
    return made
