//! What pages share: posted forms, with files or without, and their token, answers, cookies, who
//! holds the admin token, where the browser says that it is, the question of a HIT, the strip for
//! the requester below it, and the results of a batch.

pub mod admin;
pub mod attempts;
pub mod cookie;
pub mod form;
pub mod form_token;
pub mod multipart;
pub mod origin;
pub mod page;
pub mod policy;
pub mod question;
pub mod question_form;
pub mod results;
pub mod sent;
pub mod strip;
