//! The keys of a world, for the reference page, and the lives of its models. `raw.rs` reads them; a test
//! compares the two.

use jiff::civil::Date;

use super::World;
use crate::sim::model::WorldModel;

/// One key of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldKey {
    /// The table it stands in, as its header is written; empty at the top.
    pub table: &'static str,
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

/// When a version ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retires {
    /// On a day.
    On(Date),
    /// Always so many days ahead: what it looks like can be seen on any day.
    Ahead(i32),
}

impl Retires {
    /// Reads `2027-04-09` or `120d`.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.strip_suffix('d') {
            Some(days) => days.parse().ok().filter(|days| *days >= 0).map(Self::Ahead),
            None => text.parse().ok().map(Self::On),
        }
    }

    fn day(self, today: Date) -> Date {
        match self {
            Self::On(day) => day,
            Self::Ahead(days) => today.saturating_add(jiff::Span::new().days(days)),
        }
    }
}

impl World {
    /// All ids that can be asked for, in order, with what is said of them on a day.
    pub fn models_on(&self, today: Date) -> Vec<WorldModel> {
        let versions = self.versions.values().map(|version| WorldModel {
            id: version.id.clone(),
            alias_of: None,
            shutdown: version.retires.map(|retires| retires.day(today)),
            replaced_by: version.replaced_by.clone(),
        });
        let aliases = self.aliases.iter().map(|(alias, id)| WorldModel {
            id: alias.clone(),
            alias_of: Some(id.clone()),
            shutdown: None,
            replaced_by: None,
        });
        let mut models: Vec<WorldModel> = versions.chain(aliases).collect();
        models.sort_by(|one, other| one.id.cmp(&other.id));
        models
    }
}

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

    #[test]
    fn a_version_ends_on_its_day_or_always_so_many_days_ahead() {
        let world = World::parse(concat!(
            "[alias]\nx = \"b\"\n",
            "[[version]]\nid = \"a\"\nretires = \"2027-04-09\"\nreplaced-by = \"b\"\n",
            "[[version]]\nid = \"b\"\nretires = \"120d\"\n[[version]]\nid = \"c\"\n",
        ));
        let models = world.unwrap().models_on("2026-11-25".parse().unwrap());
        let told = models.iter().map(|model| {
            let day = model.shutdown.map_or("-".to_owned(), |day| day.to_string());
            format!("{} {day}", model.id)
        });
        assert_eq!(told.collect::<Vec<_>>(), ["a 2027-04-09", "b 2027-03-25", "c -", "x -"]);
        assert_eq!(models[0].replaced_by.as_deref(), Some("b"));
        assert_eq!(models[3].alias_of.as_deref(), Some("b"));
        for wrong in ["soon", "2027-13-01", "-3d", "d"] {
            let text = format!("[[version]]\nid = \"a\"\nretires = \"{wrong}\"");
            let error = World::parse(&text).unwrap_err();
            assert!(error.message.contains("`retires`"), "{error}");
        }
    }
}
