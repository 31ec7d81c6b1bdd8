//! When the models of a world end, as they tell it on a day.

use jiff::civil::Date;

use super::World;

/// When a version ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retires {
    /// On a day.
    On(Date),
    /// Always so many days ahead: what it looks like can be seen on any day.
    Ahead(i32),
}

impl Retires {
    /// Reads `2027-04-09` or `120d`.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.strip_suffix('d') {
            Some(days) => days.parse().ok().filter(|days| *days >= 0).map(Self::Ahead),
            None => text.parse().ok().map(Self::On),
        }
    }

    fn day(self, today: Date) -> Date {
        match self {
            Self::On(day) => day,
            Self::Ahead(days) => today.saturating_add(jiff::Span::new().days(days)),
        }
    }
}

/// One id of a world that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldModel {
    /// The id.
    pub id: String,
    /// The version that it means, where it floats.
    pub alias_of: Option<String>,
    /// The day from which it no longer answers, by its list of models. The world itself has no clock.
    pub shutdown: Option<Date>,
    /// What comes after it.
    pub replaced_by: Option<String>,
}

impl World {
    /// All ids that can be asked for, in order, with what is said of them on a day.
    pub fn models_on(&self, today: Date) -> Vec<WorldModel> {
        let versions = self.versions.values().map(|version| WorldModel {
            id: version.id.clone(),
            alias_of: None,
            shutdown: version.retires.map(|retires| retires.day(today)),
            replaced_by: version.replaced_by.clone(),
        });
        let aliases = self.aliases.iter().map(|(alias, id)| WorldModel {
            id: alias.clone(),
            alias_of: Some(id.clone()),
            shutdown: None,
            replaced_by: None,
        });
        let mut models: Vec<WorldModel> = versions.chain(aliases).collect();
        models.sort_by(|one, other| one.id.cmp(&other.id));
        models
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_ends_on_its_day_or_always_so_many_days_ahead() {
        let world = World::parse(concat!(
            "[alias]\nx = \"b\"\n",
            "[[version]]\nid = \"a\"\nretires = \"2027-04-09\"\nreplaced-by = \"b\"\n",
            "[[version]]\nid = \"b\"\nretires = \"120d\"\n[[version]]\nid = \"c\"\n",
        ));
        let models = world.unwrap().models_on("2026-11-25".parse().unwrap());
        let told = models.iter().map(|model| {
            let day = model.shutdown.map_or("-".to_owned(), |day| day.to_string());
            format!("{} {day}", model.id)
        });
        assert_eq!(told.collect::<Vec<_>>(), ["a 2027-04-09", "b 2027-03-25", "c -", "x -"]);
        assert_eq!(models[0].replaced_by.as_deref(), Some("b"));
        assert_eq!(models[3].alias_of.as_deref(), Some("b"));
        for wrong in ["soon", "2027-13-01", "-3d", "d"] {
            let text = format!("[[version]]\nid = \"a\"\nretires = \"{wrong}\"");
            let error = World::parse(&text).unwrap_err();
            assert!(error.message.contains("`retires`"), "{error}");
        }
    }
}
