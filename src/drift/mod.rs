//! Tells breakage from noise: what an answer is made of, how much it varied when people accepted
//! it, and whether what came now is news. Pure functions.
