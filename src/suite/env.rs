//! The environment of the process. The only file that reads it.
//!
//! Keys are looked up by name when they are needed; none is kept here, printed or stored.

use std::env;
use std::path::PathBuf;

use super::scheduler;
use crate::domain::{Cloud, EnvName, Shard};

/// One variable that means something to promptmatrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variable {
    pub name: &'static str,
    pub meaning: &'static str,
}

/// Path of the config file, where `--config` is not given.
pub(crate) const CONFIG: Variable = Variable {
    name: "PROMPTMATRIX_CONFIG",
    meaning: "path of the config file, where `--config` is not given",
};

/// Name of the profile, where `--profile` is not given.
pub(crate) const PROFILE: Variable = Variable {
    name: "PROMPTMATRIX_PROFILE",
    meaning: "name of the profile, where `--profile` is not given",
};

/// Where `cargo test` looks for the suite.
pub(crate) const PACKAGE: Variable = Variable {
    name: "CARGO_MANIFEST_DIR",
    meaning: "set by cargo: the folder from which the tests of a Rust project look for the suite, upward",
};

/// How progress is shown, where `--progress` is not given.
pub(crate) const PROGRESS: Variable = Variable {
    name: "PROMPTMATRIX_PROGRESS",
    meaning: "how progress is shown, where `--progress` is not given: auto, bar, counter or none",
};

/// Replay recordings, and send nothing.
pub(crate) const OFFLINE: Variable = Variable {
    name: "PROMPTMATRIX_OFFLINE",
    meaning: "set, and not `false` or `0`: as `run --offline`, recordings answer and nothing is sent",
};

/// What a run may cost.
pub(crate) const MAX_COST: Variable = Variable {
    name: "PROMPTMATRIX_MAX_COST",
    meaning: "most USD that a run may cost, where `--max-cost` is not given; goes before `budget-usd`",
};

/// In CI no snapshot is written, and a cell without one fails.
pub(crate) const CI: Variable = Variable {
    name: "CI",
    meaning: "set, and not `false` or `0`: no snapshot is written, and a cell without one fails",
};

/// GitHub reads the log.
pub(crate) const GITHUB_ACTIONS: Variable = Variable {
    name: "GITHUB_ACTIONS",
    meaning: "`true`: `run` writes annotations and a job summary, unless `--no-github` is given",
};

/// Where GitHub wants the job summary.
pub(crate) const GITHUB_STEP_SUMMARY: Variable = Variable {
    name: "GITHUB_STEP_SUMMARY",
    meaning: "the file that the job summary is appended to",
};

/// The root of the repository on a runner.
pub(crate) const GITHUB_WORKSPACE: Variable = Variable {
    name: "GITHUB_WORKSPACE",
    meaning: "the root of the repository, from which annotations name their files",
};

/// No colour.
pub(crate) const NO_COLOR: Variable = Variable { name: "NO_COLOR", meaning: "set: no colour" };

/// Width of the output.
pub(crate) const COLUMNS: Variable = Variable {
    name: "COLUMNS",
    meaning: "width of the output; else that of the terminal, else 100",
};

/// Which characters the terminal shows.
pub(crate) const LOCALE: Variable = Variable {
    name: "LC_ALL, LC_CTYPE, LANG",
    meaning: "the first that is set says whether the terminal shows UTF-8; if not, words stand for glyphs",
};

/// What the HTTP client reads by itself.
pub(crate) const PROXY: Variable = Variable {
    name: "HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
    meaning: "the way to the providers, and which hosts are reached without it",
};

/// Who asks the store that machines share, and where it is: variables that its client reads.
pub(crate) const SHARED_STORE: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ALLOW_HTTP",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_ENDPOINT",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
];

/// The same on the reference page.
pub(crate) const STORE_VARIABLES: Variable = Variable {
    name: "AWS_*, GOOGLE_*, AZURE_*",
    meaning: "credentials of `bedrock` and `vertex` where no key is set, and credentials and address of the store of `[store] url`, by the names that the clouds' own tools use",
};

/// What `--shard auto` reads, and `cargo test`.
pub(crate) const SHARD: Variable = Variable { name: "of schedulers", meaning: scheduler::MEANING };

/// Where Bazel wants to see that tests are parted.
pub(crate) const SHARD_STATUS: Variable = Variable {
    name: "TEST_SHARD_STATUS_FILE",
    meaning: "set by Bazel: the file that `cargo test` creates to say that it knows shards",
};

/// Every variable but the keys; those are in the table of dialects, or named by `api-key-env`.
pub(crate) const VARIABLES: &[Variable] = &[
    CONFIG,
    PROFILE,
    PACKAGE,
    PROGRESS,
    OFFLINE,
    MAX_COST,
    CI,
    GITHUB_ACTIONS,
    GITHUB_STEP_SUMMARY,
    GITHUB_WORKSPACE,
    NO_COLOR,
    COLUMNS,
    LOCALE,
    PROXY,
    STORE_VARIABLES,
    SHARD,
    SHARD_STATUS,
];

