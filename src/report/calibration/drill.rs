//! What the gate lets slip, and what would catch that.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::domain::{Catch, CellId, Drill, LeftOut, PromptName, Scope, Shot, Weight};
use crate::drift::drill::{BREAKAGES, Breakage};
use crate::report::cost::table::Section;
use crate::report::escape;
use crate::report::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};

/// Most of what slips through that is shown unasked.
const SHOWN: usize = 8;

/// Most places that are named in one line.
const PLACES: usize = 6;

/// What the drill came to.
pub(super) fn render(drill: &Drill, look: Look, all: bool) -> String {
    let head = headline(drill);
    if drill.shots.is_empty() {
        return head + &left_out(drill);
    }
    let parts = [
        head,
        table(drill).text(look.width) + &around(drill),
        slips(drill, look, all) + &rules(drill, look, all),
    ];
    parts.join("\n")
}

/// Shots of one scope that the gate is meant to catch, at the highest rate.
fn meant(drill: &Drill, scope: Scope) -> impl Iterator<Item = &Shot> {
    let highest = highest(drill);
    drill
        .shots
        .iter()
        .filter(move |shot| shot.matters() && shot.scope == scope && is(shot, highest))
}

fn highest(drill: &Drill) -> f64 {
    drill.shots.iter().map(|shot| shot.rate).max_by(f64::total_cmp).unwrap_or(1.0)
}

fn is(shot: &Shot, rate: f64) -> bool {
    (shot.rate - rate).abs() < 1e-9
}

fn headline(drill: &Drill) -> String {
    let noticed = |scope| {
        let (mut tries, mut slipped) = (0, 0);
        for shot in meant(drill, scope) {
            tries += shot.tries;
            slipped += shot.slipped();
        }
        let caught = paint(BOLD, format_args!("{} of {}", number(tries - slipped), number(tries)));
        format!("{caught} noticed")
    };
    if meant(drill, Scope::Prompt).next().is_none() {
        return format!("{}  no accepted answer that could be broken\n", paint(BOLD, "Drill"));
    }
    format!(
        "{}  {} ways in which model updates break answers, tried on the accepted ones wherever they \
         can be\n       every case of a prompt breaks   {}\n       one case alone breaks           {}\n",
        paint(BOLD, "Drill"),
        BREAKAGES.len(),
        noticed(Scope::Prompt),
        noticed(Scope::Cell),
    )
}

fn number(of: u32) -> String {
    paint::grouped(of as usize)
}

/// One line for each prompt, scope and rate.
fn table(drill: &Drill) -> Section {
    let head = ["", "tried", "contract", "comparison", "shared", "slip through"];
    let mut section = Section::new("drill", "What gives them away", &head);
    let mut prompts: BTreeSet<Option<&PromptName>> =
        drill.shots.iter().map(|shot| Some(&shot.prompt)).collect();
    prompts.insert(None);
    let mut rates: Vec<f64> = drill.shots.iter().map(|shot| shot.rate).collect();
    rates.sort_by(|one, two| two.total_cmp(one));
    rates.dedup();
    let several = rates.len() > 1 || rates.first().is_some_and(|rate| *rate < 1.0);
    // All prompts together stand last.
    let prompts = prompts.iter().filter(|prompt| prompt.is_some()).chain([&None]);
    for prompt in prompts {
        let name = prompt.map_or("in all", PromptName::as_str);
        for scope in [Scope::Prompt, Scope::Cell] {
            for rate in &rates {
                let here = drill.shots.iter().filter(|shot| {
                    shot.matters()
                        && shot.scope == scope
                        && is(shot, *rate)
                        && prompt.is_none_or(|prompt| shot.prompt == *prompt)
                });
                let what = if scope == Scope::Prompt { "every case" } else { "one case" };
                let often = format!(", {:.0} % of answers", rate * 100.0);
                let often = if several { often } else { String::new() };
                section.row(row(format!("{name}: {what}{often}"), here));
            }
        }
    }
    section
}

