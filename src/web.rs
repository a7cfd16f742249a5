//! What pages share: posted forms, answers, cookies, who holds the admin token, where the browser
//! says that it is, the question of a HIT, and the strip for the requester below it.

pub mod admin;
pub mod attempts;
pub mod cookie;
pub mod form;
pub mod origin;
pub mod page;
pub mod policy;
pub mod question;
pub mod question_form;
pub mod strip;
