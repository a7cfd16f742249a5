//! Payments as a table.

use crate::rules::batch::results::{ROBOT, robot_mark};
use crate::rules::csv::{Formulas, Writer};
use crate::shapes::payment::Payment;

/// The columns.
const COLUMNS: [&str; 10] = [
    "Time",
    "Kind",
    "WorkerId",
    "AssignmentId",
    "HITId",
    "Amount",
    "Fee",
    "Charged",
    "Reason",
    ROBOT,
];

/// Payments as CSV, a row at a time.
#[derive(Debug)]
pub struct Table(Writer);

impl Default for Table {
    fn default() -> Self {
        let mut writer = Writer::new(Formulas::Harmless);
        writer.row(COLUMNS);
        Self(writer)
    }
}

impl Table {
    /// Adds a payment.
    pub fn add(&mut self, of: &Payment) {
        let time = of.time.0.whole_second().rfc3339();
        let [amount, fee, charged] = [of.amount, of.fee, of.charged.0].map(|sum| sum.to_string());
        self.0.row([
            &*time,
            of.kind.as_str(),
            &*of.worker_id,
            &*of.assignment_id,
            of.hit_id.as_deref().unwrap_or_default(),
            &*amount,
            &*fee,
            &*charged,
            of.reason.as_deref().unwrap_or_default(),
            robot_mark(of.robot),
        ]);
    }

    /// How many bytes there are so far.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing, not even the names of the columns.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Cents, Funds};
    use crate::shapes::payment::PaymentKind;
    use crate::shapes::scalar::At;
    use crate::time::Instant;

    #[test]
    fn each_payment_is_a_row() {
        let mut table = Table::default();
        table.add(&Payment {
            time: At(Instant(1_767_225_600_500)),
            kind: PaymentKind::Bonus,
            worker_id: "A1".to_owned(),
            robot: true,
            assignment_id: "3A".to_owned(),
            hit_id: None,
            has_answer: false,
            amount: Cents(100),
            fee: Cents(20),
            charged: Funds(Cents(120)),
            reason: Some("=\"thanks\"".to_owned()),
            bonus_key: 1,
        });
        let rows = "\"Time\",\"Kind\",\"WorkerId\",\"AssignmentId\",\"HITId\",\"Amount\",\"Fee\",\
            \"Charged\",\"Reason\",\"Robot\"\n\"2026-01-01T00:00:00Z\",\"Bonus\",\"A1\",\"3A\",\
            \"\",\"1.00\",\"0.20\",\"1.20\",\"'=\"\"thanks\"\"\",\"yes\"\n";
        assert_eq!(table.finish(), rows);
    }
}
