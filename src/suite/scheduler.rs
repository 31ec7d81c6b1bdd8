//! Where schedulers say which of the tasks of a job a process is.

use crate::domain::Shard;

/// One scheduler.
pub(crate) struct Scheduler {
    pub name: &'static str,
    /// The variable with the number of the task.
    index: &'static str,
    /// The number of the first task, or the variable that has it.
    first: &'static str,
    /// The variable with the number of tasks.
    count: &'static str,
}

macro_rules! schedulers {
    ($($name:literal $index:literal $first:literal $count:literal;)*) => {
        /// All that are known, in the order in which they are asked.
        pub(crate) const SCHEDULERS: &[Scheduler] =
            &[$(Scheduler { name: $name, index: $index, first: $first, count: $count }),*];

        /// What their variables mean.
        pub(super) const MEANING: &str = concat!(
            "which shard `--shard auto` is, and which cells `cargo test` judges, from the first pair that is set: ",
            $("`", $index, "` and `", $count, "` (", $name, "); ",)*
            "set the number of completions of Kubernetes yourself"
        );
    };
}

schedulers! {
    "Slurm" "SLURM_ARRAY_TASK_ID" "SLURM_ARRAY_TASK_MIN" "SLURM_ARRAY_TASK_COUNT";
    "a Kubernetes Indexed Job" "JOB_COMPLETION_INDEX" "0" "JOB_COMPLETIONS";
    "GitLab" "CI_NODE_INDEX" "1" "CI_NODE_TOTAL";
    "CircleCI" "CIRCLE_NODE_INDEX" "0" "CIRCLE_NODE_TOTAL";
    "Buildkite" "BUILDKITE_PARALLEL_JOB" "0" "BUILDKITE_PARALLEL_JOB_COUNT";
    "AWS Batch" "AWS_BATCH_JOB_ARRAY_INDEX" "0" "AWS_BATCH_JOB_ARRAY_SIZE";
    "Azure DevOps" "SYSTEM_JOBPOSITIONINPHASE" "1" "SYSTEM_TOTALJOBSINPHASE";
    "Bazel" "TEST_SHARD_INDEX" "0" "TEST_TOTAL_SHARDS";
}

/// The shard that this process is; none where no scheduler says it.
pub(super) fn shard(read: impl Fn(&str) -> Option<String>) -> Option<Shard> {
    let number = |text: &str| text.parse::<u32>().ok();
    let variable = |name: &str| number(&read(name)?);
    SCHEDULERS.iter().find_map(|Scheduler { index, first, count, .. }| {
        let (index, count) = variable(index).zip(variable(count))?;
        let first = number(first).or_else(|| variable(first))?;
        Shard::new(index.checked_sub(first)?.checked_add(1)?, count)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheduler_counts_in_its_own_way() {
        let of = |pairs: &[(&str, &str)]| {
            let shard = shard(|name| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            shard.map(|shard| shard.to_string())
        };
        for (pairs, wanted) in [
            (
                &[
                    ("SLURM_ARRAY_TASK_ID", "12"),
                    ("SLURM_ARRAY_TASK_MIN", "10"),
                    ("SLURM_ARRAY_TASK_COUNT", "8"),
                ][..],
                Some("3/8"),
            ),
            (&[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "4")], Some("1/4")),
            (&[("CI_NODE_INDEX", "4"), ("CI_NODE_TOTAL", "4")], Some("4/4")),
            (&[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "4")], None),
            (&[("JOB_COMPLETION_INDEX", "0")], None),
            (&[], None),
        ] {
            assert_eq!(of(pairs).as_deref(), wanted, "{pairs:?}");
        }
    }
}
