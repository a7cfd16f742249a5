//! Robots: what workers by script do, as far as it follows from the script and its seed.

pub mod answers;
pub mod asking;
pub mod check;
pub mod job;
pub mod pace;
pub mod parameters;
pub mod plausible;
pub mod random;
pub mod script;
