//! What the matrix costs: money of calls, minutes of people, and whether routing pays. Pure
//! functions on integers of pico-USD.
