//! What the pages of requesters share: posted forms, answers, cookies, who holds the admin token,
//! and where the browser says that it is.

pub mod admin;
pub mod attempts;
pub mod cookie;
pub mod form;
pub mod origin;
pub mod page;
pub mod policy;
