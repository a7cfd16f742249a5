//! Robots: what workers by script do, as far as it follows from the script and its seed.

pub mod random;
