//! The report in a few lines of text.

use std::fmt::Write;

use crate::page::{Figure, Page, Sign, WeakBar};

/// What a terminal shows.
pub(crate) fn lines(page: &Page) -> String {
    let mut text = Text(String::new());
    for warning in page.reason.iter().chain(&page.warnings) {
        text.line(&format!("! {warning}"));
    }
    text.figures(&page.figures);
    text.counts(page);
    text.weakest(&page.weakest);
    text.list("What to do next", &page.advice);
    text.list("Remarks", &page.remarks);
    text.0.trim_end().to_owned()
}

struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        // One line each, whatever the texts of files hold.
        let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
        writeln!(self.0, "{}", line.trim_end()).expect("memory takes everything");
    }

    fn figures(&mut self, figures: &[Figure]) {
        let width =
            |of: fn(&Figure) -> &str| figures.iter().map(|figure| of(figure).chars().count()).max().unwrap_or(0);
        let (value_width, grade_width) = (width(|figure| &figure.value), width(|figure| &figure.grade));
        for Figure { name, value, grade, detail } in figures {
            self.line(&format!("{name:<8}{value:>value_width$}   {grade:<grade_width$}   {detail}"));
        }
    }

    fn counts(&mut self, page: &Page) {
        let faults = page.key.iter().filter(|(sign, count, _)| *count > 0 && *sign != Sign::CORRECT);
        let faults: Vec<String> = faults.map(|(_, count, name)| format!("{count} {name}")).collect();
        if !faults.is_empty() && page.reason.is_none() {
            self.line(&format!("{:<8}{}", "Faults", faults.join(", ")));
        }
    }

    fn weakest(&mut self, weakest: &[WeakBar]) {
        if weakest.is_empty() {
            return;
        }
        self.line("\n");
        self.line("The bars that need work most");
        let width = weakest.iter().map(|bar| bar.bar.to_string().len()).max().unwrap_or(0);
        for WeakBar { bar, score, counts, timing, at, notes } in weakest {
            let added = if counts.extra > 0 { format!("{} added", counts.extra) } else { String::new() };
            let mut faults: Vec<&str> =
                [notes.as_str(), &added].into_iter().filter(|fault| !fault.is_empty()).collect();
            let off = format!("{timing} early or late on average");
            if faults.is_empty() {
                faults.push(&off);
            }
            self.line(&format!("  bar {bar:>width$}  {score:>5}  at {at}  {}", faults.join(", ")));
        }
    }

    fn list(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.line("\n");
        self.line(heading);
        items.iter().for_each(|item| self.line(&format!("  - {item}")));
    }
}
