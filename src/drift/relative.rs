//! Numbers as categories: how they lie to the median of what was accepted.

use super::facets::Facets;
use crate::domain::{Facet, FacetFamily};

/// Lengths between these multiples of the median are the same.
const LENGTHS: (f64, f64) = (0.6, 1.67);

/// Numbers between these multiples of the median are of the same magnitude.
const MAGNITUDES: (f64, f64) = (0.5, 2.0);

/// All categories of an answer, numbers included. A number without a median is left out.
pub(super) fn resolve<'m>(
    facets: &Facets,
    median: impl Fn(&Facet) -> Option<&'m f64>,
) -> Vec<(Facet, String)> {
    let number = |(facet, number): &(Facet, f64)| {
        let category = relative(facet.family, *number, *median(facet)?);
        Some((facet.clone(), category))
    };
    let numbers = facets.numbers.iter().filter_map(number);
    facets.categories.iter().cloned().chain(numbers).collect()
}

/// The category of an answer at one facet; `median` is that of the accepted answers, where the
/// facet is a number.
pub fn category(facets: &Facets, facet: &Facet, median: Option<f64>) -> Option<String> {
    let plain = facets.category(facet).map(str::to_owned);
    plain.or_else(|| {
        let number = facets.numbers.iter().find(|(known, _)| known == facet)?.1;
        Some(relative(facet.family, number, median?))
    })
}

/// How a number lies to the median.
pub(super) fn relative(family: FacetFamily, number: f64, median: f64) -> String {
    let word = match family {
        FacetFamily::Length => length(number / median.max(1.0)),
        _ => return magnitude(number, median),
    };
    word.to_owned()
}

fn length(ratio: f64) -> &'static str {
    match ratio {
        ratio if ratio > LENGTHS.0 && ratio < LENGTHS.1 => "same",
        ratio if ratio < 1.0 => "short",
        _ => "long",
    }
}

fn magnitude(number: f64, median: f64) -> String {
    let is_zero = |number: f64| number.abs() <= 0.0;
    if is_zero(number) || is_zero(median) || number.is_sign_negative() != median.is_sign_negative()
    {
        let same = is_zero(number) && is_zero(median);
        return if same { "same" } else { "other sign or zero" }.to_owned();
    }
    let ratio = number / median;
    if ratio > MAGNITUDES.0 && ratio < MAGNITUDES.1 {
        return "same".to_owned();
    }
    let doublings = ratio.log2().round();
    if doublings >= 0.0 {
        format!("about ×{}", 2f64.powf(doublings))
    } else {
        format!("about 1/{}", 2f64.powf(-doublings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_the_same_magnitude_up_to_a_factor_of_two() {
        let is = |number, median| relative(FacetFamily::Magnitude, number, median);
        assert_eq!(is(0.9, 0.8), "same");
        assert_eq!(is(90.0, 0.9), "about ×128");
        assert_eq!(is(0.25, 1.0), "about 1/4");
        assert_eq!(is(-0.9, 0.8), "other sign or zero");
        assert_eq!(is(0.0, 0.8), "other sign or zero");
        assert_eq!(is(0.0, 0.0), "same");
    }

    #[test]
    fn a_text_is_as_long_up_to_two_thirds_more() {
        let is = |number, median| relative(FacetFamily::Length, number, median);
        assert_eq!((is(100.0, 90.0).as_str(), is(50.0, 100.0).as_str()), ("same", "short"));
        assert_eq!(is(200.0, 100.0), "long");
    }
}
