#!/bin/bash
# One task of an array asks one shard. See README.md beside this file.
#SBATCH --job-name=promptmatrix-shard
#SBATCH --output=promptmatrix-%A-%a.log
set -euo pipefail
cd "$SUITE"
# 3 is "not every cell has an answer": merging says which, and asks for them.
promptmatrix run --shard auto "$@" || [ $? -eq 3 ]
