//! What is known of models by their ids: how much they take, and what they go by. What is not known is
//! empty. Source of `model_facts.csv`: the price and context table of litellm 1.110.2 (MIT), read in
//! November 2026.

/// What is known of one model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ModelFacts {
    /// Most tokens of a prompt.
    pub context: Option<u64>,
    /// Most tokens of an answer.
    pub output: Option<u64>,
    /// Shorter prompts are not cached.
    pub cache_min: Option<u64>,
    pub cache: Option<bool>,
    pub schema: Option<bool>,
    pub images: Option<bool>,
    pub documents: Option<bool>,
    pub reasoning: Option<bool>,
}

/// What is known of a model: by its id, or by that of its family where a date follows.
pub(crate) fn facts(vendor: &str, id: &str) -> ModelFacts {
    let id = id.strip_prefix("models/").unwrap_or(id);
    let tuned = id.strip_prefix("ft:").and_then(|rest| rest.split(':').next());
    let id = tuned.unwrap_or(id);
    let rows = include_str!("model_facts.csv").lines().skip(1).filter_map(row);
    let fits = rows.filter(|(known, family, _)| {
        let rest = id.strip_prefix(family).filter(|_| *known == vendor);
        rest.is_some_and(|rest| rest.is_empty() || is_date(rest))
    });
    fits.max_by_key(|(_, family, _)| family.len()).map(|(.., facts)| facts).unwrap_or_default()
}

/// `-2026-11-30`, `-20261130`.
fn is_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits == 8 && text.starts_with('-') && text.bytes().all(|c| c == b'-' || c.is_ascii_digit())
}

fn row(line: &'static str) -> Option<(&'static str, &'static str, ModelFacts)> {
    let mut cells = line.split(',');
    let (vendor, id) = (cells.next()?, cells.next()?);
    let [context, output, cache_min] = [(); 3].map(|()| cells.next()?.parse().ok());
    let [cache, schema, images, documents, reasoning] = [(); 5].map(|()| match cells.next()? {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    });
    let facts =
        ModelFacts { context, output, cache_min, cache, schema, images, documents, reasoning };
    Some((vendor, id, facts))
}

/// Models that take `temperature` and `top-p` and go by neither, by the begin of their ids.
const IGNORE_SAMPLING: [(&str, &str); 6] = [
    ("google", "gemini-3.5-flash-lite"),
    ("google", "gemini-3.6-"),
    ("google", "gemini-3.7-"),
    ("google", "gemini-3.8-"),
    ("google", "gemini-4-"),
    ("google", "gemini-flash-latest"),
];

/// Whether the model takes `temperature` and `top-p` and goes by neither.
pub(crate) fn ignores_sampling(vendor: &str, id: &str) -> bool {
    let id = id.strip_prefix("models/").unwrap_or(id);
    IGNORE_SAMPLING.iter().any(|(known, start)| *known == vendor && id.starts_with(start))
}

/// About how many tokens a text takes: four bytes each.
pub(crate) fn tokens(bytes: usize) -> u64 {
    bytes as u64 / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_a_model_hold_for_its_dated_and_tuned_ids() {
        assert_eq!(facts("openai", "gpt-4o-2024-08-06").context, Some(128_000));
        assert_eq!(facts("anthropic", "claude-opus-5-5-20260922").cache_min, Some(512));
        assert_eq!(facts("openai", "ft:gpt-4o-2024-08-06:acme::x").context, Some(128_000));
        assert_eq!(facts("openai", "gpt-4o-turbo"), ModelFacts::default());
        assert_eq!(facts("nobody", "gpt-4o"), ModelFacts::default());
        assert!(ignores_sampling("google", "gemini-3.8-flash"));
        assert!(!ignores_sampling("google", "gemini-2.5-pro"));
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        for line in include_str!("model_facts.csv").lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let known = facts(cells[0], cells[1]);
            assert_eq!(cells.len(), 10, "{line}");
            let context = known.context.map_or(String::new(), |tokens| tokens.to_string());
            assert_eq!(context, cells[2], "{line}");
        }
    }
}
