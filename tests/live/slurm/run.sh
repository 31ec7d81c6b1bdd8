#!/usr/bin/env bash
# Takes this repository's suite through a real Slurm. See README.md beside this file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
if [ -z "${SLURM_CONF:-}" ]; then
    trap '"$here/down.sh" "$work/slurm"; rm -rf "$work"' EXIT
    "$here/up.sh" "$work/slurm"
    export SLURM_CONF=$work/slurm/slurm.conf
else
    trap 'rm -rf "$work"' EXIT
fi
binary=${PROMPTMATRIX_BIN:-}
if [ -z "$binary" ]; then
    cargo build --quiet --manifest-path "$repository/Cargo.toml"
    binary=$repository/target/debug/promptmatrix
fi
mkdir "$work/bin" && ln -s "$binary" "$work/bin/promptmatrix"
export PATH=$work/bin:$PATH SUITE=$work/suite SUBMITTED=$work/logs
mkdir "$SUITE" "$SUBMITTED"
cd "$repository"
cp -r promptmatrix.toml promptmatrix.lock prompts schemas snapshots examples "$SUITE"
cp -r "$SUITE" "$work/single"

# The parts of a run that do not name it or its time.
said() {
    python3 - "$1" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))
cells = [[cell["cell"], cell["status"], [trial.get("value") for trial in cell["trials"]]] for cell in run["cells"]]
print(json.dumps([cells, run["groups"], run["exit_code"]], sort_keys=True))
PY
}

single=0
(cd "$work/single" && promptmatrix run --quiet -o single.json >/dev/null) || single=$?

cd "$SUBMITTED"
scripts=$repository/examples/ci/slurm
array=$(sbatch --parsable --array=1-8 "$scripts/shard.sh")
merged=0
sbatch --dependency="afterany:$array" --export=ALL,ARRAY="$array" --wait "$scripts/merge.sh" || merged=$?
cat promptmatrix-merge-*.log
[ "$single" = "$merged" ] || { echo "one process ends with $single, the merge job with $merged" >&2; exit 1; }
diff <(said "$work/single/single.json") <(said "$SUITE/promptmatrix.json")
echo "8 shards say what one process says, exit code $merged"

rm "promptmatrix-$array-3.json"
lost=0
sbatch --export=ALL,ARRAY="$array" --wait "$scripts/merge.sh" || lost=$?
[ "$lost" = 2 ] && grep -h "there is no run of shard 3/8" promptmatrix-merge-*.log
