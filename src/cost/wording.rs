//! What the wordings of prompts cost: how many variants there are, how far they strayed from their
//! base, and how often somebody had to touch them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use similar::TextDiff;

use crate::domain::{Commit, PromptName, Slot};

/// One prompt with its wordings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    pub prompt: PromptName,
    /// The wording of every slot that has none of its own.
    pub base: Worded,
    /// Wordings of single slots.
    pub variants: BTreeMap<Slot, Worded>,
    /// Files that shape its answers: its schema, the parameters of its tools.
    pub schemas: Vec<String>,
}

/// One wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worded {
    /// Its file, relative to the suite's folder.
    pub file: String,
    /// The text below the front matter.
    pub text: String,
}

impl Wording {
    /// Whether a file shapes the answers of this prompt.
    pub(crate) fn is_schema(&self, path: &str) -> bool {
        self.schemas.iter().any(|schema| schema == path)
    }
}

/// The upkeep of all wordings in a window of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Upkeep {
    /// Wordings of all prompts, bases included.
    pub wordings: usize,
    /// Wordings per prompt; 1 where there are no variants.
    pub per_prompt: f64,
    /// How far variants strayed from their base, on average: 0 is the same text, 1 shares no word.
    /// Absent where there are no variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divergence: Option<f64>,
    /// Commits that touched any wording.
    pub commits: usize,
    /// Of these, commits that touched a variant.
    pub variant_commits: usize,
    /// Of these, commits that touched a variant and left its base alone: the same thing said once
    /// more, for one model.
    pub translation_commits: usize,
    /// Lines added and removed in variants.
    pub variant_lines: usize,
    /// Lines added and removed in bases.
    pub base_lines: usize,
    /// Each prompt that has variants.
    pub prompts: Vec<PromptUpkeep>,
}

/// The variants of one prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PromptUpkeep {
    pub prompt: PromptName,
    /// How far each variant strayed from the base, by slot.
    pub divergence: BTreeMap<Slot, f64>,
    /// Commits that touched one of them and left the base alone.
    pub translation_commits: usize,
    /// Lines added and removed in them.
    pub lines: usize,
}

/// How far a text strayed from another one: 1 less the share of words that both have in the same
/// order.
pub(crate) fn divergence(base: &str, other: &str) -> f64 {
    1.0 - f64::from(TextDiff::from_words(base, other).ratio())
}

/// The upkeep of all wordings, by the commits of a window.
pub(crate) fn upkeep(wordings: &[Wording], commits: &[Commit]) -> Upkeep {
    let count = |of: &Wording| 1 + of.variants.len();
    let total: usize = wordings.iter().map(count).sum();
    let mut all = Upkeep { wordings: total, per_prompt: 1.0, ..Upkeep::default() };
    if !wordings.is_empty() {
        all.per_prompt = ratio(total, wordings.len());
    }
    for commit in commits {
        all.add(&Edit::of(commit, wordings));
    }
    for wording in wordings.iter().filter(|wording| !wording.variants.is_empty()) {
        let one = std::slice::from_ref(wording);
        let edits: Vec<Edit> = commits.iter().map(|commit| Edit::of(commit, one)).collect();
        let strayed = wording
            .variants
            .iter()
            .map(|(slot, variant)| (slot.clone(), divergence(&wording.base.text, &variant.text)));
        all.prompts.push(PromptUpkeep {
            prompt: wording.prompt.clone(),
            divergence: strayed.collect(),
            translation_commits: edits.iter().filter(|edit| edit.translates).count(),
            lines: edits.iter().map(|edit| edit.variant_lines).sum(),
        });
    }
    let strayed: Vec<f64> =
        all.prompts.iter().flat_map(|prompt| prompt.divergence.values().copied()).collect();
    if !strayed.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "variants of a suite")]
        let mean = strayed.iter().sum::<f64>() / strayed.len() as f64;
        all.divergence = Some(mean);
    }
    all
}

/// What one commit did to wordings.
#[derive(Debug, Clone, Copy, Default)]
struct Edit {
    touches_base: bool,
    touches_variant: bool,
    /// Touches a variant of a prompt whose base it leaves alone.
    translates: bool,
    base_lines: usize,
    variant_lines: usize,
}

