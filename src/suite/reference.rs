//! Reference pages in Markdown of what users write: the keys of every file, and the variables of
//! the environment. Generated from the tables that the program works by; writes no file.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use crate::domain::kit::quoted;
use crate::provider::DIALECTS;

use super::env::VARIABLES;
use super::keys::{ANSWER, CONFIG, PROMPT, VARIANT};
use super::shape::{Key, Need, Shape};

/// Groups of keys that stand in one table.
type Groups = &'static [&'static [Key]];

/// `docs/reference/config.md`.
pub fn config() -> String {
    let mut pages = Pages::default();
    let mut out = String::from(
        "# Keys\n\n\
         Generated from the table in `src/suite/keys.rs`. `promptmatrix schema config` prints the \
         same as a JSON Schema, for editors. Any other key is an error.\n",
    );
    for (title, intro, shape) in FILES {
        let _ = write!(out, "\n## {title}\n\n{intro}\n");
        pages.file(&mut out, *shape);
    }
    out
}

const FILES: &[(&str, &str, Shape)] = &[
    (
        "`promptmatrix.toml`",
        "The strongest first: the profile that is chosen, the last `[[override]]` that fits the \
         cell, the slot in `[models]`, `[defaults]` and the tables at the top, the default.",
        CONFIG,
    ),
    (
        "Front matter of a prompt: `prompts/NAME.md`",
        "TOML between `+++` lines; below it stands the system prompt, a template. A line of \
         `NAME.cases.jsonl` has the keys of a `[[case]]`.",
        PROMPT,
    ),
    (
        "Front matter of a variant: `prompts/NAME@SLOT.md`",
        "The same prompt, worded for one slot. Schema, tools and cases are those of the prompt.",
        VARIANT,
    ),
    (
        "A line of `answers.jsonl`",
        "JSON Lines for `promptmatrix import answers FILE`. A line has `text` or `value`; a member \
         that is null counts as left out, but for `value`.",
        ANSWER,
    ),
];

/// `docs/reference/environment.md`.
pub fn environment() -> String {
    let mut out = String::from(
        "# Environment variables\n\n\
         Generated from the tables in `src/suite/env.rs` and `src/provider/table.rs`. A variable \
         that is empty counts as not set.\n\n| variable | meaning |\n|---|---|\n",
    );
    for variable in VARIABLES {
        let _ = writeln!(out, "| {} | {} |", quoted(variable.name.split(", ")), variable.meaning);
    }
    out.push_str(
        "\n## Keys\n\n\
         Read when a request is sent, and written nowhere. `api-key-env` of a slot names another \
         variable; `headers` may name further ones.\n\n| variable | dialects |\n|---|---|\n",
    );
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for dialect in DIALECTS {
        if let Some(key) = dialect.key_env {
            keys.entry(key).or_default().push(dialect.name);
        }
    }
    for (key, dialects) in keys {
        let _ = writeln!(out, "| `{key}` | {} |", quoted(dialects.into_iter()));
    }
    out
}

/// Tables of keys on the way to a page. A group of keys is printed once and named from then on.
#[derive(Default)]
struct Pages {
    /// Groups that have their place, by the names of their keys, and where that is.
    known: Vec<(Vec<&'static str>, String)>,
}

impl Pages {
    fn file(&mut self, out: &mut String, shape: Shape) {
        let mut waiting = VecDeque::from([(String::new(), groups(shape))]);
        while let Some((path, groups)) = waiting.pop_front() {
            if !path.is_empty() {
                let _ = write!(out, "\n### `{path}`\n");
            }
            let (old, new): (Vec<&[Key]>, Vec<&[Key]>) = groups
                .iter()
                .copied()
                .partition(|keys| self.place(keys).is_some_and(|at| at != path));
            if !new.is_empty() {
                out.push_str("\n| key | value | default | |\n|---|---|---|---|\n");
            }
            for key in new.into_iter().flatten() {
                let value = self.value(key.shape, &below(&path, key), &mut waiting);
                let default = match (key.need, key.default) {
                    (Need::Required, _) => "*needed*".to_owned(),
                    (Need::Unless(other), _) => format!("*needed without `{other}`*"),
                    (_, Some(default)) => format!("`{default}`"),
                    (_, None) => String::new(),
                };
                let _ = writeln!(out, "| `{}` | {value} | {default} | {} |", key.name, key.about);
            }
            for at in old.into_iter().filter_map(|keys| self.place(keys)) {
                let _ = write!(out, "\nAlso every key of `{at}`.\n");
            }
        }
    }

