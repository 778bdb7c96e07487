//! Copies every row that can be read into a new database of the same schema, and counts those that can't.

use std::collections::{BTreeMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::StoreError;
use super::TableReport;
use super::pages::Pages;
use super::shape::Shape;
use super::tree::{Met, Record, Tree, free_pages, stray_leaf};

/// What matters most comes first; all other tables come after them.
const FIRST: [&str; 12] = [
    "certificate",
    "trust",
    "waiting_key",
    "outside_key",
    "authority",
    "issued",
    "account",
    "setting",
    "outbox",
    "draft",
    "draft_attachment",
    "folder",
];
/// What is made anew from the rest.
const DERIVED: [&str; 4] = ["search_index", "indexed", "unindexed", "summary"];
/// When nobody knows which pages are free, what was deleted can't be told from what was not. Of these, rather too much
/// is kept than too little.
const RATHER_KEPT: [&str; 7] = ["account", "certificate", "draft", "draft_attachment", "message", "raw", "raw_piece"];

/// A table as the new database has it.
struct Table {
    name: String,
    columns: Vec<Column>,
    /// The columns in the order in which a record has them.
    order: Vec<usize>,
    has_rowid: bool,
    /// Indexes, and whether they have every row.
    indexes: Vec<(String, bool)>,
    copied: HashSet<i64>,
    rows: u64,
    broken: u64,
    unreadable: usize,
}

struct Column {
    name: String,
    kind: String,
    is_needed: bool,
    has_default: bool,
    /// Another name of the row's number.
    is_rowid: bool,
}

/// What was copied.
pub(super) struct Copied {
    pub(super) tables: BTreeMap<String, TableReport>,
    /// Fingerprints of own keys that could not be read.
    pub(super) lost_keys: Vec<String>,
    /// There may have been more of them.
    pub(super) may_lack_keys: bool,
    /// Submissions of which not all could be read, or of which nobody knows whether they were still there.
    pub(super) doubtful: Vec<i64>,
}

/// Copies everything into an empty database of the same schema. `goes_on` is told how much was done.
pub(super) fn copy(
    pages: &Pages,
    met: &mut Met,
    shape: &Shape,
    db: &Connection,
    goes_on: &dyn Fn(f32) -> bool,
) -> Result<Option<Copied>, StoreError> {
    let mut tables = tables(db)?;
    let mut doubtful = Vec::new();
    let total = pages.end().max(1) as f32;
    for table in &mut tables {
        let Some(root) = shape.roots.get(&table.name) else {
            // A table that should be there, and nobody knows where.
            table.unreadable = 1;
            continue;
        };
        let mut tree = if table.has_rowid { Tree::table(pages, met, *root) } else { Tree::index(pages, met, *root) };
        let mut done = 0;
        while let Some(records) = tree.next_page() {
            for record in &records {
                table.put(db, record, &mut doubtful)?;
            }
            done += 1;
            if done % 256 == 0 && !goes_on(done as f32 / total) {
                return Ok(None);
            }
        }
        table.unreadable = tree.unreadable;
    }
    strays(pages, met, &mut tables, db, &mut doubtful)?;
    let mut copied = Copied { tables: BTreeMap::new(), lost_keys: Vec::new(), may_lack_keys: false, doubtful };
    for table in &tables {
        let mut report = table.report(pages, met, shape);
        if table.name == "certificate" && (!report.is_exact || report.lost > 0) {
            own_keys(pages, met, shape, table, &mut copied);
        }
        if DERIVED.contains(&&*table.name) {
            report = TableReport { kept: report.kept, ..TableReport::default() };
        }
        copied.tables.insert(table.name.clone(), report);
    }
    Ok(goes_on(1.0).then_some(copied))
}

impl Table {
    /// Puts a row into the new database, if it is whole.
    fn put(&mut self, db: &Connection, record: &Record, doubtful: &mut Vec<i64>) -> Result<(), StoreError> {
        if DERIVED.contains(&&*self.name) && self.name != "summary" {
            return Ok(());
        }
        if self.has_rowid && self.copied.contains(&record.rowid) {
            return Ok(());
        }
        let is_half = self.name == "outbox" && !record.is_whole && self.has_message(record);
        if !record.is_whole && !is_half {
            self.broken += 1;
            return Ok(());
        }
        let mut names = Vec::new();
        let mut values = Vec::new();
        for (column, value) in self.order.iter().filter_map(|place| self.columns.get(*place)).zip(&record.values) {
            names.push(format!("\"{}\"", column.name));
            values.push(if column.is_rowid { Value::Integer(record.rowid) } else { value.clone() });
        }
        if is_half {
            names.extend(["\"state\"", "\"created_at\""].map(String::from));
            values.extend([Value::Text("uncertain".into()), Value::Integer(0)]);
            doubtful.push(record.rowid);
        }
        let blanks = vec!["?"; names.len()].join(", ");
        let text = format!("INSERT OR IGNORE INTO \"{}\" ({}) VALUES ({blanks})", self.name, names.join(", "));
        match db.prepare_cached(&text)?.execute(params_from_iter(&values)) {
            // Something else has its place, or a value is missing that it needs.
            Ok(0) if !self.holds(db, &names, &values)? => self.broken += 1,
            Ok(0) => {}
            Ok(_) => {
                self.rows += 1;
                self.copied.insert(record.rowid);
            }
            Err(error) if is_row(&error) => self.broken += 1,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether this very row is there already.
    fn holds(&self, db: &Connection, names: &[String], values: &[Value]) -> Result<bool, StoreError> {
        let same = names.iter().map(|name| format!("{name} IS ?")).collect::<Vec<_>>().join(" AND ");
        let query = format!("SELECT 1 FROM \"{}\" WHERE {same}", self.name);
        Ok(db.prepare_cached(&query)?.exists(params_from_iter(values))?)
    }

    /// Of a submission all is there up to the message, and nothing of where it is.
    fn has_message(&self, record: &Record) -> bool {
        self.columns.get(record.values.len()).is_some_and(|next| next.name == "state")
    }

    /// Whether a record that nothing leads to may be a row of this table.
    fn fits(&self, record: &Record) -> bool {
        let missing = self.columns.iter().skip(record.values.len());
        record.is_whole
            && record.values.len() <= self.columns.len()
            && missing.into_iter().all(|column| column.has_default || !column.is_needed)
            && self.columns.iter().zip(&record.values).all(|(column, value)| match value {
                Value::Null => column.is_rowid || !column.is_needed,
                Value::Integer(_) => column.kind == "INTEGER" && !column.is_rowid,
                Value::Real(_) => column.kind == "REAL",
                Value::Text(_) => column.kind == "TEXT",
                Value::Blob(_) => column.kind == "BLOB",
            })
    }

    fn report(&self, pages: &Pages, met: &mut Met, shape: &Shape) -> TableReport {
        let (kept, mut lost, mut is_exact) = (self.rows, self.broken, self.unreadable == 0);
        if self.unreadable > 0 && self.has_rowid {
            for (index, is_full) in &self.indexes {
                let Some(root) = shape.roots.get(index) else { continue };
                let (rows, unreadable) = entries(pages, met, *root);
                let missing = rows.iter().filter(|(rowid, _)| !self.copied.contains(rowid)).count() as u64;
                lost = lost.max(missing);
                if *is_full && unreadable == 0 {
                    (lost, is_exact) = (missing, true);
                    break;
                }
            }
        }
        TableReport { kept, lost, is_exact }
    }
}

/// A row that the new database does not take, as opposed to a database that can't be written.
fn is_row(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, TypeMismatch};
    matches!(error.sqlite_error_code(), Some(ConstraintViolation | TypeMismatch))
}

/// The entries of an index: the row's number and the first value; and how many pages could not be read.
fn entries(pages: &Pages, met: &mut Met, root: u32) -> (Vec<(i64, Value)>, usize) {
    // It may have been walked before, for another count.
    let mut own = Met::default();
    let mut tree = Tree::index(pages, &mut own, root);
    let mut rows = Vec::new();
    while let Some(records) = tree.next_page() {
        for mut record in records {
            if let (true, Some(Value::Integer(rowid))) = (record.is_whole, record.values.pop()) {
                rows.push((rowid, record.values.into_iter().next().unwrap_or(Value::Null)));
            }
        }
    }
    let unreadable = tree.unreadable;
    met.pages.extend(own.pages);
    (rows, unreadable)
}

/// Which own keys are lost: their index names them.
fn own_keys(pages: &Pages, met: &mut Met, shape: &Shape, table: &Table, copied: &mut Copied) {
    let Some(root) = shape.roots.get("certificate_own") else {
        copied.may_lack_keys = true;
        return;
    };
    let (rows, unreadable) = entries(pages, met, *root);
    copied.may_lack_keys = unreadable > 0;
    for (rowid, fingerprint) in rows {
        if let (false, Value::Text(fingerprint)) = (table.copied.contains(&rowid), fingerprint) {
            copied.lost_keys.push(fingerprint);
        }
    }
}

/// Leaves whose way from the root is damaged: they belong to the table that their rows fit, if that is one alone.
fn strays(
    pages: &Pages,
    met: &mut Met,
    tables: &mut [Table],
    db: &Connection,
    doubtful: &mut Vec<i64>,
) -> Result<(), StoreError> {
    if tables.iter().all(|table| table.unreadable == 0) {
        return Ok(());
    }
    let free = free_pages(pages);
    for number in 2..=pages.end() {
        if met.pages.contains(&number) || free.as_ref().is_some_and(|free| free.contains(&number)) {
            continue;
        }
        let Some(records) = stray_leaf(pages, met, number).filter(|records| !records.is_empty()) else { continue };
        let is_candidate = |table: &&mut Table| {
            table.unreadable > 0
                && table.has_rowid
                && (free.is_some() || RATHER_KEPT.contains(&&*table.name))
                && records.iter().filter(|record| record.is_whole).all(|record| table.fits(record))
        };
        let mut candidates = tables.iter_mut().filter(is_candidate);
        let (Some(table), None) = (candidates.next(), candidates.next()) else { continue };
        met.pages.insert(number);
        for record in &records {
            if table.name == "outbox" {
                doubtful.push(record.rowid);
            }
            table.put(db, record, doubtful)?;
        }
    }
    Ok(())
}

fn tables(db: &Connection) -> Result<Vec<Table>, StoreError> {
    let mut statement =
        db.prepare("SELECT name, wr FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")?;
    let names: Vec<(String, bool)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let is_ours = |name: &str| !name.starts_with("sqlite_");
    let mut tables: Vec<Table> = names
        .into_iter()
        .filter(|(name, _)| is_ours(name))
        .map(|(name, is_rowless)| table(db, name, !is_rowless))
        .collect::<Result<_, _>>()?;
    let rank = |table: &Table| FIRST.iter().position(|first| *first == table.name).unwrap_or(FIRST.len());
    tables.sort_by(|one, other| (rank(one), &one.name).cmp(&(rank(other), &other.name)));
    Ok(tables)
}

fn table(db: &Connection, name: String, has_rowid: bool) -> Result<Table, StoreError> {
    let mut statement =
        db.prepare("SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk FROM pragma_table_info(?1)")?;
    let rows = statement.query_map([&name], |row| {
        let (kind, place): (String, usize) = (row.get(1)?, row.get(4)?);
        let column = Column {
            name: row.get(0)?,
            is_rowid: false,
            is_needed: row.get::<_, bool>(2)? || place > 0,
            has_default: row.get(3)?,
            kind,
        };
        Ok((column, place))
    })?;
    let (mut columns, places): (Vec<Column>, Vec<usize>) = rows.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let keys = places.iter().filter(|place| **place > 0).count();
    let mut order: Vec<usize> = (0..columns.len()).collect();
    if has_rowid {
        for (column, place) in columns.iter_mut().zip(&places) {
            column.is_rowid = *place > 0 && keys == 1 && column.kind == "INTEGER";
        }
    } else {
        // The columns of the key come first.
        order.sort_by_key(|at| places.get(*at).filter(|place| **place > 0).copied().unwrap_or(usize::MAX));
    }
    let mut statement = db.prepare("SELECT name, partial FROM pragma_index_list(?1)")?;
    let indexes = statement.query_map([&name], |row| Ok((row.get(0)?, !row.get::<_, bool>(1)?)))?;
    let indexes = indexes.collect::<Result<_, _>>()?;
    Ok(Table { name, columns, order, has_rowid, indexes, copied: HashSet::new(), rows: 0, broken: 0, unreadable: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::migrate_to;

    #[test]
    fn a_row_that_is_not_taken_is_lost_and_one_that_is_there_already_is_not() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate_to(&mut db, usize::MAX).unwrap();
        let mut all = tables(&db).unwrap();
        let setting = all.iter_mut().find(|table| table.name == "setting").unwrap();
        let text = |text: &str| Value::Text(text.to_owned());
        let mut put = |rowid, values: &[Value]| {
            let record = Record { rowid, values: values.to_vec(), is_whole: true };
            setting.put(&db, &record, &mut Vec::new()).unwrap();
            (setting.rows, setting.broken)
        };
        assert_eq!(put(1, &[text("one"), text("1")]), (1, 0));
        // The same from an older form of its page, and another one under its name.
        assert_eq!(put(2, &[text("one"), text("1")]), (1, 0));
        assert_eq!(put(3, &[text("one"), text("2")]), (1, 1));
        // A value that must be there is not.
        assert_eq!(put(4, &[text("two"), Value::Null]), (1, 2));
        assert_eq!(put(5, &[text("three"), text("3")]), (2, 2));
        let kept: i64 = db.query_row("SELECT count(*) FROM setting", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 2);
    }
}
