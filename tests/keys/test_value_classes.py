"""Values are what `dataclasses` would have made of the same lines: every test looks at both."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import pytest

from keys import value_classes, value_templates, values

T = TypeVar("T")


class Named(Protocol):
    """Something with a name."""

    name: str


def classes(maker: ModuleType) -> dict[str, Any]:
    """Return classes made from the same lines by `dataclasses` or by what is tested."""
    dataclass, field = maker.dataclass, maker.field

    @dataclass(frozen=True, slots=True)
    class Entry:
        """One of every kind of field."""

        name: str
        idx: "int"
        note: str | None = None
        detail: Mapping[str, int] = field(default_factory=dict)
        secret: bytes = field(default=b"", repr=False)
        seen: int = field(default=0, compare=False)
        total: int = field(init=False, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.idx + self.seen)

        def text(self) -> str:
            """Return name and number."""
            return f"{self.name} {self.idx}"

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """No field at all."""

    @dataclass(frozen=True, slots=True)
    class One:
        """A single field, compared as a tuple."""

        value: object

    @dataclass(frozen=True, slots=True)
    class Own:
        """Methods of its own stay."""

        value: int

        def __init__(self, text: str) -> None:
            object.__setattr__(self, "value", int(text))

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and self.value % 2 == other.value % 2

    @dataclass(frozen=True, slots=True)
    class OwnHash:
        """A hash of its own stays."""

        value: int

        def __hash__(self) -> int:
            return 7

    @dataclass(frozen=True, slots=True)
    class Boxed(Generic[T]):
        """Of any type."""

        value: T

    @dataclass(frozen=True, slots=True)
    class OfProtocol(Named):
        """A protocol brings no field."""

        name: str

    made = {each.__name__: each for each in (Entry, Nothing, One, Own, OwnHash, Boxed, OfProtocol)}
    for each in made.values():
        each.__qualname__ = each.__name__
    return made


OURS, STANDARD = classes(values), classes(dataclasses)
BOTH = [pytest.param(OURS, id="ours"), pytest.param(STANDARD, id="standard")]
NAMES = sorted(OURS)
Entry = OURS["Entry"]  # pickle finds classes by their name in a module


def value(made: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a class made at run time
    """Return an entry with every field given."""
    return made["Entry"]("a", 3, note="n", detail={"x": 1}, secret=b"s", seen=4)


def refusal(action: Callable[[], object]) -> tuple[type, str]:
    """Return class and message of what an action raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - compared with what the other raises
        action()
    return type(caught.value), str(caught.value)


def test_type_checkers_see_the_standard_decorator_and_programs_ours() -> None:
    assert (values.dataclass, values.field, values.replace) == (
        value_classes.dataclass,
        value_classes.field,
        value_classes.replace,
    )


