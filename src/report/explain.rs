//! What the words mean: kinds, statuses, exit codes and diagnostics, from their tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::paint::{self, BOLD, DIM, paint};
use crate::domain::{
    CODES, EXITS, Family, FieldRole, KINDS, Kind, KindFamily, KindInfo, Level, RULES, Rule,
    RuleInfo, STATUSES,
};
use crate::drift::promise::{DEPTHS, ROWS, SETTINGS};

/// Explains one word, or nothing if it is not known.
pub fn explain(word: &str) -> Option<String> {
    if let Ok(family) = word.parse::<KindFamily>() {
        let own = word.parse::<Kind>().map(|kind| format!("\n{}", self::kind(kind.info())));
        return Some(self::family(family) + &own.unwrap_or_default());
    }
    if let Ok(kind) = word.parse::<Kind>() {
        return Some(self::kind(kind.info()));
    }
    if let Ok(rule) = word.parse::<Rule>() {
        return Some(self::rule(rule.info()));
    }
    if let Some(row) = STATUSES.iter().find(|row| row.word == word) {
        let head = paint(BOLD, format_args!("{} {}", row.glyph, row.word));
        return Some(format!("{head}   a status\n{}.\nThe gate: {}.\n", row.meaning, row.gate));
    }
    if let Some(row) = CODES.iter().find(|row| row.id == word) {
        return Some(format!("{}   a diagnostic\n{}.\n", paint(BOLD, row.id), row.meaning));
    }
    if word == PROMISE {
        return Some(promise());
    }
    let code: u8 = word.parse().ok()?;
    let row = EXITS.iter().find(|row| row.code == code)?;
    let head = paint(BOLD, format_args!("{} {}", row.code, row.word));
    Some(format!("{head}   an exit code\n{}.\n", row.meaning))
}

/// Every word that can be explained, in the order of [`index`].
pub fn words() -> impl Iterator<Item = String> {
    let families = KindFamily::ALL.iter().map(|family| family.id().to_owned());
    let is_kind = |row: &&KindInfo| row.id.parse::<KindFamily>().is_err();
    let kinds = KINDS.iter().filter(is_kind).map(|row| row.id.to_owned());
    let statuses = STATUSES.iter().map(|row| row.word.to_owned());
    let exits = EXITS.iter().map(|row| row.code.to_string());
    let rules = RULES.iter().map(|row| row.id.to_owned());
    let codes = CODES.iter().map(|row| row.id.to_owned());
    let all = families.chain(kinds).chain(rules).chain(statuses).chain(exits).chain(codes);
    all.chain([PROMISE.to_owned()])
}

/// The same tables as data; with a word only its row.
pub fn table(word: Option<&str>) -> Value {
    let kinds = KINDS.iter().map(|row| {
        json!({
            "id": row.id,
            "family": row.shown,
            "level": row.level,
            "evidence": row.family != Family::NoEvidence,
            "title": row.title,
            "effect": row.effect,
            "remedy": row.remedy,
            "fix": row.fix.as_str(),
            "by_role": by_role(row),
        })
    });
    let families = KindFamily::ALL.iter().map(|family| {
        let kinds: Vec<&str> = family.kinds().map(|row| row.id).collect();
        json!({"id": family.id(), "title": family.title(), "kinds": kinds})
    });
    let rules = RULES.iter().map(
        |row| json!({"id": row.id, "keywords": row.keywords, "title": row.title, "remedy": row.remedy}),
    );
    let statuses = STATUSES
        .iter()
        .map(|row| json!({"id": row.word, "meaning": row.meaning, "gate": row.gate}));
    let exits = EXITS
        .iter()
        .map(|row| json!({"id": row.code.to_string(), "word": row.word, "meaning": row.meaning}));
    let codes = CODES.iter().map(|row| json!({"id": row.id, "meaning": row.meaning}));
    let rows = ROWS.iter().map(|row| {
        let settings =
            DEPTHS.iter().flat_map(|depth| SETTINGS.map(|(setting, _)| (*depth, setting)));
        let red = settings.map(|(depth, setting)| {
            json!({"accepted": depth, "setting": setting, "red": row.red(depth, setting)})
        });
        json!({"what": row.to_string(), "red": red.collect::<Vec<_>>()})
    });
    let promise = [json!({"id": PROMISE, "rows": rows.collect::<Vec<_>>()})];
    let is_wanted = |row: &Value| word.is_none_or(|word| row.get("id") == Some(&word.into()));
    json!({
        "format": 1,
        "families": families.filter(is_wanted).collect::<Vec<_>>(),
        "kinds": kinds.filter(is_wanted).collect::<Vec<_>>(),
        "rules": rules.filter(is_wanted).collect::<Vec<_>>(),
        "statuses": statuses.filter(is_wanted).collect::<Vec<_>>(),
        "exit_codes": exits.filter(is_wanted).collect::<Vec<_>>(),
        "diagnostics": codes.filter(is_wanted).collect::<Vec<_>>(),
        "promise": promise.into_iter().filter(is_wanted).collect::<Vec<_>>(),
    })
}

