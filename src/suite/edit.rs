//! One setting of a config moved to another value; comments and layout stay. Writes no file.

use toml_edit::{DocumentMut, value};

use crate::domain::Slot;

/// The config's text with another model id in the slot; `None` where the slot is not written there.
pub fn with_model_id(text: &str, slot: &Slot, id: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let model = document.get_mut("models")?.get_mut(slot.as_str())?.as_table_like_mut()?;
    let mut new = value(id);
    let Some(old) = model.get_mut("id") else {
        model.insert("id", new);
        return Some(document.to_string());
    };
    // What stands around the old value, a comment behind it above all, stands around the new one.
    if let (Some(old), Some(new)) = (old.as_value(), new.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    *old = new;
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_moves_and_everything_else_stays() {
        let text = "# ours\nversion = 1\n\n[models.a] # first\nid  =  \"x-1\"   # pinned\nprovider = \"demo\"\n\n[models.b]\nid = \"x-1\"\n";
        let slot = Slot::new("a").unwrap();
        let moved = with_model_id(text, &slot, "x-2").unwrap();
        assert_eq!(moved, text.replacen("\"x-1\"", "\"x-2\"", 1));
        let inline = "models = { a = { id = \"x-1\", provider = \"demo\" } } # all\n";
        let moved = with_model_id(inline, &slot, "x-2").unwrap();
        assert_eq!(moved, inline.replace("x-1", "x-2"));
        assert_eq!(with_model_id(text, &Slot::new("c").unwrap(), "x-2"), None);
    }
}
