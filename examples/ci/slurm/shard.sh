#!/bin/bash
# One task of an array asks one shard. See README.md beside this file.
#SBATCH --job-name=promptmatrix-shard
#SBATCH --output=promptmatrix-%A-%a.log
set -euo pipefail
cd "$SUITE"
# 3 is "not every cell has an answer": merging says which, and asks for them.
task=promptmatrix-$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID.json
promptmatrix run --shard auto --json "$@" > "$SUBMITTED/$task" || [ $? -eq 3 ]
