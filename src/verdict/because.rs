//! What the changes of a cell come from, and what no longer fits its snapshot.

use crate::domain::{Because, Hash, Hashes, IdentityNews, Model, SnapshotMeta, StaleReason};

/// What is known of a cell whose answer changed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Circumstances<'a> {
    /// What differs between the request of today and the accepted one.
    pub stale: &'a [StaleReason],
    /// Whether the rules of comparing were edited since the answer was accepted.
    pub rules: bool,
    /// What moved behind the id.
    pub news: Option<IdentityNews>,
    /// Whether answers to this very request were seen to vary like that.
    pub varies: bool,
}

/// Everything on record that can explain a change; [`Because::Unexplained`] where nothing can.
///
/// A schema that is sent in another form counts only where that does not follow from another cause.
pub(crate) fn because(of: Circumstances<'_>) -> Vec<Because> {
    let edited = |reason| of.stale.contains(&reason);
    let follows = edited(StaleReason::Schema) || edited(StaleReason::Parameters);
    let found = [
        (edited(StaleReason::Prompt), Because::PromptEdited),
        (edited(StaleReason::Schema), Because::SchemaEdited),
        (edited(StaleReason::Parameters), Because::ParametersChanged),
        (edited(StaleReason::Lowering) && !follows, Because::WireChanged),
        (of.rules, Because::CompareRulesChanged),
        (edited(StaleReason::Model), Because::ModelChanged),
        (of.news == Some(IdentityNews::AliasMoved), Because::AliasMoved),
        (of.news == Some(IdentityNews::SilentSwap), Because::SilentSwap),
        (of.varies, Because::Noise),
    ];
    let mut reasons: Vec<Because> =
        found.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect();
    if reasons.is_empty() {
        reasons.push(Because::Unexplained);
    }
    reasons
}

/// What differs between two headers, and whether another version answered to the same id.
pub(crate) fn between(before: &SnapshotMeta, after: &SnapshotMeta) -> (Vec<StaleReason>, bool) {
    let parameters = before.parameters == after.parameters && before.structured == after.structured;
    let reasons = [
        (StaleReason::Prompt, before.prompt == after.prompt),
        (StaleReason::Schema, before.schema == after.schema),
        (StaleReason::Parameters, parameters),
        (StaleReason::Lowering, before.lowering == after.lowering),
        (StaleReason::Model, before.requested == after.requested),
    ];
    let stale = reasons.into_iter().filter(|(_, same)| !same).map(|(reason, _)| reason).collect();
    (stale, super::moved(before, &after.requested, after.served.as_ref()).is_some())
}

/// What no longer fits the header of a snapshot, in the order of the reasons; empty where it is
/// still fresh. The hashes of a header may be shortened.
pub(crate) fn stale(meta: &SnapshotMeta, hashes: &Hashes, model: &Model) -> Vec<StaleReason> {
    let parameters_fit =
        fits(&meta.parameters, &hashes.parameters) && meta.structured == model.structured;
    let reasons = [
        (StaleReason::Prompt, fits(&meta.prompt, &hashes.prompt)),
        (StaleReason::Schema, both_fit(meta.schema.as_ref(), hashes.schema.as_ref())),
        (StaleReason::Parameters, parameters_fit),
        (StaleReason::Lowering, both_fit(meta.lowering.as_ref(), hashes.lowering.as_ref())),
        (StaleReason::Model, meta.requested == model.id),
    ];
    reasons.into_iter().filter(|(_, fits)| !fits).map(|(reason, _)| reason).collect()
}

fn both_fit(written: Option<&Hash>, whole: Option<&Hash>) -> bool {
    match (written, whole) {
        (Some(written), Some(whole)) => fits(written, whole),
        (written, whole) => written.is_none() && whole.is_none(),
    }
}

fn fits(written: &Hash, whole: &Hash) -> bool {
    !written.as_str().is_empty() && whole.as_str().starts_with(written.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_causes_are_both_named_and_none_is_said_to_be_none() {
        use StaleReason::{Lowering, Model, Parameters, Prompt, Schema};
        let because = |stale: &[StaleReason], moved: bool| {
            let news = moved.then_some(IdentityNews::AliasMoved);
            because(Circumstances { stale, news, ..Circumstances::default() })
        };
        assert_eq!(because(&[], false), [Because::Unexplained]);
        assert_eq!(because(&[Prompt], true), [Because::PromptEdited, Because::AliasMoved]);
        assert_eq!(because(&[Schema, Lowering], false), [Because::SchemaEdited]);
        assert_eq!(because(&[Parameters, Lowering], false), [Because::ParametersChanged]);
        assert_eq!(because(&[Lowering], false), [Because::WireChanged]);
        assert_eq!(because(&[Model], false), [Because::ModelChanged]);
    }
}
