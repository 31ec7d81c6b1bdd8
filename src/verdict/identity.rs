//! Who answers for a slot: what the evidence of a run says, cheapest first. No call is made for it.

use std::collections::BTreeSet;

use crate::domain::{
    Confirmed, IdentityNews, IdentityRecord, IdentityState, TokensMoved, discloses,
};

/// What a run saw of a slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlotSeen {
    /// The id that was asked for.
    pub requested: String,
    /// The ids that said they answered.
    pub served: BTreeSet<String>,
    /// The fingerprint of each call that has one.
    pub fingerprints: Vec<String>,
    /// Fingerprints that were seen before, in accepted answers and in earlier runs.
    pub known_fingerprints: BTreeSet<String>,
    /// Requests that were sent before to the letter, where any is counted otherwise now.
    pub tokens: Option<TokensMoved>,
    /// Changes that several cells share, although nothing of their requests changed.
    pub shared_changes: usize,
}

/// So many calls must all have a fingerprint that was never seen: a provider has several at a time,
/// and a single new one says nothing.
const CALLS: usize = 20;

/// What that says of who answers. The provider's own word goes first; where it names no other
/// version and answers behave otherwise, something was swapped in silence; where only fingerprints
/// or counts of tokens changed, the model did not.
pub(crate) fn identify(confirmed: Option<&Confirmed>, seen: SlotSeen) -> IdentityRecord {
    let confirmed = confirmed.filter(|known| known.requested == seen.requested);
    let state = confirmed.map(|known| state(known, &seen));
    let is_disclosed = seen.served.iter().any(|id| discloses(&seen.requested, id));
    let new_fingerprints = new_fingerprints(&seen);
    let behaves = seen.shared_changes > 0;
    let around = !new_fingerprints.is_empty() || seen.tokens.is_some();
    let news = match state {
        Some(IdentityState::Repointed) => Some(IdentityNews::AliasMoved),
        _ if behaves && !is_disclosed => Some(IdentityNews::SilentSwap),
        _ if around => Some(IdentityNews::BackendOnly),
        _ => None,
    };
    IdentityRecord {
        state,
        news,
        confirmed: confirmed
            .map(|known| known.served.iter().cloned().collect())
            .unwrap_or_default(),
        new_fingerprints,
        tokens: seen.tokens,
        shared_changes: seen.shared_changes,
    }
}

/// Whether the provider says that the confirmed version answers. An alias that comes back says nothing
/// of it, unless that is all that it ever said.
fn state(known: &Confirmed, seen: &SlotSeen) -> IdentityState {
    let moved = |id: &String| !known.served.is_empty() && !known.knows(id);
    let says_less =
        |id: &String| !discloses(&seen.requested, id) && known.served.iter().any(|was| was != id);
    if seen.served.iter().any(moved) {
        IdentityState::Repointed
    } else if seen.served.iter().all(says_less) {
        IdentityState::Undisclosed
    } else if seen.served.is_subset(&known.served) || known.served.is_empty() {
        IdentityState::Confirmed
    } else {
        IdentityState::SpeltOtherwise
    }
}

