"""Fuzz one target with atheris: `fuzz.py TARGET [libFuzzer options]`; `make fuzz` runs all. See docs/testing.md.

What the fuzzer learns is kept in `.fuzz/` and what it breaks in `.fuzz/findings/`, both ignored by git. A finding is
run again with `fuzz.py TARGET FILE`; once it is mended, it becomes a seed in `tests/fuzz/corpus/TARGET/`.
"""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".fuzz"
WORDS = Path(__file__).with_name("words.dict")
MAX_BYTES = {"pdf_container": 65_536, "sd_jwt": 16_384, "status_list": 8_192}
OPTIONS = ("-timeout=10", "-rss_limit_mb=2048", "-verbosity=0", "-print_final_stats=1")


def main() -> None:
    """Instrument our packages, load the target and hand over to libFuzzer, which ends the process."""
    sys.path.insert(0, str(ROOT))
    name, *options = sys.argv[1:]
    import atheris

    with atheris.instrument_imports(include=["keys", "credential_schemas", "pypdf"]):
        from tests.fuzz.targets import CORPUS, TARGETS

    target = TARGETS[name]
    learnt, findings = WORK / name, WORK / "findings"
    learnt.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    files = [option for option in options if not option.startswith("-")]
    places = files or [str(learnt), str(CORPUS / name)]
    limits = [f"-max_len={MAX_BYTES.get(name, 4096)}", f"-artifact_prefix={findings / name}-", f"-dict={WORDS}"]
    settings = [option for option in options if option.startswith("-")]

    def run(data: bytes) -> None:
        try:
            target(data)
        except BaseException:  # whatever it is: the bytes are kept, and the fuzzer reports it
            (findings / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
            raise

    atheris.Setup([sys.argv[0], *OPTIONS, *limits, *settings, *places], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
