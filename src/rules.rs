//! What the market allows: pure functions over plain values.

pub mod admin_token;
pub mod assignment;
pub mod bonus;
pub mod console_cookie;
pub mod faults;
pub mod fees;
pub mod file_link;
pub mod frame;
pub mod hit;
pub mod hit_type;
pub mod limits;
pub mod mask;
pub mod new_hit;
pub mod notification;
pub mod page;
pub mod posted;
pub mod qualification;
pub mod question;
pub mod review_policy;
pub mod snapshot;
pub mod text;
pub mod unique_request_token;
pub mod url;
pub mod worker;
pub mod worker_cookie;