fn new_fingerprints(seen: &SlotSeen) -> Vec<String> {
    let is_known = |fingerprint: &String| seen.known_fingerprints.contains(fingerprint);
    if seen.known_fingerprints.is_empty()
        || seen.fingerprints.len() < CALLS
        || seen.fingerprints.iter().any(is_known)
    {
        return Vec::new();
    }
    let new: BTreeSet<&String> = seen.fingerprints.iter().collect();
    new.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn confirmed(served: &[&str]) -> Confirmed {
        Confirmed {
            requested: "m".into(),
            served: set(served),
            fingerprints: set(&["fp_a"]),
            api_version: None,
            since: "2026-11-23".parse().unwrap(),
        }
    }

    fn seen(served: &[&str]) -> SlotSeen {
        SlotSeen {
            requested: "m".into(),
            served: set(served),
            known_fingerprints: set(&["fp_a"]),
            ..SlotSeen::default()
        }
    }

    fn tokens() -> TokensMoved {
        TokensMoved { cells: Vec::new(), compared: 1, was: 412, is: 420 }
    }

    #[test]
    fn the_state_is_what_the_provider_says_against_what_was_confirmed() {
        let state = |known: Option<&Confirmed>, seen| identify(known, seen).state;
        let known = confirmed(&["m-1"]);
        assert_eq!(state(Some(&known), seen(&["m-1"])), Some(IdentityState::Confirmed));
        assert_eq!(state(Some(&known), seen(&["m-1", "m-2"])), Some(IdentityState::Repointed));
        assert_eq!(state(Some(&known), seen(&[])), Some(IdentityState::Undisclosed));
        assert_eq!(state(None, seen(&["m-1"])), None);
        let other = SlotSeen { requested: "n".into(), ..seen(&["m-2"]) };
        assert_eq!(state(Some(&known), other), None, "another id is asked for");
    }

    #[test]
    fn another_spelling_is_no_move_and_an_alias_that_comes_back_discloses_nothing() {
        let known = Confirmed {
            requested: "claude-haiku-4-5".into(),
            ..confirmed(&["claude-haiku-4-5-20251001"])
        };
        let of = |served: &str| {
            let seen = SlotSeen { requested: known.requested.clone(), ..seen(&[served]) };
            let found = identify(Some(&known), seen);
            (found.state.unwrap(), found.news)
        };
        let respelt = of("anthropic/claude-4.5-haiku-20251001");
        assert_eq!(respelt, (IdentityState::SpeltOtherwise, None));
        assert_eq!(of("claude-haiku-4-5"), (IdentityState::Undisclosed, None));
        let other = of("claude-haiku-4-5-20260301");
        assert_eq!(other, (IdentityState::Repointed, Some(IdentityNews::AliasMoved)));
        let never_more = identify(Some(&confirmed(&["m"])), seen(&["m"])).state;
        assert_eq!(never_more, Some(IdentityState::Confirmed));
    }

    #[test]
    fn the_news_say_which_of_three_it_is() {
        let news = |seen| identify(Some(&confirmed(&["m-1"])), seen).news;
        assert_eq!(news(seen(&["m-1"])), None);
        assert_eq!(news(seen(&["m-2"])), Some(IdentityNews::AliasMoved));
        let moved_and_more =
            SlotSeen { shared_changes: 1, tokens: Some(tokens()), ..seen(&["m-2"]) };
        assert_eq!(news(moved_and_more), Some(IdentityNews::AliasMoved));
        let disclosed = SlotSeen { shared_changes: 3, ..seen(&["m-1"]) };
        assert_eq!(news(disclosed), None, "its provider says which version answers");
        let shared = SlotSeen { shared_changes: 1, tokens: Some(tokens()), ..seen(&[]) };
        assert_eq!(news(shared), Some(IdentityNews::SilentSwap));
        let counted = SlotSeen { tokens: Some(tokens()), ..seen(&["m-1"]) };
        assert_eq!(news(counted), Some(IdentityNews::BackendOnly));
    }

    #[test]
    fn one_new_fingerprint_is_no_news_and_twenty_calls_of_new_ones_are() {
        let of = |fingerprints: &[&str]| {
            let calls = fingerprints.iter().map(|word| (*word).to_owned()).collect();
            identify(None, SlotSeen { fingerprints: calls, ..seen(&["m-1"]) }).new_fingerprints
        };
        assert_eq!(of(&["fp_b"; 19]), [""; 0]);
        assert_eq!(of(&["fp_b"; 20]), ["fp_b"]);
        let mut mixed = ["fp_b"; 40];
        mixed[7] = "fp_a";
        assert_eq!(of(&mixed), [""; 0]);
        let unknown = SlotSeen {
            fingerprints: vec!["fp_b".into(); 40],
            known_fingerprints: BTreeSet::new(),
            ..seen(&[])
        };
        assert_eq!(identify(None, unknown).new_fingerprints, [""; 0]);
    }
}
