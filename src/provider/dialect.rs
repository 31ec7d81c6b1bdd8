//! The table of dialects: one row per server that is spoken to.

use crate::domain::ProviderKind;

/// One server's way of speaking its wire format.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// As written in the config.
    pub name: &'static str,
    /// Which adapter speaks it.
    pub provider: ProviderKind,
    /// Where the server is; `None` means that `base-url` must be set.
    pub base_url: Option<&'static str>,
    /// Environment variable that holds the key by default; `None` means that no key is sent.
    pub key_env: Option<&'static str>,
}

/// Every dialect.
pub const DIALECTS: &[Dialect] = &[];

/// The dialect of this name.
pub fn dialect(name: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.name == name)
}
