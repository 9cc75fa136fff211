"""Read the results of a batch and list what a person must look at, with the reason: tab-separated, one line each.

Needs nothing but Python. A certificate that is valid and belongs to its application needs nobody. Everything else does:
none of it is a reason to reject anybody by program.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path


def reason(line: dict) -> str | None:
    """Return why a person must look at a file, or None."""
    if "error" in line:
        return line["error"]["message"]["ko"]
    if line["verdict"] != "valid":
        problems = [
            check for outcome in ("failed", "unknown") for check in line["checks"] if check["outcome"] == outcome
        ]
        return problems[0]["message"]["ko"]
    match = line["batch"]["match"]
    if match is not None and match["result"] != "yes":
        return f"지원서와 대조: {match['why']}"
    return None


def to_look_at(results: Path) -> Iterator[tuple[str, str, str]]:
    """Yield applicant number, file and reason."""
    with results.open(encoding="ascii") as lines:
        for text in lines:
            line = json.loads(text)
            why = reason(line)
            if why is not None:
                name = line["error"]["name"] if "error" in line else line["evidence"]["name"]
                yield line["batch"]["applicant_no"] or "", name, why


def main() -> None:
    """Print the list with a heading; characters that could break a line are written out."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, metavar="RESULTS.jsonl")
    results = parser.parse_args().results
    print("applicant_no\tfile\treason")
    for cells in to_look_at(results):
        print("\t".join(json.dumps(cell, ensure_ascii=False)[1:-1] for cell in cells))


if __name__ == "__main__":
    main()