fn row<'s>(name: String, shots: impl Iterator<Item = &'s Shot>) -> Vec<String> {
    let mut caught: BTreeMap<Catch, u32> = BTreeMap::new();
    let (mut tries, mut slipped) = (0, 0);
    for shot in shots {
        tries += shot.tries;
        slipped += shot.slipped();
        for (catch, times) in &shot.caught {
            *caught.entry(*catch).or_default() += times;
        }
    }
    let by = |catch| caught.get(&catch).copied().unwrap_or_default();
    let numbers =
        [tries, by(Catch::Contract), by(Catch::Comparison), by(Catch::Shared), slipped].map(number);
    [name].into_iter().chain(numbers).collect()
}

/// What the table does not count.
fn around(drill: &Drill) -> String {
    let mut out = String::new();
    for line in [
        "contract: no JSON, or against schema or `expect`; comparison: a cell is not as accepted;",
        "shared: cells change alike, and no one of them is certain alone",
    ] {
        let _ = writeln!(out, "  {}", paint(DIM, line));
    }
    out += &quiet(drill);
    let none: Vec<String> = drill
        .not_applicable
        .iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(prompt, rows)| format!("{prompt} {}", rows.len()))
        .collect();
    if !none.is_empty() {
        let _ = writeln!(
            out,
            "  Of the {}, some find nothing to break, and count nowhere: {}.",
            BREAKAGES.len(),
            none.join(", ")
        );
    }
    out + &left_out(drill)
}

/// Cells that could not be drilled, by what would help.
fn left_out(drill: &Drill) -> String {
    let mut out = String::new();
    for (why, words) in [
        (LeftOut::NothingAccepted, "nothing is accepted: promptmatrix run, then accept"),
        (LeftOut::NotWhole, "the accepted answer does not fit today's suite: promptmatrix run"),
        (LeftOut::Fails, "the gate fails for the accepted answer itself: promptmatrix run"),
    ] {
        let cells: Vec<&CellId> =
            drill.left_out.iter().filter(|(_, known)| **known == why).map(|(id, _)| id).collect();
        if !cells.is_empty() {
            let cells = paint::count(cells.len(), "cell");
            let _ = writeln!(out, "  {} {cells} left out: {words}", paint(REVIEW, "note:"));
        }
    }
    out
}

/// What is not meant to be noticed, and whether it is not.
fn quiet(drill: &Drill) -> String {
    let cosmetic: Vec<&Shot> = drill.shots.iter().filter(|shot| !shot.matters()).collect();
    hush(
        "Cosmetic ones (length, Markdown, layout, order of keys, wording) must not fail",
        &cosmetic,
        BAD,
    )
}

/// How many of these do not fail, and where the others do.
fn hush(meant: &str, shots: &[&Shot], style: anstyle::Style) -> String {
    if shots.is_empty() {
        return String::new();
    }
    let mut loud: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut quiet = 0;
    for shot in shots {
        if shot.slipped() == shot.tries {
            quiet += 1;
            continue;
        }
        let place = format!("{} {}", shot.prompt, shot.place).trim_end().to_owned();
        loud.entry(&shot.breakage).or_default().insert(place);
    }
    let (quiet, all) = (paint::grouped(quiet), paint::grouped(shots.len()));
    let mut out = format!("  {meant}: {quiet} of {all} do not.\n");
    for (name, places) in loud {
        let line = escape::line(&format!("{name} fails at {}", list(&places)));
        let _ = writeln!(out, "    {}", paint(style, line));
    }
    out
}

fn list(places: &BTreeSet<String>) -> String {
    let mut named: Vec<&str> = places.iter().take(PLACES).map(String::as_str).collect();
    let more = format!("{} more", places.len().saturating_sub(PLACES));
    if places.len() > PLACES {
        named.push(&more);
    }
    named.join(", ")
}

/// Alike slips: one breakage with one fix.
struct Slip<'d> {
    row: &'static Breakage,
    remedy: Option<&'d str>,
    shots: Vec<&'d Shot>,
}

impl Slip<'_> {
    fn is_everywhere(&self) -> bool {
        self.shots.iter().any(|shot| shot.scope == Scope::Prompt)
    }

    /// Worst first: what it does, whether it slips through although every case has it, how often.
    fn rank(&self) -> (Weight, bool, usize) {
        (self.row.weight, self.is_everywhere(), self.shots.len())
    }
}

