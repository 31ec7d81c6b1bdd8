//! The table of codes that diagnostics of a suite carry. `explain` and the reference page are
//! generated from it.

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

/// Every code of this module, in order.
pub const CODES: &[Code] = &[
    code("config::duplicate-slot", "two slots differ only in case and would share their files"),
    code("config::empty-matrix", "no prompt has a case for any model"),
    code("config::floating-model", "the provider can move the model id to another version"),
    code("config::missing-file", "a file that the config names does not exist"),
    code("config::missing-key", "a key that is needed is not written"),
    code("config::not-found", "there is no config file"),
    code("config::not-toml", "the config cannot be read as TOML"),
    code("config::outside-suite", "a path in the config leads out of the suite's folder"),
    code("config::secret", "a secret stands in the config; it belongs into the environment"),
    code("config::unknown-key", "the config has a key that means nothing"),
    code("config::unknown-profile", "there is no profile of this name"),
    code("config::unreadable", "a file cannot be read, or is not UTF-8"),
    code("config::unused-override", "the patterns of an override match no cell"),
    code("config::version", "the format of the config is of a later version"),
    code("config::wrong-dialect", "the dialect belongs to another provider"),
    code("config::wrong-type", "a value of another kind is wanted, such as a number for a text"),
    code("config::wrong-value", "the value is of the right kind, but not possible here"),
    code("model::unsupported", "a parameter is set that the provider has not; it is not sent"),
    code("model::unsupported-mode", "the server has not the structured mode that is asked for"),
    code("prompt::duplicate-case", "two cases of a prompt have the same name"),
    code("prompt::duplicate-prompt", "two prompts differ only in case and would share their files"),
    code("prompt::duplicate-tool", "two tools of a prompt have the same name"),
    code("prompt::last-turn", "a conversation does not end with the user's turn"),
    code("prompt::missing-file", "a file that a prompt names does not exist"),
    code("prompt::missing-key", "a key that is needed is not written"),
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
    code("prompt::unknown-slot", "a prompt or a variant names a model that the config has not"),
    code("prompt::unreadable", "a file cannot be read, or is not UTF-8"),
    code("prompt::wrong-name", "the name of a file cannot be the name of a prompt"),
    code("prompt::wrong-type", "a value of another kind is wanted, such as a number for a text"),
    code("prompt::wrong-value", "the value is of the right kind, but not possible here"),
    code("prompt::yaml-front-matter", "the front matter is YAML; TOML between `+++` is wanted"),
    code("schema::dynamic-ref", "a dynamic reference stands in a file that others refer to"),
    code("schema::invalid", "a file is not a valid JSON Schema of its draft"),
    code("schema::missing", "a schema file does not exist"),
    code("schema::missing-definition", "a reference names nothing in its file"),
    code("schema::mixed-drafts", "a schema refers to a file of another draft"),
    code("schema::not-json", "a schema file is not JSON"),
    code("schema::outside-suite", "a reference leads out of the suite's folder"),
    code("schema::remote-ref", "a reference leads to the network; nothing is ever fetched"),
    code("schema::unknown-draft", "`$schema` names no known draft"),
    code("schema::unreadable", "a file cannot be read, or is not UTF-8"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The codes that stand as texts in the sources of this module.
    fn used() -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/suite");
        let mut used = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_name() == "code.rs" {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let is_code = |word: &&str| {
                let areas = ["config::", "model::", "prompt::", "schema::"];
                areas.iter().any(|area| word.starts_with(area))
                    && word.chars().all(|c| c.is_ascii_lowercase() || c == ':' || c == '-')
            };
            used.extend(text.split('"').filter(is_code).map(str::to_owned));
        }
        used
    }

    #[test]
    fn the_table_has_every_code_and_no_other_in_order() {
        let known: Vec<String> = CODES.iter().map(|code| code.id.to_owned()).collect();
        assert_eq!(known, used().into_iter().collect::<Vec<_>>());
    }
}
