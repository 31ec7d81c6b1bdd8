//! What the providers of other lists are called in ours.

use crate::cost::price::bare_id;

/// Theirs, ours. All others are called the same.
const NAMES: &[(&str, &str)] = &[
    ("amazon-bedrock", "bedrock"),
    ("aws", "bedrock"),
    ("azure_text", "azure"),
    ("bedrock_converse", "bedrock"),
    ("cohere_chat", "cohere"),
    ("fireworks-ai", "fireworks"),
    ("fireworks_ai", "fireworks"),
    ("gemini", "google"),
    ("github_copilot", "github-copilot"),
    ("google-vertex", "vertex"),
    ("google-vertex-anthropic", "vertex"),
    ("moonshotai", "moonshot"),
    ("text-completion-codestral", "codestral"),
    ("text-completion-openai", "openai"),
    ("together_ai", "together"),
    ("togetherai", "together"),
    ("vercel_ai_gateway", "vercel"),
    ("voyageai", "voyage"),
    ("x-ai", "xai"),
];

/// Our name of a provider.
pub(super) fn ours(name: &str) -> &str {
    if name.starts_with("vertex_ai") {
        return "vertex";
    }
    NAMES.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours)
}

/// An id without what lists and hosts write before it.
pub(super) fn id_of<'i>(provider: &str, id: &'i str) -> &'i str {
    let rest = id.split_once('/').filter(|(first, _)| ours(first) == provider);
    bare_id(rest.map_or(id, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_ids_lose_what_stands_before_them() {
        assert!(NAMES.is_sorted());
        assert_eq!(ours("vertex_ai-language-models"), "vertex");
        assert_eq!(ours("mistral"), "mistral");
        assert_eq!(id_of("google", "gemini/gemini-4-argon"), "gemini-4-argon");
        assert_eq!(id_of("fireworks", "fireworks_ai/accounts/fireworks/models/x"), "x");
        assert_eq!(id_of("openrouter", "meta-llama/llama-3-8b"), "meta-llama/llama-3-8b");
        assert_eq!(id_of("azure", "azure/eu/gpt-5.1"), "eu/gpt-5.1");
    }
}
