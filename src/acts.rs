//! Deeds with consequences: what a requester, a worker, a timer or a fixture can do alike.

pub mod accept;
pub mod approve;
pub mod ask;
pub mod create_hit;
pub mod dispose;
pub mod emit;
pub mod expire;
pub mod extend;
pub mod first_time;
pub mod give_back;
pub mod grant;
pub mod hold;
pub mod keep_decision;
pub mod keep_hit;
pub mod make_known;
pub mod offer;
pub mod qualify;
pub mod reject;
pub mod require;
pub mod review;
pub mod submit;
pub mod submit_form;
pub mod tell;
