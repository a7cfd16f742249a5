//! Pages for people: what workers see.

pub mod assets;
pub mod form;
