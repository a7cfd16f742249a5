//! Crowds of robots, each for one HIT. They take no time: what they can do they have done.

use super::{Model, WORKERS};

/// So many robots a crowd has.
pub const ROBOTS: usize = 2;

#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// How many there were before.
    pub number: usize,
    pub hit: usize,
    pub is_right: bool,
}

/// The worker ids of a crowd begin so.
pub fn prefix(number: usize) -> String {
    format!("AROBOT{number}X")
}

/// A worker's id. Behind those who are no robots come the robots of the crowds.
pub fn worker(number: usize) -> String {
    match number.checked_sub(WORKERS) {
        None => format!("A1WORKER{number}"),
        Some(of) => format!("{}{:06}", prefix(of / ROBOTS), of % ROBOTS + 1),
    }
}

impl Model {
    /// Each robot does its HIT as soon as there is a place.
    pub fn let_robots_work(&mut self) {
        for Crowd { number, hit, is_right } in self.crowds.clone() {
            for robot in 0..ROBOTS {
                let worker = WORKERS + number * ROBOTS + robot;
                if self.accept(hit, worker, "") {
                    self.keep(hit);
                    self.submit(hit, worker, is_right);
                }
            }
        }
    }
}