impl Edit {
    fn of(commit: &Commit, wordings: &[Wording]) -> Self {
        let lines = |file: &str| {
            let touched = commit.files.iter().find(|touched| touched.path == file);
            touched.map(|touched| touched.added + touched.removed)
        };
        let mut edit = Self::default();
        for wording in wordings {
            let base = lines(&wording.base.file);
            let variants: Vec<usize> =
                wording.variants.values().filter_map(|variant| lines(&variant.file)).collect();
            edit.touches_base |= base.is_some();
            edit.touches_variant |= !variants.is_empty();
            edit.translates |= base.is_none() && !variants.is_empty();
            edit.base_lines += base.unwrap_or_default();
            edit.variant_lines += variants.iter().sum::<usize>();
        }
        edit
    }
}

impl Upkeep {
    fn add(&mut self, edit: &Edit) {
        self.commits += usize::from(edit.touches_base || edit.touches_variant);
        self.variant_commits += usize::from(edit.touches_variant);
        self.translation_commits += usize::from(edit.translates);
        self.base_lines += edit.base_lines;
        self.variant_lines += edit.variant_lines;
    }
}

#[expect(clippy::cast_precision_loss, reason = "prompts of a suite")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
pub(in crate::cost) mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Touched;

    pub(in crate::cost) fn wording(prompt: &str, variants: &[&str]) -> Wording {
        let worded = |name: String, text: &str| Worded {
            file: format!("prompts/{name}.md"),
            text: text.to_owned(),
        };
        let variant = |slot: &&str| {
            let text = "Sort the mail. Answer in JSON only.";
            (Slot::new(*slot).unwrap(), worded(format!("{prompt}@{slot}"), text))
        };
        Wording {
            prompt: PromptName::new(prompt).unwrap(),
            base: worded(prompt.to_owned(), "Sort the mail. Answer in JSON."),
            variants: variants.iter().map(variant).collect(),
            schemas: vec![format!("schemas/{prompt}.json")],
        }
    }

    fn commit(files: &[(&str, usize)]) -> Commit {
        let touched = |(path, added): &(&str, usize)| Touched {
            path: (*path).into(),
            added: *added,
            removed: 1,
        };
        let files = files.iter().map(touched).collect();
        Commit { id: "x".into(), at: Timestamp::UNIX_EPOCH, author: "a".into(), files }
    }

    #[test]
    fn a_variant_that_is_touched_without_its_base_is_a_translation() {
        let wordings = [wording("triage", &["local", "swift"]), wording("invoice", &[])];
        let commits = [
            commit(&[("prompts/triage.md", 4), ("prompts/triage@local.md", 4)]),
            commit(&[("prompts/triage@local.md", 2)]),
            commit(&[("prompts/triage@swift.md", 2), ("prompts/invoice.md", 1)]),
            commit(&[("schemas/triage.json", 9)]),
        ];
        let all = upkeep(&wordings, &commits);
        assert_eq!((all.wordings, all.commits), (4, 3));
        assert_eq!((all.variant_commits, all.translation_commits), (3, 2));
        assert_eq!((all.variant_lines, all.base_lines), (5 + 3 + 3, 5 + 2));
        assert!((all.per_prompt - 2.0).abs() < 1e-9);
        let [triage] = all.prompts.as_slice() else { panic!("{:?}", all.prompts) };
        assert_eq!((triage.translation_commits, triage.lines), (2, 11));
        let strayed = all.divergence.unwrap();
        assert!(strayed > 0.05 && strayed < 0.5, "{strayed}");
    }

    #[test]
    fn without_variants_there_is_one_wording_and_nothing_to_stray() {
        let all = upkeep(&[wording("a", &[])], &[]);
        assert_eq!((all.wordings, all.divergence), (1, None));
        assert!((all.per_prompt - 1.0).abs() < 1e-9);
        assert_eq!(upkeep(&[], &[]).wordings, 0);
    }

    proptest! {
        #[test]
        fn a_text_does_not_stray_from_itself(one in "[a-c ]{0,30}", two in "[a-c ]{0,30}") {
            prop_assert!(divergence(&one, &one).abs() < 1e-9);
            let strayed = divergence(&one, &two);
            prop_assert!((0.0..=1.0).contains(&strayed), "{}", strayed);
        }
    }
}
