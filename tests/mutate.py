"""Change the code in one small place at a time and see which changes no test notices; `make mutate`, docs/mutation.md.

mutmut writes the changed functions (the mutants). They are run here, and not by mutmut, because that is many times
faster: the tests of a part are collected once, and every mutant is a fork of that process in which one function has
got another body. It runs the tests that reach the function, up to the first one that fails.

tests/mutation_plan.toml says which modules make a part, and which tests are run for it. The results are left in
`mutants/`, where tests/mutation_report.py reads them.
"""

import argparse
import ast
import gc
import json
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import threading
import tomllib
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import accumulate
from pathlib import Path
from time import monotonic, process_time
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NoReturn, TypeVar

import pytest
from _pytest.runner import runtestprotocol
from _pytest.warnings import catch_warnings_for_item

from tests.mutation_report import MUTANTS, ROOT, SENTENCE, SURVIVED, functions, original, sentences

Result = TypeVar("Result")
PLAN = ROOT / "tests" / "mutation_plan.toml"
SEED = 20261122
KILLED, BROKEN = 1, 3
PYTEST = (
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--assert=plain",
    "--tb=native",
    "-q",
)
FAST = ("-m", "not slow")
MUTMUT_IMPORT = "from mutmut.mutation.trampoline import wrap_in_trampoline as _mutmut_mutated, MutantDict"
OUR_IMPORT = "from mutants_of_this_run import changeable as _mutmut_mutated; MutantDict = dict"
CPU_SECONDS = 2  # for one test, beside four times what it takes without a mutant
WALL_SECONDS = 60  # beside forty times that; a test that takes longer waits for something that never comes
MEMORY_BYTES = 2**31
SLOW_SECONDS = 0.05
FIRST_SECONDS = 2.0  # for the tests of one mutant, and
FEW_EXAMPLES = 20  # of a property, unless everything is wanted


