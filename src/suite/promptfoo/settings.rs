//! What else stands in a promptfoo config: carried into `[run]`, or told.

use serde_json::{Value, json};

use super::files::At;
use super::notes::Notes;

/// Settings of a suite.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) description: Option<String>,
    /// Keys of `[run]`.
    pub(super) run: Vec<(&'static str, Value)>,
}

pub(super) fn read(notes: &mut Notes, top: At<'_>) -> Settings {
    let mut settings = Settings::default();
    for (key, value) in top.entries() {
        let instead = match key {
            "description" => {
                settings.description = value.plain();
                continue;
            }
            "prompts" | "providers" | "targets" | "tests" | "scenarios" | "defaultTest"
            | "$schema" => continue,
            // Anchors stand under such names.
            _ if key.starts_with(['x', '_', '.']) && !key.chars().all(char::is_alphanumeric) => {
                continue;
            }
            "evaluateOptions" | "commandLineOptions" => {
                for (key, value) in value.entries() {
                    option(notes, &mut settings, (key, value));
                }
                continue;
            }
            "env" => "set it in the environment; keys are read there when a request is sent",
            "outputPath" => "`run -o FILE`",
            "sharing" | "writeLatestResults" => {
                "runs lie in .promptmatrix/runs; `report` shows them"
            }
            "nunjucksFilters" => "filters of your own are not run: write what they give",
            "extensions" => "no code of yours is run",
            "derivedMetrics" => "reports count by prompt, slot and kind of change",
            "redteam" | "tracing" => "nothing here does the same",
            "tags" | "metadata" => "write them as comments",
            _ => "it is no setting that is known",
        };
        notes.left(value.place(), format!("`{key}`"), instead);
    }
    settings
}

fn option(notes: &mut Notes, settings: &mut Settings, (key, value): (&str, At<'_>)) {
    let number = value.node.integer();
    let instead = match (key, number) {
        ("maxConcurrency", Some(most)) if most > 0 => {
            settings.run.push(("max-concurrency", json!(most)));
            return;
        }
        ("repeat", Some(count)) if count > 0 => {
            settings.run.push(("samples", json!(count)));
            return;
        }
        ("timeoutMs", Some(limit)) if limit > 0 => {
            settings.run.push(("timeout", json!(format!("{limit}ms"))));
            return;
        }
        ("cache", _) => {
            "`max-age` in `[run]`: how old a recording may be that is taken instead of asking"
        }
        ("delay", _) => "`requests-per-minute` of a slot",
        ("showProgressBar", _) => "`--progress`",
        _ => "nothing here does the same",
    };
    notes.left(value.place(), format!("option `{key}`"), instead);
}
