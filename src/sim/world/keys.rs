//! The keys of a world, for the reference page. `raw.rs` reads them; a test compares the two.

/// One key of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldKey {
    /// The table it stands in, as its header is written; empty at the top.
    pub table: &'static str,
    /// Its name.
    pub key: &'static str,
    /// What it says, and what holds without it.
    pub about: &'static str,
}

const fn key(table: &'static str, key: &'static str, about: &'static str) -> WorldKey {
    WorldKey { table, key, about }
}

const VERSION: &str = "`[[version]]`";
const QUIRK: &str = "`quirks` of a version";
const PRICE: &str = "`price` of a version";
const ANSWER: &str = "`[[answer]]`";

/// Every key, by table.
pub const WORLD_KEYS: &[WorldKey] = &[
    key("", "seed", "a whole number that all chance follows from; else 0"),
    key("", "alias", "a table from ids that float to the version that serves them"),
    key("", "version", "the versions of models"),
    key("", "answer", "the scripted answers"),
    key(VERSION, "id", "the id that is asked for, and that its answers name"),
    key(VERSION, "latency-ms", "what a call takes before the first token; else 350"),
    key(
        VERSION,
        "retires",
        "the day from which it no longer answers, by the list of models: `2027-04-09`, or always so many days ahead, `120d`",
    ),
    key(VERSION, "replaced-by", "the id that comes after it"),
    key(VERSION, "quirks", "what it does differently"),
    key(VERSION, "price", "what its tokens would cost; else that is unknown"),
    key(QUIRK, "kind", "which quirk, of the tables below"),
    key(QUIRK, "rate", "how often, from 0 to 1; else always"),
    key(QUIRK, "prompt", "only where this text occurs in the system prompt"),
    key(QUIRK, "when", "only where this text occurs in the user's last message"),
    key(QUIRK, "pointer", "where in the answer, `*` standing for any step; else the kind chooses"),
    key(QUIRK, "to", "see the kind"),
    key(PRICE, "input", "USD per million tokens of input"),
    key(PRICE, "output", "USD per million tokens of output"),
    key(PRICE, "cache-read", "of input that is read from a cache; else as `input`"),
    key(PRICE, "cache-write-5m", "of input that is written to a cache; else as `input`"),
    key(ANSWER, "when", "the text that occurs in the user's last message"),
    key(ANSWER, "prompt", "only where this text occurs in the system prompt as well"),
    key(ANSWER, "value", "the value that is answered, in TOML"),
    key(ANSWER, "json", "or the value, in JSON: TOML has no null"),
    key(ANSWER, "text", "or the very text that is answered"),
    key(ANSWER, "tool", "or the tool that is called"),
    key(ANSWER, "arguments", "what a `tool` is called with; else an empty object"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::World;

    #[test]
    fn the_keys_of_the_table_are_those_that_are_read() {
        for (table, text) in [
            ("", "other = 1"),
            (VERSION, "[[version]]\nother = 1"),
            (QUIRK, "[[version]]\nid = \"a\"\nquirks = [{ other = 1 }]"),
            (PRICE, "[[version]]\nid = \"a\"\nprice = { other = 1 }"),
            (ANSWER, "[[answer]]\nother = 1"),
        ] {
            let rows = WORLD_KEYS.iter().filter(|row| row.table == table);
            let known: Vec<String> = rows.map(|row| format!("`{}`", row.key)).collect();
            let told = World::parse(text).unwrap_err().message;
            assert!(told.ends_with(&format!("expected one of {}", known.join(", "))), "{told}");
        }
    }
}