/// What the environment says, read once at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable that is set or not")]
pub(crate) struct Environment {
    /// See [`CONFIG`].
    pub config: Option<PathBuf>,
    /// See [`PROFILE`].
    pub profile: Option<String>,
    /// See [`PACKAGE`].
    pub package: Option<PathBuf>,
    /// See [`PROGRESS`].
    pub progress: Option<String>,
    /// See [`OFFLINE`].
    pub offline: bool,
    /// See [`MAX_COST`].
    pub max_cost: Option<String>,
    /// See [`CI`].
    pub ci: bool,
    /// See [`GITHUB_ACTIONS`].
    pub github: bool,
    /// See [`GITHUB_STEP_SUMMARY`].
    pub github_summary: Option<PathBuf>,
    /// See [`GITHUB_WORKSPACE`].
    pub github_workspace: Option<PathBuf>,
    /// See [`COLUMNS`]; `None` where it is not a number.
    pub columns: Option<usize>,
    /// Whether the terminal shows UTF-8, by [`LOCALE`].
    pub utf8: bool,
    /// Which part of a job a scheduler says that this process is.
    pub shard: Option<Shard>,
    /// See [`SHARD_STATUS`].
    pub shard_status: Option<PathBuf>,
}

impl Environment {
    /// Reads the variables of this process. An empty one counts as not set.
    pub(crate) fn from_process() -> Self {
        Self::from_lookup(read)
    }

    fn from_lookup(read: impl Fn(&str) -> Option<String>) -> Self {
        let no = |value: &str| value.eq_ignore_ascii_case("false") || value == "0";
        let is_on = |name: &str| read(name).is_some_and(|value| !no(&value));
        Self {
            config: read(CONFIG.name).map(PathBuf::from),
            profile: read(PROFILE.name),
            package: read(PACKAGE.name).map(PathBuf::from),
            progress: read(PROGRESS.name),
            offline: is_on(OFFLINE.name),
            max_cost: read(MAX_COST.name),
            ci: is_on(CI.name),
            github: read(GITHUB_ACTIONS.name).is_some_and(|value| value == "true"),
            github_summary: read(GITHUB_STEP_SUMMARY.name).map(PathBuf::from),
            github_workspace: read(GITHUB_WORKSPACE.name).map(PathBuf::from),
            columns: read(COLUMNS.name)
                .and_then(|value| value.parse().ok())
                .filter(|columns| *columns > 0),
            utf8: LOCALE.name.split(", ").find_map(&read).is_none_or(|locale| {
                let locale = locale.to_ascii_lowercase();
                locale.contains("utf-8") || locale.contains("utf8")
            }),
            shard: scheduler::shard(&read),
            shard_status: read(SHARD_STATUS.name).map(PathBuf::from),
        }
    }
}

/// The secret behind a name. Goes into a request last of all, and nowhere else.
fn secret(name: &EnvName) -> Option<String> {
    // A secret of a file or a CI setting often ends in a line break.
    read(&name.0).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
}

/// Those of the named variables that are set, for handing them on.
pub(crate) fn named(names: &[&str]) -> Vec<(String, String)> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), read(name)?))).collect()
}

/// Whether there is a secret behind a name, or other credentials that serve for it.
pub(crate) fn has(name: &EnvName) -> bool {
    let others = || Cloud::of_key(name).is_some_and(|cloud| !named(cloud.sources()).is_empty());
    secret(name).is_some() || others()
}

/// The secrets behind a name: its own, and those that serve for it.
pub(crate) fn secrets(name: &EnvName) -> impl Iterator<Item = (EnvName, String)> {
    let others = Cloud::of_key(name).map_or(&[][..], Cloud::secrets).iter();
    let names = others.map(|other| EnvName((*other).to_owned())).chain([name.clone()]);
    names.filter_map(|name| Some((name.clone(), secret(&name)?)))
}

/// What the clients of the clouds read.
pub(crate) fn clouds() -> Vec<(String, String)> {
    [Cloud::Aws, Cloud::Google].into_iter().flat_map(|cloud| named(&cloud.variables())).collect()
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn read(name: &str) -> Option<String> {
    // A name with `=` or NUL in it makes the standard library panic on some systems.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Environment {
        Environment::from_lookup(|name| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn ci_is_on_unless_it_says_no() {
        assert!(with(&[("CI", "true")]).ci);
        assert!(with(&[("CI", "1")]).ci);
        assert!(!with(&[("CI", "false")]).ci);
        assert!(!with(&[("CI", "0")]).ci);
        assert!(!with(&[]).ci);
    }

    #[test]
    fn a_width_that_is_no_number_is_ignored() {
        assert_eq!(with(&[("COLUMNS", "80")]).columns, Some(80));
        assert_eq!(with(&[("COLUMNS", "wide")]).columns, None);
        assert_eq!(with(&[("COLUMNS", "0")]).columns, None);
    }

    #[test]
    fn a_name_that_cannot_be_a_variable_has_no_secret() {
        assert!(!has(&EnvName(String::new())));
        assert!(!has(&EnvName("A=B".to_owned())));
        assert!(!has(&EnvName("PROMPTMATRIX_NOBODY_SETS_THIS".to_owned())));
    }
}