    /// Where a group is printed.
    fn place(&self, keys: &[Key]) -> Option<&str> {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        self.known.iter().find(|(known, _)| *known == names).map(|(_, at)| at.as_str())
    }

    /// What is written behind a key; a table that has no place yet gets one.
    fn value(
        &mut self,
        shape: Shape,
        path: &str,
        waiting: &mut VecDeque<(String, Groups)>,
    ) -> String {
        if let Shape::Either(one, other) = shape {
            return format!("{}, or {}", one.wanted(), self.value(*other, path, waiting));
        }
        let groups = groups(shape);
        let [first, ..] = groups else { return shape.wanted() };
        let at = match self.place(first) {
            Some(at) if groups.len() == 1 => at.to_owned(),
            _ => {
                for keys in groups.iter().copied() {
                    if self.place(keys).is_none() {
                        let names = keys.iter().map(|key| key.name).collect();
                        self.known.push((names, path.to_owned()));
                    }
                }
                waiting.push_back((path.to_owned(), groups));
                path.to_owned()
            }
        };
        match shape {
            Shape::List(_) => format!("tables, each as `{at}`"),
            Shape::Map(..) => format!("tables by name, each as `{at}`"),
            _ => format!("a table: `{at}`"),
        }
    }
}

/// The keys of the tables that a shape leads to; none where it leads to no table.
fn groups(shape: Shape) -> Groups {
    match shape {
        Shape::Table(groups) => groups,
        Shape::List(item) | Shape::Map(_, item) => groups(*item),
        _ => &[],
    }
}

/// The path of a table, as its header is written.
fn below(path: &str, key: &Key) -> String {
    let plain = path.trim_matches(['[', ']']);
    let path = if plain.is_empty() { key.name.to_owned() } else { format!("{plain}.{}", key.name) };
    match key.shape {
        Shape::List(_) => format!("[[{path}]]"),
        Shape::Map(..) => format!("[{path}.NAME]"),
        _ => format!("[{path}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Diagnostic, Diagnostics, Suite};
    use crate::suite::load;

    /// Every default under a table, as TOML; tables under a name of the user are left out.
    fn defaults(groups: Groups, path: &str, out: &mut String) {
        let keys = || groups.iter().copied().flatten();
        for key in keys() {
            if let Some(default) = key.default.filter(|_| key.need == Need::Optional) {
                let _ = writeln!(out, "{path}{} = {default}", key.name);
            }
            if let Shape::Table(groups) = key.shape {
                defaults(groups, &format!("{path}{}.", key.name), out);
            }
        }
    }

    fn loaded(config: &str, front: &str) -> Result<Suite, Diagnostics> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("promptmatrix.toml");
        let prompt = "\n[[case]]\nname = \"a\"\ninput = \"b\"\n+++\nSay it.\n";
        std::fs::write(&path, config).unwrap();
        std::fs::create_dir(folder.path().join("prompts")).unwrap();
        std::fs::write(folder.path().join("prompts/p.md"), format!("+++\n{front}{prompt}"))
            .unwrap();
        load(&path, None).map(|loaded| loaded.suite)
    }

    fn problems(config: &str) -> Vec<Diagnostic> {
        loaded(config, "").err().map(|problems| problems.0).unwrap_or_default()
    }

    /// Everything that settings decide.
    fn settings(config: &str, front: &str) -> String {
        let suite = loaded(config, front).unwrap_or_else(|problems| panic!("{config}{problems}"));
        let cells = suite.cells.iter().map(|cell| {
            let gate = (&cell.gate, &cell.levels, &cell.compare, cell.tolerant, cell.samples);
            format!("{} {:?} {gate:?}", cell.id, cell.model)
        });
        let whole = (&suite.run, suite.store.keep_runs, &suite.cost);
        format!("{whole:?} {:?}", cells.collect::<Vec<_>>())
    }

    const MODEL: &str = "provider = \"demo\"\nid = \"demo-2026-01-01\"\n";

    /// Every number and duration that a config can have, by its path.
    fn figures(groups: Groups, path: &str, out: &mut Vec<(String, Shape)>) {
        for key in groups.iter().copied().flatten() {
            let path = format!("{path}{}", key.name);
            match key.shape {
                Shape::Number(..) | Shape::Integer(..) => out.push((path, key.shape)),
                Shape::Text(grammar) if grammar.wanted.starts_with("a duration") => {
                    out.push((path, key.shape));
                }
                // Prices stand and fall together; what is below a path of the user has no default.
                Shape::Table(groups) if key.name != "price" => {
                    figures(groups, &format!("{path}."), out);
                }
                Shape::Map(_, Shape::Table(groups)) if key.name == "models" => {
                    figures(groups, &format!("{path}.one."), out);
                }
                _ => {}
            }
        }
    }

    /// The config with one more figure.
    fn with(path: &str, value: &str) -> String {
        let twin = match path.strip_suffix("easy") {
            Some(table) => format!("{table}hard = 0.5\n"),
            None => {
                path.strip_suffix("hard").map_or_else(String::new, |t| format!("{t}easy = 0.5\n"))
            }
        };
        let version = if path == "version" { "" } else { "version = 1\n" };
        let (top, slot) = match path.strip_prefix("models.one.") {
            Some(key) => (String::new(), format!("{key} = {value}\n")),
            None => (format!("{path} = {value}\n{twin}"), String::new()),
        };
        format!("{version}{top}[models.one]\n{MODEL}{slot}")
    }

    #[test]
    fn a_figure_holds_as_it_is_written_or_is_an_error_with_its_place_and_a_fix() {
        let mut all = Vec::new();
        figures(groups(CONFIG), "", &mut all);
        assert!(all.len() > 40, "{all:?}");
        let nothing = settings(&with("version", "1"), "");
        for (path, shape) in all.iter().filter(|(path, _)| path != "version") {
            let (most, out_of_range) = match *shape {
                Shape::Integer(i64::MIN, to) => (to.to_string(), vec![]),
                Shape::Integer(from, to) => {
                    (to.to_string(), vec![(from - 1).to_string(), (to + 1).to_string()])
                }
                Shape::Number(from, to) => {
                    (format!("{to:e}"), vec![(from - 1e-9).to_string(), format!("{:e}", to * 1.01)])
                }
                _ => (
                    "\"3650d\"".to_owned(),
                    ["-1s", "1e3s", "3651d", "20000000000000000000ms"]
                        .map(|text| format!("\"{text}\""))
                        .to_vec(),
                ),
            };
            assert_ne!(settings(&with(path, &most), ""), nothing, "{path} = {most}");
            let odd = ["nan", "-inf", "1e999", "99999999999999999999", "true", "\"many\"", "[]"];
            for value in out_of_range.iter().map(String::as_str).chain(odd) {
                let problems = problems(&with(path, value));
                assert!(!problems.is_empty(), "{path} = {value}");
                for problem in problems {
                    let place = problem.place.unwrap();
                    assert_eq!(&place.text[place.span], value, "{path}");
                    assert!(problem.help.is_some(), "{path} = {value}");
                }
            }
        }
    }

    #[test]
    fn a_default_of_the_table_changes_nothing_when_it_is_written() {
        let nothing = with("version", "1");
        let (mut all, mut slot, mut front) = Default::default();
        defaults(groups(CONFIG), "", &mut all);
        let models = groups(CONFIG).iter().copied().flatten().find(|key| key.name == "models");
        defaults(groups(models.unwrap().shape), "", &mut slot);
        defaults(groups(PROMPT), "", &mut front);
        assert!(all.contains("retries.count") && slot.contains("native"), "{all}{slot}");
        let written = format!("version = 1\n{all}[models.one]\n{MODEL}{slot}");
        assert_eq!(settings(&nothing, ""), settings(&written, &front));
    }
}