@pytest.mark.parametrize("name", NAMES)
def test_class_has_the_members_that_the_standard_gives_it(name: str) -> None:
    own = {"__value_shape__"}
    assert set(vars(OURS[name])) - own == set(vars(STANDARD[name]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("attribute", ["__slots__", "__match_args__", "__doc__", "__module__", "__annotations__"])
def test_class_has_the_attributes_that_the_standard_gives_it(name: str, attribute: str) -> None:
    assert getattr(OURS[name], attribute) == getattr(STANDARD[name], attribute)


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_that_of_the_standard(name: str) -> None:
    ours, standard = inspect.signature(OURS[name]), inspect.signature(STANDARD[name])
    assert str(ours) == str(standard)
    assert OURS[name].__init__.__qualname__.endswith(f"{name}.__init__")


@pytest.mark.parametrize("name", NAMES)
def test_fields_are_those_of_the_standard(name: str) -> None:
    ours, standard = dataclasses.fields(OURS[name]), dataclasses.fields(STANDARD[name])
    assert [repr(each) for each in ours] == [repr(each) for each in standard]
    assert dataclasses.is_dataclass(OURS[name])
    assert OURS[name].__dataclass_params__.frozen
    assert OURS[name].__dataclass_fields__ is OURS[name].__dataclass_fields__


def test_object_holds_what_was_given_and_the_defaults() -> None:
    made = Entry("a", 1)
    assert (made.name, made.idx, made.note, made.detail, made.secret, made.seen) == ("a", 1, None, {}, b"", 0)
    assert made.total == 1
    assert made.text() == "a 1"


def test_factory_makes_a_default_for_each_object() -> None:
    assert Entry("a", 1).detail is not Entry("a", 1).detail


@pytest.mark.parametrize("made", BOTH)
def test_repr_names_class_and_shown_fields(made: Mapping[str, Any]) -> None:
    assert repr(value(made)) == "Entry(name='a', idx=3, note='n', detail={'x': 1}, seen=4)"
    assert repr(made["Nothing"]()) == "Nothing()"


@pytest.mark.parametrize("made", BOTH)
def test_repr_of_a_value_that_holds_itself_ends(made: Mapping[str, Any]) -> None:
    inside: list[object] = []
    one = made["One"](inside)
    inside.append(one)
    assert repr(one) == "One(value=[...])"


@pytest.mark.parametrize("made", BOTH)
def test_values_are_equal_when_their_compared_fields_are(made: Mapping[str, Any]) -> None:
    assert value(made) == value(made)
    assert value(made) == dataclasses.replace(value(made), seen=9)
    assert value(made) != dataclasses.replace(value(made), note="other")
    assert value(made) != ("a", 3, "n", {"x": 1}, b"s")
    assert made["Nothing"]() == made["Nothing"]()
    assert made["One"](1) != made["One"](2)


@pytest.mark.parametrize("made", BOTH)
def test_value_of_a_subclass_is_another(made: Mapping[str, Any]) -> None:
    class Sub(made["One"]):  # type: ignore[misc, name-defined, valid-type] # made at run time
        """With attributes of its own."""

    assert Sub(1) != made["One"](1)
    assert made["One"](1).__eq__(Sub(1)) is NotImplemented


def test_hash_is_that_of_the_compared_fields() -> None:
    assert hash(OURS["One"](5)) == hash(STANDARD["One"](5)) == hash((5,))
    assert hash(OURS["Nothing"]()) == hash(STANDARD["Nothing"]())
    assert refusal(lambda: hash(value(OURS))) == refusal(lambda: hash(value(STANDARD)))


@pytest.mark.parametrize("made", BOTH)
def test_methods_of_its_own_stay(made: Mapping[str, Any]) -> None:
    assert repr(made["Own"]("3")) == "own"
    assert made["Own"]("3").value == 3
    assert hash(made["Own"]("3")) == hash((3,))
    assert hash(made["OwnHash"](1)) == 7
    assert made["OwnHash"](1) == made["OwnHash"](1)


@pytest.mark.parametrize("made", BOTH)
def test_pattern_matching_takes_the_fields_in_order(made: Mapping[str, Any]) -> None:
    kind, found = made["Entry"], None
    match value(made):
        case kind(name, idx, note):
            found = (name, idx, note)
    assert found == ("a", 3, "n")


@pytest.mark.parametrize("name", ["name", "total"])
def test_attribute_cannot_be_set_or_deleted(name: str) -> None:
    assert refusal(lambda: setattr(value(OURS), name, 1)) == refusal(lambda: setattr(value(STANDARD), name, 1))
    assert refusal(lambda: delattr(value(OURS), name)) == refusal(lambda: delattr(value(STANDARD), name))
    assert refusal(lambda: setattr(value(OURS), name, 1))[0] is dataclasses.FrozenInstanceError


def test_unknown_attribute_is_refused_as_a_field_where_python_3_11_fails_over_itself() -> None:
    assert refusal(lambda: setattr(value(OURS), "unknown", 1)) == (
        dataclasses.FrozenInstanceError,
        "cannot assign to field 'unknown'",
    )


def test_subclass_may_have_attributes_of_its_own_beside_frozen_fields() -> None:
    class Sub(OURS["One"]):  # type: ignore[misc, name-defined, valid-type] # made at run time
        """With attributes of its own; Python 3.11 refuses them by a fault of its own."""

    sub = Sub(1)
    sub.other = 2
    assert sub.other == 2
    del sub.other
    assert not hasattr(sub, "other")
    assert refusal(lambda: setattr(sub, "value", 3)) == (
        dataclasses.FrozenInstanceError,
        "cannot assign to field 'value'",
    )
    assert refusal(lambda: delattr(sub, "value")) == (
        dataclasses.FrozenInstanceError,
        "cannot delete field 'value'",
    )


@pytest.mark.parametrize("made", BOTH)
def test_object_has_no_dictionary_and_no_weak_reference(made: Mapping[str, Any]) -> None:
    assert not hasattr(value(made), "__dict__")
    assert not hasattr(value(made), "__weakref__")


@pytest.mark.parametrize(
    ("name", "given", "named"),
    [("One", (), {}), ("One", (1, 2), {}), ("Entry", (1, 2), {"total": 3})],
    ids=["too few", "too many", "no argument"],
)
def test_arguments_are_refused_in_the_words_of_the_standard(
    name: str, given: tuple[int, ...], named: dict[str, int]
) -> None:
    refused = refusal(lambda: OURS[name](*given, **named))
    assert refused == refusal(lambda: STANDARD[name](*given, **named))
    assert refused[0] is TypeError


def test_value_is_pickled_and_copied_with_all_its_fields() -> None:
    one = value(OURS)
    for other in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
        assert other == one
        assert (other.seen, other.total) == (4, 7)
    assert one.__getstate__() == value(STANDARD).__getstate__()


@pytest.mark.parametrize("made", BOTH)
@pytest.mark.parametrize("replace", [values.replace, dataclasses.replace], ids=["ours", "standard"])
def test_replace_takes_values_of_both(made: Mapping[str, Any], replace: Callable[..., Any]) -> None:
    changed = replace(value(made), idx=10, note=None)
    assert (changed.name, changed.idx, changed.note, changed.seen, changed.total) == ("a", 10, None, 4, 14)


@pytest.mark.parametrize("changes", [{"total": 1}, {"unknown": 1}], ids=["no argument", "unknown"])
def test_replace_refuses_what_the_standard_refuses(changes: dict[str, int]) -> None:
    ours = refusal(lambda: values.replace(value(OURS), **changes))
    assert ours == refusal(lambda: dataclasses.replace(value(STANDARD), **changes))


def test_functions_of_the_standard_take_our_values() -> None:
    assert dataclasses.asdict(value(OURS)) == dataclasses.asdict(value(STANDARD))
    assert dataclasses.astuple(OURS["Boxed"](OURS["One"](1))) == ((1,),)


def wide(count: int, members: dict[str, object]) -> Any:  # noqa: ANN401 - a class made at run time
    """Return a class of values with so many fields."""
    body = {**members, "__annotations__": {f"field_{number}": int for number in range(count)}}
    return values.dataclass(frozen=True, slots=True)(type("Wide", (), body))


@pytest.mark.parametrize("count", range(23))
def test_every_number_of_fields_is_set_in_order(count: int) -> None:
    made = wide(count, {})(*range(count))
    assert made.__getstate__() == [*range(count)]


@pytest.mark.parametrize("count", range(9))
def test_post_init_runs_when_every_field_is_set(count: int) -> None:
    seen: list[object] = []
    wide(count, {"__post_init__": lambda self: seen.append(self.__getstate__())})(*range(count))
    assert seen == [[*range(count)]]


def test_templates_are_what_their_writer_writes() -> None:
    text = Path(value_templates.__file__).read_text("utf-8")
    plain = [value_classes.template_text(count, post_init=False) for count in range(20)]
    then = [value_classes.template_text(count, post_init=True) for count in range(1, 7)]
    assert text.split("\n\n\n")[1:] == [each.removesuffix("\n") for each in [*plain, *then[:-1]]] + [then[-1]]


@pytest.mark.parametrize("options", [{"frozen": False, "slots": True}, {"frozen": True, "slots": False}])
def test_other_kinds_of_classes_are_refused(options: dict[str, bool]) -> None:
    with pytest.raises(TypeError, match="expected frozen=True and slots=True"):
        value_classes.dataclass(**options)


def test_option_of_the_standard_that_is_not_known_is_refused() -> None:
    unknown: Any = value_classes.dataclass
    with pytest.raises(TypeError, match="order"):
        unknown(frozen=True, slots=True, order=True)


@pytest.mark.parametrize("made", BOTH)
def test_value_that_inherits_from_a_value_is_refused(made: Mapping[str, Any]) -> None:
    class Sub(made["One"]):  # type: ignore[misc, name-defined, valid-type] # made at run time
        """One more field."""

        more: int

    with pytest.raises(TypeError, match="Sub: a value inherits from no other"):
        value_classes.dataclass(frozen=True, slots=True)(Sub)


@pytest.mark.parametrize("name", ["__setattr__", "__delattr__", "__slots__"])
def test_members_that_the_decorator_brings_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match="Odd: the decorator brings"):
        value_classes.dataclass(frozen=True, slots=True)(type("Odd", (), {name: ()}))


@pytest.mark.parametrize(
    "annotation",
    [
        ClassVar[int],
        "ClassVar[int]",
        dataclasses.InitVar[int],
        "InitVar[int]",
        dataclasses.InitVar,
        dataclasses.KW_ONLY,
    ],
    ids=["class variable", "its text", "InitVar", "its text too", "InitVar of nothing", "KW_ONLY"],
)
def test_annotation_of_what_is_no_field_is_refused(annotation: object) -> None:
    odd = type("Odd", (), {"__annotations__": {"total": annotation}})
    with pytest.raises(TypeError, match=r"Odd\.total: expected the type of a field, found ClassVar"):
        value_classes.dataclass(frozen=True, slots=True)(odd)


@pytest.mark.parametrize(
    ("annotations", "members", "error"),
    [
        ({"a": int, "b": int}, {"a": 1}, TypeError),
        ({"a": list}, {"a": []}, ValueError),
    ],
    ids=["order", "mutable"],
)
def test_class_that_the_standard_refuses_is_refused_alike(
    annotations: dict[str, type], members: dict[str, object], error: type
) -> None:
    def odd(maker: ModuleType) -> object:
        body = members | {"__annotations__": dict(annotations), "__module__": __name__}
        return maker.dataclass(frozen=True, slots=True)(type("Odd", (), body))

    assert refusal(lambda: odd(values)) == refusal(lambda: odd(dataclasses))
    assert refusal(lambda: odd(values))[0] is error


def test_field_without_an_annotation_is_refused_alike() -> None:
    def odd(maker: ModuleType) -> object:
        return maker.dataclass(frozen=True, slots=True)(type("Odd", (), {"a": maker.field(), "__module__": __name__}))

    assert refusal(lambda: odd(values)) == refusal(lambda: odd(dataclasses))


@pytest.mark.parametrize(
    "told",
    [
        {"default": 1, "default_factory": int},
        {"default": 1, "init": False},
        {"default_factory": int, "init": False},
    ],
    ids=["both", "default of no argument", "factory of no argument"],
)
def test_field_with_two_sources_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="expected a default, a factory, or no argument"):
        value_classes.field(**told)


def test_making_and_using_values_loads_no_reader_of_source_code() -> None:
    program = (
        "import sys\n"
        "from keys.values import dataclass, field, replace\n"
        "@dataclass(frozen=True, slots=True)\n"
        "class A:\n"
        "    x: int\n"
        "    y: dict = field(default_factory=dict)\n"
        "assert replace(A(1), x=2) == A(2) and repr(A(1)) == 'A(x=1, y={})'\n"
        "print(sorted({'dataclasses', 'inspect', 'ast', 'dis', 'tokenize'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
