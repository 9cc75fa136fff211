#!/bin/sh
# Check every certificate in FOLDER/certificates without a network; one Report a line on standard output.
#   offline_check.sh FOLDER
# FOLDER also holds trust.json and map.json, which names a token file for each status list. Ends as `check` does.
case ${1-} in -h | --help) exec sed -n '2,4s/^# //p' "$0" ;; esac
set -eu
folder=$1
shift
exec cb-verifier check "$folder"/certificates/* --trust "$folder/trust.json" --status-map "$folder/map.json" \
    --offline --json "$@"
