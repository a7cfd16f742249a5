//! Batches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Entry;
use crate::shapes::batch::{BatchStatus, Mark, NewBatch, Work};
use crate::shapes::scalar::{AccessKey, Id};
use crate::shapes::table::TableNote;
use crate::time::Time;

/// A batch, with its table. From rows without a HIT the HITs are made after loading.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({
    "Settings": {
        "Title": "Name the animal", "Description": "Look", "Reward": "0.05",
        "Template": "<p>${name}</p><input name=\"animal\">"
    },
    "Columns": ["name"], "Rows": [{"Cells": ["cat"]}]
}))]
pub struct BatchEntry {
    pub requester: Option<AccessKey>,
    /// Its number; the one after the greatest if absent.
    #[schema(minimum = 1)]
    pub batch_id: Option<i64>,
    pub creation_time: Option<Time>,
    /// `Published` if absent and each row has its HIT, or else `Publishing`.
    pub status: Option<BatchStatus>,
    /// Of its HITs; that of the settings if absent.
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: Option<Id>,
    /// What was sent to make it; the table stands beside it.
    #[schema(required)]
    pub settings: NewBatch,
    /// The names of the table's columns.
    #[schema(required)]
    pub columns: Vec<String>,
    #[schema(required, max_items = 20_000)]
    pub rows: Vec<RowEntry>,
    /// What is under way, or was done last.
    pub work: Option<Work>,
    /// What could not be done of it.
    #[schema(max_items = 100)]
    pub problems: Option<Vec<TableNote>>,
    /// Decisions of an uploaded file that are still to be applied.
    pub decisions: Option<Vec<Mark>>,
}

impl Entry for BatchEntry {}

/// A row of a batch's table. The rows that have HITs stand first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RowEntry {
    /// Where it stood in the file, from 1.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub line: Option<usize>,
    /// As many as there are columns.
    pub cells: Vec<String>,
    /// The HIT that was made from it.
    #[serde(default, rename = "HITId")]
    pub hit_id: Option<Id>,
    /// For so many rejected assignments the HIT got others.
    #[serde(default)]
    #[schema(minimum = 0)]
    pub replaced_count: Option<i64>,
}
