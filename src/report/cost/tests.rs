//! A statement as text, Markdown and HTML.
