//! A shard that was asked.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::AskedShard;
use crate::report::paint::{self, BOLD, HINT, paint};

/// As data.
pub(in crate::cli) fn data(asked: &AskedShard) -> Value {
    json!({
        "format": 1,
        "run": asked.run,
        "shard": asked.shard,
        "cells": asked.cells,
        "answers": asked.answers,
        "unanswered": asked.unanswered,
        "usd": asked.cost.dollars(),
    })
}

/// For people.
pub(in crate::cli) fn render(asked: &AskedShard) -> String {
    let AskedShard { shard, run, cost, .. } = asked;
    let (cells, answers) =
        (paint::count(asked.cells, "cell"), paint::count(asked.answers, "answer"));
    let mut text = format!("{}   {shard}: {answers} of {cells}   {cost}\n", paint(BOLD, "Shard"));
    if !asked.unanswered.is_empty() {
        let silent = paint::count(asked.unanswered.len(), "cell");
        let _ = writeln!(
            text,
            "        {silent} without an answer: run the shard again, or merge as it is"
        );
    }
    let next = format!("promptmatrix merge .promptmatrix/runs/{run} …");
    let _ = writeln!(
        text,
        "Next    {}   with the folders of all {} shards",
        paint(HINT, next),
        shard.count()
    );
    text
}
