#!/bin/bash
# Judges the shards of an array when all of its tasks are done. See README.md beside this file.
#SBATCH --job-name=promptmatrix-merge
#SBATCH --output=promptmatrix-merge-%j.log
set -euo pipefail
cd "$SUITE"
runs=$(sed -n 's/^ *"run": "\(.*\)",*$/\1/p' "$SUBMITTED"/promptmatrix-"$ARRAY"-*.json)
# shellcheck disable=SC2086
promptmatrix merge $runs -o promptmatrix.xml -o promptmatrix.json "$@"
