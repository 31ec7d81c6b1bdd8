#!/usr/bin/env bash
# Runs a matrix against a real llama.cpp server with constrained decoding, replays it with the server gone, and swaps the model
# behind the same alias. Started by hand; README.md says what it needs and what it shows.
# usage: tests/live/run.sh [START] [PORT]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
start=${1:-${LLAMA_UP:?give the script that starts the server: an argument, or LLAMA_UP}}
port=${2:-8137}
binary=${PROMPTMATRIX_BIN:-}
if [ -z "$binary" ]; then
    cargo build --quiet --manifest-path "$here/../../Cargo.toml"
    binary=$here/../../target/debug/promptmatrix
fi
work=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
        server=
    fi
}
trap 'stop; rm -rf "$work"' EXIT
serve() {
    stop
    server=$("$start" "$1" "$port" | tail -n 1)
    echo "-- $1 serves as \`tiny\` on port $port"
}

cp -R "$here/suite/." "$work"
mkdir "$work/.git" # so that no config above is found
sed -i.bak "s|@URL@|http://127.0.0.1:$port|" "$work/promptmatrix.toml"
cd "$work"
unset PROMPTMATRIX_CONFIG PROMPTMATRIX_PROFILE PROMPTMATRIX_OFFLINE CI GITHUB_ACTIONS
failed=0
# expect WORDS CODES COMMAND...: runs it, and says whether it ended with one of these codes.
expect() {
    local words=$1 wanted=$2 code=0
    shift 2
    "$binary" "$@" >out.txt 2>err.txt || code=$?
    if [[ " $wanted " == *" $code "* ]]; then
        echo "ok    $words (exit code $code)"
    else
        echo "FAIL  $words: exit code $code, not $wanted"
        cat out.txt err.txt
        failed=1
    fi
    grep '^Result' out.txt || true
}
# The numbers of a run: cells, those with a valid answer, and each cause with its cells.
figures() {
    python3 - "$1" <<'PY'
import collections, json, sys
run = json.load(open(sys.argv[1]))
rows = collections.defaultdict(collections.Counter)
broken = collections.Counter()
for cell in run["cells"]:
    where = cell["cell"].split("/")[0] + " @" + cell["cell"].split("@")[1]
    for trial in cell["trials"]:
        rows[where][trial.get("cause", "valid")] += 1
        broken.update(f"{v['keyword']} {v['pointer']}" for v in trial.get("violations", []))
for where, causes in sorted(rows.items()):
    print(f"        {where:<18}" + ", ".join(f"{n} {cause}" for cause, n in sorted(causes.items())))
if broken:
    print("        violated: " + ", ".join(f"{rule} ({n})" for rule, n in sorted(broken.items())))
print(f"        calls {run['totals']['calls']}, replayed {run['totals']['replayed']}")
PY
}

serve v1
expect "v1: small schemas with bounded texts are answered and valid" 0 run ticket order -o v1.json
figures v1.json
"$binary" run hard -o hard.json >/dev/null 2>&1 || true
echo "note  constrained does not mean valid: what the decoder does not hold to"
figures hard.json
# Versions of the server differ: some ignore the field without a word, some refuse it.
expect "the wrong dialect is not taken for an answer" "1 3" run deaf -o deaf.json
figures deaf.json
expect "the answers are accepted" 0 accept --all

stop
expect "the server is gone: nothing can be asked" 3 run ticket order --fresh
expect "the same replays offline" 0 run ticket order --offline -o replayed.json
figures replayed.json
python3 - <<'PY' || failed=1
import json
keep = lambda file: {c["cell"]: [(t.get("value"), t.get("text")) for t in c["trials"]] for c in json.load(open(file))["cells"]}
same = keep("v1.json") == keep("replayed.json")
print("ok    every replayed answer is the recorded one" if same else "FAIL  replayed answers differ")
raise SystemExit(not same)
PY

serve v1
expect "v1 again: at temperature 0 it repeats itself" 0 run ticket order --fresh
serve v1b
expect "v1b behind the same alias: the bump shows, though the server does not name it" 1 run ticket order --fresh -o v1b.json
figures v1b.json
grep -E '^[^ ].*[0-9]+ cells? ' out.txt | head -n 12 || true
latest=$(python3 -c 'import json; print(json.load(open("v1.json"))["id"], json.load(open("v1b.json"))["id"], sep="..")')
expect "diff tells it from the two runs alone" 1 diff "$latest"
exit "$failed"