fn slips(drill: &Drill, look: Look, all: bool) -> String {
    let mut alike: BTreeMap<(&str, Option<&str>), Slip<'_>> = BTreeMap::new();
    let shots = [Scope::Prompt, Scope::Cell].into_iter().flat_map(|scope| meant(drill, scope));
    for shot in shots.filter(|shot| shot.slipped() > 0) {
        let Some(row) = Breakage::named(&shot.breakage) else { continue };
        let remedy = shot.remedy.as_deref();
        let slip = alike.entry((row.name, remedy));
        slip.or_insert_with(|| Slip { row, remedy, shots: Vec::new() }).shots.push(shot);
    }
    if alike.is_empty() {
        return format!("{}\n", paint(GOOD, "Nothing slips through."));
    }
    let mut slips: Vec<Slip<'_>> = alike.into_values().collect();
    slips.sort_by_key(|slip| std::cmp::Reverse(slip.rank()));
    let shown = if all || look.verbose { slips.len() } else { SHOWN };
    let mut out = format!("{}  the worst first\n", paint(BOLD, "Slips through"));
    for slip in slips.iter().take(shown) {
        out += &one(slip, look);
    }
    if slips.len() > shown {
        let more = format!("… and {} more: promptmatrix calibrate --all", slips.len() - shown);
        let _ = writeln!(out, "{}", paint(HINT, more));
    }
    out
}

/// What nothing but the comparison gives away, and a rule of the schema would.
fn rules(drill: &Drill, look: Look, all: bool) -> String {
    let mut rules: BTreeMap<(&PromptName, &str), BTreeSet<&str>> = BTreeMap::new();
    let caught = meant(drill, Scope::Prompt).filter(|shot| shot.slipped() == 0);
    for (shot, remedy) in caught.filter_map(|shot| Some((shot, shot.remedy.as_deref()?))) {
        rules.entry((&shot.prompt, remedy)).or_default().insert(&shot.breakage);
    }
    if rules.is_empty() {
        return String::new();
    }
    let what = "noticed by the comparison alone; a rule in the schema would make it a violation";
    let all = all || look.verbose;
    let more = if all { "" } else { "   --all" };
    let mut out = format!(
        "{}  {what}{}\n",
        paint(BOLD, format_args!("{} more", rules.len())),
        paint(HINT, more)
    );
    for ((prompt, remedy), rows) in rules.iter().filter(|_| all) {
        let rows: Vec<&str> = rows.iter().copied().collect();
        let _ = writeln!(
            out,
            "    {prompt}: {}   {}",
            escape::line(remedy),
            paint(DIM, rows.join(", "))
        );
    }
    out
}

fn one(slip: &Slip<'_>, look: Look) -> String {
    let style = if slip.row.weight > Weight::Answer { BAD } else { REVIEW };
    let sign = if look.ascii { "" } else { "✗ " };
    let doubted = slip.shots.iter().any(|shot| shot.doubted > 0);
    let how = match (slip.is_everywhere(), doubted) {
        (_, true) => "seen, but not told from noise",
        (true, _) => "even where every case has it",
        (false, _) => "where a single case has it",
    };
    let mut places: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
    for shot in &slip.shots {
        let place = (shot.prompt.to_string(), shot.place.as_str());
        places.entry(place).or_default().insert(shot.slot.as_str());
    }
    let at = |((prompt, place), slots): (&(String, &str), &BTreeSet<&str>)| {
        let slots: Vec<String> = slots.iter().map(|slot| format!("@{slot}")).collect();
        format!("{prompt} {place}").trim_end().to_owned() + " " + &slots.join(" ")
    };
    let places: BTreeSet<String> = places.iter().map(at).collect();
    let mut out = format!(
        "{}  {}\n    {}\n    {}\n",
        paint(style, format_args!("{sign}{}", slip.row.name)),
        paint(DIM, how),
        slip.row.title,
        escape::line(&list(&places)),
    );
    if let Some(remedy) = slip.remedy {
        let _ = writeln!(out, "    {} {}", paint(HINT, "remedy"), escape::line(remedy));
    }
    out
}
