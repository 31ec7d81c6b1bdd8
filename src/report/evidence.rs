//! What the statistics came to, in words that need none. Every sentence about noise, depth and
//! certainty is here.

/// What a baseline of so many accepted answers can tell from noise.
pub fn depth(answers: u32) -> &'static str {
    match answers {
        0 => "nothing is accepted to compare with",
        1 | 2 => "only a change that many cells share is told from noise",
        3 | 4 => "a change that several cells share, or a broken format, is told from noise",
        _ => "a change of a single value is told from noise",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deeper_baseline_says_more() {
        let words: Vec<&str> = [0, 1, 2, 3, 4, 5, 20].map(depth).to_vec();
        assert_eq!(words[1], words[2]);
        assert_eq!(words[3], words[4]);
        assert_eq!(words[5], words[6]);
        assert!(words[1].contains("many cells") && words[3].contains("several cells"));
        assert!(words[5].contains("single value"));
    }
}
