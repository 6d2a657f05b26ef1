//! Reports in files of their own, `--out FILE`: which form an ending means, and how a report comes into being without ever standing
//! half-written under its name. Receives judged conversations in order and hands them on to each form.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use jinyu::Checker;
use tempfile::NamedTempFile;

use super::{Audited, Tally};
use crate::locale::Locale;

/// A report of one form, fed in input order.
pub(crate) trait FileReport: Send {
    /// Takes in a conversation.
    fn conversation(&mut self, audited: &Audited) -> Result<()>;
    /// Writes what is left; afterwards the file is complete.
    fn finish(self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()>;
}

/// The form of a report, as the ending of its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileForm {
    Csv,
    Html,
    Jsonl,
    Junit,
    Parquet,
    Sarif,
    Xlsx,
}

impl FileForm {
    /// Endings, the longest first where one ends in another.
    const ENDINGS: &[(&str, Self)] = &[
        (".junit.xml", Self::Junit),
        (".csv", Self::Csv),
        (".html", Self::Html),
        (".jsonl", Self::Jsonl),
        (".parquet", Self::Parquet),
        (".sarif", Self::Sarif),
        (".xlsx", Self::Xlsx),
    ];

    fn is_built_in(self) -> bool {
        match self {
            Self::Html => cfg!(feature = "html"),
            Self::Parquet => cfg!(feature = "parquet"),
            Self::Xlsx => cfg!(feature = "xlsx"),
            _ => true,
        }
    }
}

/// A report to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) path: PathBuf,
    form: FileForm,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(argument: &str) -> Result<Self, Self::Err> {
        let name = argument.to_ascii_lowercase();
        let Some((ending, form)) = FileForm::ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)) else {
            let endings: Vec<&str> = FileForm::ENDINGS.iter().map(|(ending, _)| *ending).collect();
            return Err(format!(
                "the ending says which form a report has; write a name that ends in one of {}",
                endings.join(" ")
            ));
        };
        if !form.is_built_in() {
            return Err(format!("this jinyu was built without {ending} reports; build it with its default features"));
        }
        Ok(Self { path: argument.into(), form: *form })
    }
}

/// All reports in files that were asked for.
#[derive(Default)]
pub(crate) struct FileReports {
    open: Vec<OpenReport>,
    /// What went wrong with those that were given up.
    failures: Vec<anyhow::Error>,
}

/// A report that is being written under another name.
struct OpenReport {
    path: PathBuf,
    file: NamedTempFile,
    report: Box<dyn FileReport>,
}

impl FileReports {
    /// Opens a file beside each target.
    ///
    /// # Errors
    /// When one of them cannot be written, before any work is done.
    pub(crate) fn open(targets: &[Target], locale: Locale, explain: bool, checker: &Checker) -> Result<Self> {
        let open = targets.iter().enumerate().map(|(number, target)| {
            if targets.iter().take(number).any(|other| other.path == target.path) {
                return Err(anyhow!("{}: is named twice by --out; name it once", target.path.display()));
            }
            let begun = create(&target.path).and_then(|file| {
                let report = new_report(target.form, file.as_file().try_clone()?, locale, explain, checker)?;
                Ok(OpenReport { path: target.path.clone(), file, report })
            });
            begun.with_context(|| format!("cannot write {}", target.path.display()))
        });
        Ok(Self { open: open.collect::<Result<_>>()?, failures: Vec::new() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Hands a conversation on. A report that cannot be written any more is given up, the others go on.
    pub(crate) fn conversation(&mut self, audited: &Audited) {
        let failures = &mut self.failures;
        self.open.retain_mut(|open| {
            let written = open.report.conversation(audited).with_context(|| format!("cannot write {}", open.path.display()));
            written.map_err(|error| failures.push(error)).is_ok()
        });
    }

    /// Completes each report and gives it its name; hands on what went wrong.
    pub(crate) fn finish(self, tally: &Tally, checker: &Checker) -> Vec<anyhow::Error> {
        let Self { open, mut failures } = self;
        for OpenReport { path, file, report } in open {
            let written = report.finish(tally, checker).and_then(|()| Ok(file.persist(&path).map_err(|error| error.error)?));
            if let Err(error) = written {
                failures.push(error.context(format!("cannot write {}", path.display())));
            }
        }
        failures
    }
}

/// Files that are being written under another name, for who ends the program at once.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes files that are still being written; those that have their name are no longer there under the other.
pub(crate) fn remove_unfinished() {
    for path in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // Nobody is left to tell.
        let _ = std::fs::remove_file(path);
    }
}

/// A new file in the folder of `path`, which vanishes unless it is given its name.
pub(crate) fn create(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("there is no folder {}; make it, or check the path", folder.display());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".jinyu-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other new file, less what the umask takes: reports are for teams.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder).context("its folder does not let us make a file; check the path")?;
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(file.path().to_owned());
    Ok(file)
}

fn new_report(form: FileForm, file: File, locale: Locale, explain: bool, checker: &Checker) -> Result<Box<dyn FileReport>> {
    Ok(match form {
        FileForm::Csv => Box::new(super::csv::CsvReport::new(file, locale, checker)?),
        FileForm::Jsonl => Box::new(super::jsonl::JsonlFile::new(file, explain)),
        #[cfg(feature = "html")]
        FileForm::Html => Box::new(super::html::HtmlReport::new(file, locale)?),
        FileForm::Junit => Box::new(super::junit::JunitReport::new(file, locale)?),
        FileForm::Sarif => Box::new(super::sarif::SarifReport::new(file, locale, explain)?),
        #[cfg(feature = "parquet")]
        FileForm::Parquet => Box::new(super::parquet::ParquetReport::new(file)?),
        #[cfg(feature = "xlsx")]
        FileForm::Xlsx => Box::new(super::xlsx::XlsxReport::new(file, locale)?),
        #[cfg(not(all(feature = "html", feature = "parquet", feature = "xlsx")))]
        other => return Err(anyhow!("{other:?} reports are left out of this build")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_name_forms() {
        assert_eq!("a/B.JUNIT.XML".parse::<Target>().map(|target| target.form), Ok(FileForm::Junit));
        assert_eq!("x.csv".parse::<Target>().map(|target| target.form), Ok(FileForm::Csv));
        assert!("x.xml".parse::<Target>().is_err_and(|error| error.contains(".junit.xml")));
    }
}
