//! The little that charts need of SVG: a canvas, lines, bars, words.

use std::fmt::Write;

use crate::report::escape;

/// A chart as inline SVG. Colours are CSS variables of the page.
#[derive(Debug)]
pub(super) struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

/// Where words stand against their point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let _ = writeln!(
            self.body,
            r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" class="{class}"/>"#,
            from.0, from.1, to.0, to.1
        );
    }

    /// A bar from one corner to the opposite one, in any order.
    pub(super) fn bar(&mut self, one: (f64, f64), other: (f64, f64), class: &str) {
        let (x, y) = (one.0.min(other.0), one.1.min(other.1));
        let (width, height) = ((one.0 - other.0).abs(), (one.1 - other.1).abs());
        let _ = writeln!(
            self.body,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}"/>"#
        );
    }

    pub(super) fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let steps: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        if !steps.is_empty() {
            let _ = writeln!(self.body, r#"<path d="M{}" class="{class}"/>"#, steps.join(" L"));
        }
    }

    pub(super) fn dot(&mut self, at: (f64, f64), radius: f64, class: &str) {
        let _ = writeln!(
            self.body,
            r#"<circle cx="{:.1}" cy="{:.1}" r="{radius:.1}" class="{class}"/>"#,
            at.0, at.1
        );
    }

    pub(super) fn words(&mut self, at: (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = writeln!(
            self.body,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="{anchor}" class="{class}">{}</text>"#,
            at.0,
            at.1,
            escape::html(text)
        );
    }

    /// The whole element, with its name and what it shows in words.
    pub(super) fn finish(self, id: &str, title: &str, about: &str) -> String {
        let (title, about) = (escape::html(title), escape::html(about));
        format!(
            "<svg role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {:.0} {:.0}\">\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{about}</desc>\n{}</svg>\n",
            self.width, self.height, self.body
        )
    }
}