/// Every word that can be explained, by table.
pub fn index() -> String {
    let mut out = String::new();
    for family in KindFamily::ALL {
        out.push_str(&self::family(*family));
    }
    let _ = writeln!(out, "{}", paint(BOLD, NOBODY));
    for row in KINDS.iter().filter(|row| row.shown.is_none()) {
        let _ = writeln!(out, "  {:<26}{}", row.id, row.title);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "Rules of a schema: what a schema-violation violates"));
    for row in RULES {
        let _ = writeln!(out, "  {:<26}{}", row.id, row.title);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "Statuses"));
    for row in STATUSES {
        let _ = writeln!(out, "  {} {:<24}{}", row.glyph, row.word, row.meaning);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "Exit codes"));
    for row in EXITS {
        let _ = writeln!(out, "  {:<4}{:<22}{}", row.code, row.word, row.meaning);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "Diagnostics"));
    for row in CODES {
        let _ = writeln!(out, "  {:<31}{}", row.id, row.meaning);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "What a run finds, and how surely"));
    let _ = writeln!(out, "  {PROMISE}");
    out
}

/// The word for what a run finds, and how surely.
const PROMISE: &str = "promise";

fn promise() -> String {
    let mut out = format!(
        "{}   what a run finds, and how surely\nThe probability that a break is red by run 1 / 2 / 3.\n",
        paint(BOLD, PROMISE)
    );
    for depth in DEPTHS {
        let _ = write!(out, "\n{:<24}", format!("{depth} accepted answers"));
        for (_, words) in SETTINGS {
            let _ = write!(out, "{words:<19}");
        }
        out.truncate(out.trim_end().len());
        for row in ROWS {
            let _ = write!(out, "\n  {:<22}", row.to_string());
            for (setting, _) in SETTINGS {
                let red = row.red(depth, setting).unwrap_or_default();
                let red = red.map(|chance| format!("{chance:.2}")).join(" / ");
                let _ = write!(out, "{red:<19}");
            }
            out.truncate(out.trim_end().len());
        }
        out.push('\n');
    }
    out
}

/// The heading over the kinds of no family.
pub const NOBODY: &str = "Nobody answered";

/// A family of kinds, and its kinds.
fn family(family: KindFamily) -> String {
    let mut out = format!("{}   {}\n", paint(BOLD, family.id()), family.title());
    for row in family.kinds() {
        let _ = writeln!(out, "  {:<26}{}", row.id, row.title);
    }
    out
}

fn kind(row: &KindInfo) -> String {
    let weight = match row.family {
        Family::NoEvidence => "no evidence".to_owned(),
        _ => row.level.to_string(),
    };
    let mut out = format!(
        "{}   {}\n{}\n{}\n",
        paint(BOLD, row.id),
        paint(paint::level(row.level), weight),
        row.title,
        row.effect
    );
    let (before, after) = row.example;
    if !after.is_empty() {
        let _ = writeln!(out, "  {} {before}", paint(DIM, "accepted"));
        let _ =
            writeln!(out, "  {}      {}", paint(DIM, "now"), after.replace('\n', "\n           "));
    }
    let roles = by_role(row);
    if !roles.is_empty() {
        let levels: Vec<String> =
            roles.iter().map(|(role, level)| format!("{role} {level}")).collect();
        let what = paint(DIM, "by what the place is for (strictness `contract`):");
        let _ = writeln!(out, "  {what} {}", levels.join(", "));
    }
    let _ = writeln!(out, "If it matters:  {}", row.remedy);
    let _ = writeln!(out, "Usually fixed: {}", row.fix.place());
    if row.family == Family::Change {
        let _ = writeln!(out, "If it does not: [levels] {} = \"info\"", row.id);
    }
    out
}

/// What a kind weighs at a place of each role, where that is another weight than its own.
fn by_role(row: &KindInfo) -> BTreeMap<&'static str, Level> {
    let level = |role: FieldRole| Some((role.as_str(), row.class.level(role)?));
    let levels = FieldRole::ALL.into_iter().filter_map(level);
    levels.filter(|(_, level)| *level != row.level).collect()
}

fn rule(row: &RuleInfo) -> String {
    let mut out = format!("{}   a rule of a schema\n{}\n", paint(BOLD, row.id), row.title);
    if !row.keywords.is_empty() {
        let _ = writeln!(out, "  {} {}", paint(DIM, "keywords"), row.keywords.join(", "));
    }
    let _ = writeln!(out, "If it matters:  {}", row.remedy);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_tables_can_be_explained() {
        for word in words() {
            assert!(explain(&word).is_some(), "{word}");
            assert!(index().contains(&word), "{word}");
            let table = table(Some(&word));
            let rows = table.as_object().unwrap().values().filter_map(Value::as_array);
            // A family may have the name of its first kind.
            let wanted = 1 + usize::from(word == KindFamily::Refused.id());
            assert_eq!(rows.map(Vec::len).sum::<usize>(), wanted, "{word}: {table}");
        }
        assert!(explain("no-such-word").is_none());
    }

    #[test]
    fn no_word_stands_in_two_tables() {
        let mut all: Vec<String> = words().collect();
        all.sort();
        let number = all.len();
        all.dedup();
        assert_eq!(all.len(), number);
    }
}