@dataclass(frozen=True, slots=True)
class Part:
    """Modules that are changed together, and the tests run for them; paths from the root of the repository."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    slow: bool = False


@dataclass(slots=True)
class Mutants:
    """What is changed in this process, and what happened to each mutant (None: not run)."""

    sources: dict[str, Path] = field(default_factory=dict)
    outcomes: dict[str, int | None] = field(default_factory=dict)
    chosen: str | None = None


class _Loader(SourceFileLoader):
    """Loads a module with all its mutants in it, none of them in use."""

    def get_code(self, fullname: str) -> CodeType:
        source = MUTANTS / Path(self.path).relative_to(ROOT)
        code: CodeType = compile(source.read_bytes(), str(source), "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if MADE.chosen:
            put_in_place(MADE.chosen)


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        source = MADE.sources.get(fullname)
        if source is None:
            return None
        return spec_from_file_location(fullname, source, loader=_Loader(fullname, str(source)))


MADE = Mutants()
FUNCTIONS: list[tuple[FunctionType, dict[str, Any]]] = []


def changeable(mutants: dict[str, Any], **_: bool) -> Callable[[FunctionType], FunctionType]:
    """Note a function and the mutants of it, which are filled in later; in place of the decorator of mutmut."""

    def note(function: FunctionType) -> FunctionType:
        FUNCTIONS.append((function, mutants))
        return function

    return note


def function_name(function: FunctionType, mutants: dict[str, Any]) -> str:
    """Return how mutmut names a function: its module and its mangled name."""
    name: str = mutants["_mutmut_orig"].__name__
    return f"{function.__module__}.{name.removesuffix('__mutmut_orig')}"


def put_in_place(mutant: str) -> None:
    """Give the function of a mutant the body of that mutant."""
    module, _, name = mutant.rpartition(".")
    for function, mutants in FUNCTIONS:
        if function.__module__ == module and name in mutants:
            body = getattr(mutants[name], "__func__", mutants[name])
            function.__code__ = body.__code__.replace(co_freevars=function.__code__.co_freevars)  # it may use none now
            function.__defaults__ = body.__defaults__
            function.__kwdefaults__ = body.__kwdefaults__


def functions_by_code() -> dict[CodeType, str]:
    return {function.__code__: function_name(function, mutants) for function, mutants in FUNCTIONS}


def passed(item: pytest.Item, following: pytest.Item | None) -> bool:
    with catch_warnings_for_item(item.config, item.ihook, "runtest", item):  # pytest does it where it runs a test
        return not any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


def pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    following: list[pytest.Item | None] = [*items[1:], None]
    yield from zip(items, following, strict=False)


class Reach:
    """Which functions each test reaches, and the seconds it takes.

    What is set up for many tests is set up by the first of them; the functions that it reaches are reached by all.
    """

    def __init__(self) -> None:
        self.functions: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        self._seen: set[CodeType] = set()
        self._set_up: set[CodeType] = set()

    def run(self, session: pytest.Session) -> "Reach":
        """Run every test once.

        Raises:
            RuntimeError: a test fails without any mutant.
        """
        session.config.pluginmanager.register(self)
        shared = {item: shared_fixtures(item) for item in session.items}
        for item, following in pairs(session.items):
            self._seen.clear()
            began = process_time()
            threading.settrace(self._note)
            sys.settrace(self._note)
            try:
                good = passed(item, following)
            finally:
                sys.settrace(None)
            self.seconds[item.nodeid] = process_time() - began
            if not good:
                raise RuntimeError(f"{item.nodeid} fails without a mutant")
            names = functions_by_code()
            self._keep([item], {names[code] for code in self._seen & names.keys()})
            if found := {names[code] for code in self._set_up & names.keys()}:
                self._keep([other for other in session.items if shared[item] & shared[other]], found)
        return self

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self._set_up = set(self._seen)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self._seen.add(frame.f_code)

    def _keep(self, items: Sequence[pytest.Item], functions: Collection[str]) -> None:
        for name in functions:
            self.functions.setdefault(name, set()).update(item.nodeid for item in items)


def reached_in(session: pytest.Session) -> tuple[dict[str, set[str]], dict[str, float]]:
    """Return the tests that reach each function, and the seconds each test takes."""
    reach = Reach().run(session)
    return reach.functions, reach.seconds


def shared_fixtures(item: pytest.Item) -> set[object]:
    """Return what a test asks for that is set up once for many tests."""
    found = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]  # there is no public way
    return {definitions[-1] for definitions in found if definitions[-1].scope != "function"}


class Runner:
    """Runs in place of the tests: first all of them as they are, then those that reach a mutant, for every mutant."""

    def __init__(self, wanted: Sequence[str], *, children: int, thorough: bool) -> None:
        self.wanted = wanted
        self.thorough = thorough
        self.children = children
        self.running: dict[int, tuple[str, int]] = {}
        self.killers: dict[str, set[str]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from hypothesis import Phase, settings  # pytest must be there before it

        suite = settings.get_profile("suite")
        examples = suite.max_examples if self.thorough else FEW_EXAMPLES
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", suite, max_examples=examples, phases=phases)
        settings.load_profile("mutants")  # a first failure is enough; nobody needs the smallest
        session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # one folder for all the forks
        reached, seconds = from_fork(lambda: reached_in(session))
        print(f"{len(self.wanted)} mutants, {len(session.items)} tests of {sum(seconds.values()):.1f} s", flush=True)
        gc.freeze()
        for number, mutant in enumerate(self.wanted):
            if number and number % 100 == 0:
                print(number, "of", len(self.wanted), flush=True)
                keep()
            function = mutant.rpartition("__mutmut_")[0]
            items = [item for item in session.items if item.nodeid in reached.get(function, ())]
            items = self.ordered(items, function, seconds)
            if len(self.running) == self.children:
                self.reap()
            self.start(mutant, items, seconds)
        while self.running:
            self.reap()
        return True

    def ordered(self, items: Sequence[pytest.Item], function: str, seconds: Mapping[str, float]) -> list[pytest.Item]:
        """Return the tests of a function as they are to be run: the fast ones, then the slow ones.

        Of each those come first that killed another mutant of the function, then those named after its module; the
        rest stands as it was collected, so that what a module sets up is set up once. Unless every test is wanted,
        what is left when the time for one mutant is over is left out.
        """
        killers, module = self.killers.get(function, set()), function.split(".")[-2]

        def rank(item: pytest.Item) -> tuple[bool, bool, bool]:
            own = item.path.stem.removeprefix("test_") in (module, module.removesuffix("s"))
            return seconds[item.nodeid] > SLOW_SECONDS, item.nodeid not in killers, not own

        found = sorted(items, key=rank)
        before = accumulate((seconds[item.nodeid] for item in found), initial=0.0)
        return [item for item, spent in zip(found, before, strict=False) if self.thorough or spent < FIRST_SECONDS]

    def start(self, mutant: str, items: Sequence[pytest.Item], seconds: Mapping[str, float]) -> None:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try_out(mutant, items, seconds, telling=writing)
        os.close(writing)
        self.running[child] = mutant, reading

    def reap(self) -> None:
        """Wait for one child, end what it started, and note what happened to its mutant."""
        child, status = os.wait()
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        mutant, reading = self.running.pop(child)
        with os.fdopen(reading) as told:
            self.killers.setdefault(mutant.rpartition("__mutmut_")[0], set()).update(told.read().splitlines())
        code = os.waitstatus_to_exitcode(status)
        MADE.outcomes[mutant] = None if code == BROKEN else code


def try_out(mutant: str, items: Sequence[pytest.Item], seconds: Mapping[str, float], *, telling: int) -> NoReturn:
    """Run the tests with one mutant, tell the first one that fails, and end this process with what happened."""
    code = BROKEN
    try:
        os.setpgid(0, 0)
        gc.disable()
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        MADE.chosen = mutant
        put_in_place(mutant)
        code = SURVIVED
        for item, following in pairs(items):
            limit = int(process_time() + CPU_SECONDS + 4 * seconds[item.nodeid])
            signal.alarm(int(WALL_SECONDS + 40 * seconds[item.nodeid]))
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            if not passed(item, following):
                os.write(telling, f"{item.nodeid}\n".encode())
                code = KILLED
                break
    except (KeyboardInterrupt, SystemExit, MemoryError, pytest.exit.Exception):
        code = KILLED
    except BaseException:  # noqa: BLE001  # the process ends here, whatever it was
        code = BROKEN
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def from_fork(work: Callable[[], Result]) -> Result:
    """Return what work returns in a process of its own, so that nothing it does is left behind here."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(), pipe)
        except BaseException:  # noqa: BLE001  # the process ends here, whatever it was
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        written = pipe.read()
    os.waitpid(child, 0)
    if not written:
        raise SystemExit("the tests do not pass without a mutant")
    result: Result = pickle.loads(written)
    return result


