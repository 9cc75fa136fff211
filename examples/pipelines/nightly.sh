#!/bin/sh
# Check the applications of the day and list what a person must look at. Nothing is rejected by a program.
#   nightly.sh FOLDER MANIFEST OUT.jsonl [option of cb-verifier batch ...]
# Run it again after a crash: it goes on where it stopped. Ends with 0 when there is nothing to look at, else with 1.
case ${1-} in -h | --help) exec sed -n '2,4s/^# //p' "$0" ;; esac
set -u
folder=$1 manifest=$2 out=$3
shift 3

code=0
cb-verifier batch "$folder" --manifest "$manifest" --out "$out" --resume --json "$@" >"$out.printed" || code=$?
case $code in
    0 | 1 | 3 | 4) ;; # every file has its line; what the lines say is for people
    70) echo "some files could not be checked; tell whoever runs the program" >&2 ;;
    *) exit "$code" ;; # 2: nothing was checked
esac

python3 "$(dirname "$0")/to_look_at.py" "$out" >"$out.to-look-at.tsv"
[ "$(wc -l <"$out.to-look-at.tsv")" -eq 1 ]
