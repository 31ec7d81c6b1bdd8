//! The table of codes that diagnostics carry. `explain` and the reference page are generated from
//! it; a test compares it with the sources.

/// One kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Stable, `area::what`.
    pub id: &'static str,
    /// One sentence: what it is.
    pub meaning: &'static str,
}

const fn code(id: &'static str, meaning: &'static str) -> Code {
    Code { id, meaning }
}

/// Every code of the program, in order.
pub const CODES: &[Code] = &[
    code("answers::duplicate-trial", "two lines are the same trial of a cell"),
    code("answers::missing-key", "a key that is needed is not written"),
    code("answers::not-json", "a line of recorded answers is not JSON"),
    code("answers::one-answer", "a line has no answer, or two"),
    code("answers::several-ids", "the answers of one cell were asked of several model ids"),
    code("answers::unknown-cell", "the cell of an answer is not in the matrix"),
    code("answers::unknown-key", "a line of recorded answers has a key that means nothing"),
    code("answers::unreadable", "the file of answers cannot be read, is not UTF-8, or is empty"),
    code("answers::wrong-type", "a value of another kind is wanted, such as a number for a text"),
    code("answers::wrong-value", "the value is of the right kind, but not possible here"),
    code("calibrate::offline", "`--rerun` asks models, and nothing may be sent"),
    code("commit::busy", "another process has been changing the suite for longer than one waits"),
    code("commit::edited", "a file was edited after a change to it was interrupted"),
    code("commit::not-written", "the file system refused a change; every file is as it was"),
    code("commit::outside", "a file that would change does not lie in the suite's folder"),
    code(
        "commit::unfinished",
        "the file system refused the rest of a change; the next command does it",
    ),
    code("commit::unreadable", "the list of an interrupted change is not what was written"),
    code("config::duplicate-slot", "two slots differ only in case and would share their files"),
    code("config::empty-matrix", "no prompt has a case for any model"),
    code("config::floating-model", "the provider can move the model id to another version"),
    code("config::missing-file", "a file that the config names does not exist"),
    code("config::missing-key", "a key that is needed is not written"),
    code("config::not-found", "there is no config file"),
    code("config::not-toml", "the config cannot be read as TOML"),
    code("config::outside-suite", "a path in the config leads out of the suite's folder"),
    code("config::price", "the price of a model is incomplete, or given twice"),
    code("config::retiring-model", "a model that is asked for ends soon, or has ended"),
    code("config::secret", "a secret stands in the config; it belongs into the environment"),
    code("config::unknown-key", "the config has a key that means nothing"),
    code("config::unknown-profile", "there is no profile of this name"),
    code("config::unknown-slot", "the config names a slot that it has not under `[models]`"),
    code("config::unreadable", "a file cannot be read, or is not UTF-8"),
    code("config::unused-override", "the patterns of an override match no cell"),
    code("config::unused-place", "`[compare]` names a place that no answer has"),
    code("config::version", "the format of the config is of a later version"),
    code("config::wrong-dialect", "the dialect belongs to another provider"),
    code("config::wrong-route", "a route cannot work as it is written"),
    code("config::wrong-type", "a value of another kind is wanted, such as a number for a text"),
    code("config::wrong-value", "the value is of the right kind, but not possible here"),
    code("cost::unknown-bump", "the ledger has no bump whose id begins like this, or several"),
    code("cost::unknown-slot", "`cost` names a slot that the suite has not"),
    code("demo::world", "the file of the demo world cannot be read, or says something impossible"),
    code("diff::two-sides", "a comparison needs two sides"),
    code("diff::unknown-side", "the word is no slot, run or git revision"),
    code("diff::unlike-sides", "a slot can only be compared with a slot"),
    code("explain::unknown-word", "the word is no kind, family, status, exit code or diagnostic"),
    code("import::exists", "a file that the import would write is there already"),
    code("import::other-run", "another run has the id of the one that is imported"),
    code("import::other-suite", "no cell of the imported run is in this suite"),
    code(
        "import::promptfoo",
        "the config of promptfoo has nothing that can be carried, or cannot be read",
    ),
    code("import::run", "the file is no record of a run"),
    code("ledger::conflict", "the ledger has unresolved merge conflicts"),
    code("ledger::line", "a line of the ledger is no event"),
    code("lock::unreadable", "promptmatrix.lock is not what accepting answers writes"),
    code("merge::shards", "the runs are not the shards of one run, or the suite was changed since"),
    code("model::cannot-ask", "the provider's format has no way to put this question"),
    code("model::context", "a request is longer than the model is known to take"),
    code("model::ignored-parameter", "the model takes a parameter and does not go by it"),
    code("model::max-output", "more output is asked for than the model is known to give"),
    code("model::schema-limit", "a schema is larger than the server is known to take"),
    code("model::uncached-prompt", "a system prompt is too short for the model to cache"),
    code("model::unsupported", "a parameter is set that the provider or the model does not take"),
    code("model::unsupported-mode", "the server has not the structured mode that is asked for"),
    code(
        "prices::no-match",
        "no price table has the model or the provider, or a list has nothing to take or to compare",
    ),
    code("prices::pin", "a price list is not the one that is pinned; nothing of it was taken"),
    code("prices::source", "a price list cannot be had, or cannot be read"),
    code("prices::table", "a file is not a price table, or contradicts itself"),
    code("prompt::blank", "a prompt has no text"),
    code("prompt::duplicate-case", "two cases of a prompt have the same name"),
    code("prompt::duplicate-prompt", "two prompts differ only in case and would share their files"),
    code("prompt::duplicate-tool", "two tools of a prompt have the same name"),
    code("prompt::last-turn", "a conversation does not end with the user's turn"),
    code("prompt::missing-file", "a file that a prompt names does not exist"),
    code("prompt::missing-key", "a key that is needed is not written"),
    code("prompt::nested", "a prompt lies in a folder below `prompts/`, where none is read"),
    code("prompt::no-base", "a variant or a file of cases belongs to no prompt"),
    code("prompt::no-cases", "a prompt has no cases, so it is never asked"),
    code("prompt::no-models", "the patterns in `models` match no slot, so it is never asked"),
    code("prompt::none", "the suite has no prompts"),
    code("prompt::not-csv", "a row of a CSV file does not fit its columns"),
    code("prompt::not-json", "a line of a JSON Lines file is not JSON"),
    code("prompt::not-toml", "the front matter cannot be read as TOML"),
    code("prompt::one-input", "a case has no input, or more than one"),
    code("prompt::outside-suite", "a path in a prompt leads out of the suite's folder"),
    code("prompt::template", "a template cannot be filled in"),
    code("prompt::two-outputs", "a prompt has a schema and tools; its answer can only be one"),
    code("prompt::unclosed-front-matter", "the second `+++` is missing"),
    code("prompt::undefined-variable", "a `{{name}}` has no value"),
    code("prompt::unknown-key", "the front matter or a case has a key that means nothing"),
    code("prompt::unknown-place", "a case expects something at a place that the schema has not"),
    code("prompt::unknown-slot", "a prompt or a variant names a model that the config has not"),
    code("prompt::unreadable", "a file cannot be read, or is not UTF-8"),
    code("prompt::wrong-name", "the name of a file cannot be the name of a prompt"),
    code("prompt::wrong-type", "a value of another kind is wanted, such as a number for a text"),
    code("prompt::wrong-value", "the value is of the right kind, but not possible here"),
    code("prompt::yaml-front-matter", "the front matter is YAML; TOML between `+++` is wanted"),
    code("report::no-run", "no stored run, or more than one, is named"),
    code("report::two-outputs", "two outputs want standard output, or the same file"),
    code("report::unknown-format", "an output file or `--format` names no format that is known"),
    code("review::ambiguous", "several ids of groups and changes begin like the word"),
    code("review::changed-otherwise", "every cell that was named changed otherwise too"),
    code("review::nothing-named", "`accept` and `reject` want to be told what they are about"),
    code("review::unfit", "a pending answer violates today's schema or a hard rule of its case"),
    code("review::unknown-change", "nothing that is pending has this name or id"),
    code("review::unknown-kind", "the word is no kind of cause or change, and no family of kinds"),
    code("run::batch", "a provider takes no batches, or nothing is sent at all"),
    code("run::budget", "the run could cost more than its budget, or nobody knows what it costs"),
    code("run::max-cost", "the variable for the budget of a run is no amount of USD"),
    code("run::no-last-run", "`--failed` goes by the last run, and there is none"),
    code("run::open-files", "the system lets too few files be open to ask anything"),
    code("run::pending", "batches of the run are not answered yet"),
    code("run::probe", "a probe asks the providers, and nothing is to be sent"),
    code("run::resume", "there is no such run to go on with, or it asks something else by now"),
    code("run::shard", "no scheduler says which shard this is, or a shard would ask nobody"),
    code("schema::dynamic-ref", "a dynamic reference stands in a file that others refer to"),
    code(
        "schema::ignored-keyword",
        "a server takes a keyword of the schema and does not enforce it",
    ),
    code("schema::invalid", "a file is not a valid JSON Schema of its draft"),
    code("schema::missing", "a schema file does not exist"),
    code("schema::missing-definition", "a reference names nothing in its file"),
    code("schema::mixed-drafts", "a schema refers to a file of another draft"),
    code("schema::not-json", "a schema file is not JSON"),
    code("schema::outside-suite", "a reference leads out of the suite's folder"),
    code("schema::rejected-keyword", "a server refuses a request with a keyword of the schema"),
    code("schema::remote-ref", "a reference leads to the network; nothing is ever fetched"),
    code(
        "schema::uncertain-keyword",
        "nobody says what a server does with a keyword of the schema",
    ),
    code("schema::unknown-draft", "`$schema` names no known draft"),
    code("schema::unknown-role", "`x-pm-role` in a schema is no role of a place"),
    code("schema::unreadable", "a file cannot be read, or is not UTF-8"),
    code("select::no-match", "no cell of the matrix fits the patterns"),
    code("select::several", "one cell is wanted, and the pattern fits several"),
    code("sim::cannot-listen", "the address of the simulator is taken, or not allowed"),
    code("sim::not-loopback", "the simulator listens on addresses of this machine alone"),
    code("sim::too-many-faults", "the rates of all faults together are above 1"),
    code("snapshot::body", "the body of a snapshot is not JSON"),
    code("snapshot::conflict", "a snapshot has unresolved merge conflicts"),
    code(
        "snapshot::header",
        "the header of a snapshot is not one that promptmatrix or insta writes",
    ),
    code("snapshot::profile", "a profile beside the snapshots cannot be read"),
    code(
        "snapshot::unfit",
        "a snapshot no longer fits today's schema of its prompt, or `expect` of its case",
    ),
    code(
        "store::shared",
        "the store that machines share cannot be reached, or an object in it is damaged",
    ),
    code("upgrade::no-id", "the id of the slot is not written in the config"),
    code("upgrade::no-upgrade", "the run rehearsed no upgrade"),
    code("upgrade::outdated", "the suite changed since the upgrade was rehearsed"),
    code("upgrade::same-id", "the slot asks for that id already"),
    code("upgrade::unknown-slot", "the suite has no such slot"),
    code("upgrade::what", "an upgrade needs a slot and an id, or a run to apply"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// `area::what`, as a code is written and nothing else in the sources is.
    fn is_code(text: &str) -> bool {
        let word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        };
        text.split_once("::").is_some_and(|(area, what)| word(area) && word(what))
    }

    /// The codes that stand as texts in the sources, but in this table.
    fn used(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                used(&path, found);
            } else if !path.ends_with("domain/code.rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.extend(code.split('"').filter(|text| is_code(text)).map(str::to_owned));
            }
        }
    }

    #[test]
    fn the_table_has_every_code_of_the_sources_and_no_other_in_order() {
        let mut found = BTreeSet::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let known: Vec<String> = CODES.iter().map(|code| code.id.to_owned()).collect();
        assert_eq!(known, found.into_iter().collect::<Vec<_>>());
    }
}