def module_name(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def make(part: Part, *, again: bool) -> dict[str, int | None]:
    """Write the mutants of a part, and return what is known of each: nothing yet, or what happened the last time."""
    from mutmut.mutation.file_mutation import mutate_file_contents  # too large to be forked with every mutant

    known: dict[str, int | None] = {}
    for name in part.modules:
        target = MUTANTS / name
        made = mutate_file_contents(name, (ROOT / name).read_text("utf-8"))
        code = made.code.replace(MUTMUT_IMPORT, OUR_IMPORT, 1)
        before = outcomes_that_stand(target, code) if again else {}
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(code, "utf-8")
        mutants = [f"{module_name(name)}.{mutant}" for mutant in made.mutant_names]
        known |= dict.fromkeys(mutants) | before | dict.fromkeys(sentences(target, mutants), SENTENCE)
    return known


def outcomes_that_stand(target: Path, code: str) -> dict[str, int | None]:
    """Return what happened the last time to the mutants of those functions that new code has as they were.

    Which of them change only a sentence is asked anew.
    """
    meta = Path(f"{target}.meta")
    if not meta.is_file():
        return {}
    old, new = (
        {name: ast.unparse(node) for name, node in functions(text).items()}
        for text in (target.read_text("utf-8"), code)
    )
    outcomes: dict[str, int | None] = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    return {
        mutant: outcome
        for mutant, outcome in outcomes.items()
        if outcome != SENTENCE
        and all(old[name] == new.get(name) for name in (mutant.rpartition(".")[2], original(mutant)))
    }


def keep() -> None:
    """Write what happened to the mutants so far, for the report and for --again."""
    for module, source in MADE.sources.items():
        codes = {name: code for name, code in MADE.outcomes.items() if name.rpartition(".")[0] == module}
        meta = Path(f"{MUTANTS / source.relative_to(ROOT)}.meta")
        meta.write_text(json.dumps({"exit_code_by_key": codes}, indent=0), "utf-8")


def run(part: Part, *, again: bool, thorough: bool, sample: int | None, children: int) -> int:
    """Run the mutants of one part in this process, and keep what happened to them."""
    os.chdir(ROOT)
    sys.modules["mutants_of_this_run"] = sys.modules[__name__]
    MADE.sources = {module_name(name): ROOT / name for name in part.modules}
    MADE.outcomes = from_fork(lambda: make(part, again=again))
    wanted = [name for name, code in MADE.outcomes.items() if code in ((None, SURVIVED) if again else (None,))]
    if sample is not None and sample < len(wanted):
        wanted = sorted(random.Random(SEED).sample(wanted, sample))  # a choice, not a secret
    sys.meta_path.insert(0, _Finder())
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        arguments = [*PYTEST, *(() if part.slow else FAST), f"--basetemp={temporary}/tests", *part.tests]
        code = pytest.main(arguments, plugins=[Runner(wanted, children=children, thorough=thorough)])
    keep()
    return int(code)


def files(patterns: Sequence[str]) -> list[str]:
    """Return the files that fit patterns of paths, or folders of tests, from the root of the repository."""
    return [str(path.relative_to(ROOT)) for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def parts() -> list[Part]:
    """Read the plan; a module belongs to the first part with a pattern that fits."""
    found: list[Part] = []
    taken: set[str] = set()
    for name, part in tomllib.loads(PLAN.read_text("utf-8")).items():
        modules = [path for path in dict.fromkeys(files(part["modules"])) if path not in taken]
        taken |= set(modules)
        changed = tuple(path for path in modules if not path.endswith("__init__.py"))
        found.append(Part(name, changed, tuple(files(part["tests"])), slow=part.get("slow", False)))
    return found


def chosen(words: Sequence[str]) -> list[Part]:
    """Return the parts of these names, and of the other parts the modules whose path fits one of the patterns."""
    found = []
    for part in parts():
        fits = tuple(path for path in part.modules if any(fnmatch(path, f"{word}*") for word in words))
        if not words or part.name in words:
            found.append(part)
        elif fits:
            found.append(replace(part, modules=fits))
    return found


def main() -> int:
    """Run the parts one after the other, each in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "words", nargs="*", help="parts, or patterns of paths such as keys/jws*; all of them if none"
    )
    arguments.add_argument("--again", action="store_true", help="only what survived the last time, or is new")
    arguments.add_argument("--thorough", action="store_true", help="all tests and examples, however long they take")
    arguments.add_argument("--sample", type=int, help="only so many mutants of a part, the same in every run")
    arguments.add_argument("--children", type=int, default=os.cpu_count() or 1)
    given = arguments.parse_args()
    found = chosen(given.words)
    if not found:
        print("no module of tests/mutation_plan.toml fits", file=sys.stderr)
        return 2
    for part in found:
        began = monotonic()
        code = from_fork(
            partial(run, part, again=given.again, thorough=given.thorough, sample=given.sample, children=given.children)
        )
        if code:
            return code
        print(f"{part.name}: {len(part.modules)} modules, {monotonic() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
