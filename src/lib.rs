//! A local Amazon Mechanical Turk.
