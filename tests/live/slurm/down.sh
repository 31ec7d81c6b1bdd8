#!/usr/bin/env bash
# Ends what up.sh FOLDER started.
for name in slurmd slurmctld munged; do
    if [ -s "$1/$name.pid" ]; then kill "$(cat "$1/$name.pid")" 2>/dev/null; fi
done
exit 0
