//! The report as one HTML file.

use std::fmt::{self, Display, Write};

use rae_picture::{Color, Escaped, FAMILIES, Size, Svg};

use crate::chart::Chart;
use crate::note::{SIGN, sign};
use crate::page::{Figure, Page, WeakBar};
use crate::palette::Palette;
use crate::row::RowPainter;
use crate::sheet::{Sheet, WIDTH};
use crate::words;

const STYLE: &str = include_str!("style.css");

/// Colours of the page itself on dark screens.
const DARK_PAGE: &str = "--page: #14181f; --text: #eef1f5; --soft: #b4bdc9; --line: #343c48; --panel: #1f252e; \
                         --warn: #3a3115; --warn-edge: #e6c34f;";

/// What the reader may want to know about the words used.
pub(crate) const FOOTNOTE: &str = "C4 is middle C; pitches are named as they sound. Notes: the share of the written notes that were right, added ones \
    counted as wrong. Rhythm: how near notes were to the player's own tempo; up to 40 ms cost nothing. Tempo: played \
    beside written.";

/// The whole file.
pub(crate) fn document(page: &Page, sheet: &Sheet<'_>) -> String {
    let mut html = Html(String::new());
    let title = Escaped(&page.title);
    html.add(format_args!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}{}</style>\n\
         </head>\n<body>\n<main>\n",
        dark_style()
    ));
    html.header(page);
    html.figures(&page.figures);
    html.advice(&page.advice);
    html.notes(page, sheet);
    html.bars(page, sheet);
    html.remarks(&page.remarks);
    html.mistakes(page);
    html.add(format_args!("<footer>{}</footer>\n</main>\n</body>\n</html>\n", Escaped(FOOTNOTE)));
    html.0
}

/// Rules that give every colour of the pictures its dark counterpart on dark screens; paper stays light.
fn dark_style() -> String {
    let mut rules = format!("@media screen and (prefers-color-scheme: dark) {{\n:root {{ {DARK_PAGE} }}\n");
    for (light, dark) in Palette::light().colors().into_iter().zip(Palette::dark().colors()) {
        rules.push_str(&format!("svg [fill=\"{light}\"] {{ fill: {dark}; }} "));
        rules.push_str(&format!("svg [stroke=\"{light}\"] {{ stroke: {dark}; }}\n"));
    }
    rules.push_str("}\n");
    rules
}

struct Html(String);

impl Html {
    fn add(&mut self, what: fmt::Arguments<'_>) {
        self.0.write_fmt(what).expect("memory takes everything");
    }

    fn element(&mut self, name: &str, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.add(format_args!("<{name}{class}>{}</{name}>\n", Escaped(text)));
    }

    fn list(&mut self, items: &[String]) {
        self.add(format_args!("<ul>\n"));
        items.iter().for_each(|item| self.element("li", "", item));
        self.add(format_args!("</ul>\n"));
    }

    fn header(&mut self, page: &Page) {
        self.add(format_args!("<header>\n"));
        self.element("h1", "", &page.title);
        if !page.facts.is_empty() {
            self.add(format_args!("<p class=\"facts\">"));
            page.facts.iter().for_each(|fact| self.add(format_args!("<span>{}</span>", Escaped(fact))));
            self.add(format_args!("</p>\n"));
        }
        self.add(format_args!("</header>\n"));
        let warnings: Vec<&String> = page.reason.iter().chain(&page.warnings).collect();
        if !warnings.is_empty() {
            self.add(format_args!("<section class=\"warnings\" aria-label=\"Please note\">\n"));
            warnings.iter().for_each(|warning| self.element("p", "", warning));
            self.add(format_args!("</section>\n"));
        }
    }

    fn figures(&mut self, figures: &[Figure]) {
        if figures.is_empty() {
            return;
        }
        self.add(format_args!("<section class=\"figures\" aria-label=\"Scores\">\n"));
        for Figure { name, value, grade, detail } in figures {
            self.add(format_args!("<div class=\"figure\">\n"));
            self.element("h2", "", name);
            self.element("p", "value", value);
            self.element("p", "grade", grade);
            self.element("p", "detail", detail);
            self.add(format_args!("</div>\n"));
        }
        self.add(format_args!("</section>\n"));
    }

    fn advice(&mut self, advice: &[String]) {
        if !advice.is_empty() {
            self.add(format_args!("<section class=\"advice\">\n<h2>What to do next</h2>\n"));
            self.list(advice);
            self.add(format_args!("</section>\n"));
        }
    }

    fn notes(&mut self, page: &Page, sheet: &Sheet<'_>) {
        let palette = Palette::light();
        self.add(format_args!("<section>\n<h2>Note by note</h2>\n<ul class=\"key\">\n"));
        for &(which, count, name) in &page.key {
            let mut svg = canvas(SIGN.0, SIGN.1);
            sign(&mut svg, &palette, which, 0.0, 0.0);
            let (width, height) = SIGN;
            self.add(format_args!(
                "<li><svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">\n{}\
                 </svg><span><b>{count}</b> {name}</span></li>\n",
                Unmarked(svg.elements())
            ));
        }
        self.add(format_args!("</ul>\n"));
        let painter = RowPainter { sheet, palette: &palette };
        for &row in &sheet.rows.spans {
            let height = painter.height(row).ceil();
            let mut svg = canvas(WIDTH, height);
            painter.draw(&mut svg, row, 0.0);
            self.picture("row", &painter.title(row), height, &svg);
        }
        self.add(format_args!("</section>\n"));
    }

    fn bars(&mut self, page: &Page, sheet: &Sheet<'_>) {
        let palette = Palette::light();
        if let Some(chart) = Chart::new(sheet, &palette) {
            self.add(format_args!("<section>\n<h2>Bar by bar: score, and tempo beside the written one</h2>\n"));
            let height = chart.height().ceil();
            let mut svg = canvas(WIDTH, height);
            chart.draw(&mut svg, 0.0);
            self.picture("chart", &chart.title(), height, &svg);
            self.add(format_args!("</section>\n"));
        }
        self.weakest(&page.weakest);
    }

    fn weakest(&mut self, weakest: &[WeakBar]) {
        if weakest.is_empty() {
            return;
        }
        self.add(format_args!("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"The weakest bars\"><table>\n<caption>The bars that need work most</caption>\n<thead><tr>"));
        for name in ["Bar", "Score", "Right", "Wrong", "Missed", "Added", "Timing", "At"] {
            self.add(format_args!("<th scope=\"col\">{name}</th>"));
        }
        self.add(format_args!("<th scope=\"col\" class=\"words\">Notes</th></tr></thead>\n<tbody>\n"));
        for WeakBar { bar, score, counts, timing, at, notes } in weakest {
            let cells: [&dyn Display; 7] =
                [score, &counts.correct, &counts.wrong_pitch, &counts.missed, &counts.extra, timing, at];
            self.add(format_args!("<tr><th scope=\"row\">{bar}</th>"));
            cells.iter().for_each(|cell| self.add(format_args!("<td>{cell}</td>")));
            self.add(format_args!("<td class=\"words\">{}</td></tr>\n", Escaped(notes)));
        }
        self.add(format_args!("</tbody>\n</table></div>\n"));
    }

    fn remarks(&mut self, remarks: &[String]) {
        if !remarks.is_empty() {
            self.add(format_args!("<section>\n<h2>Remarks</h2>\n"));
            self.list(remarks);
            self.add(format_args!("</section>\n"));
        }
    }

    fn mistakes(&mut self, page: &Page) {
        if page.mistakes.is_empty() {
            return;
        }
        self.add(format_args!(
            "<details open>\n<summary>Every note that was not right or not in time</summary>\n<table>\n<thead><tr>"
        ));
        for (class, name) in [("", "At"), ("", "Bar"), ("words", "Expected"), ("words", "Played")] {
            self.add(format_args!("<th scope=\"col\" class=\"{class}\">{name}</th>"));
        }
        self.add(format_args!("</tr></thead>\n<tbody>\n"));
        for mistake in &page.mistakes {
            let time = mistake.time.map_or("–".into(), words::clock);
            let bar = mistake.bar.map_or("–".into(), |bar| bar.to_string());
            self.add(format_args!("<tr><td>{time}</td><td>{bar}</td>"));
            for words in [&mistake.expected, &mistake.played] {
                self.add(format_args!("<td class=\"words\">{}</td>", Escaped(words)));
            }
            self.add(format_args!("</tr>\n"));
        }
        self.add(format_args!("</tbody>\n</table>\n"));
        if page.more_mistakes > 0 {
            self.element("p", "", &format!("… and {} more.", page.more_mistakes));
        }
        self.add(format_args!("</details>\n"));
    }

    fn picture(&mut self, class: &str, title: &str, height: f32, svg: &Svg) {
        self.add(format_args!(
            "<div class=\"scroll {class}\" tabindex=\"0\" role=\"group\" aria-label=\"{0}\"><svg role=\"img\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"{FAMILIES}\" aria-label=\"{0}\">\n{1}</svg></div>\n",
            Escaped(title),
            svg.elements()
        ));
    }
}

/// A transparent canvas.
fn canvas(width: f32, height: f32) -> Svg {
    let size = Size::new(width as u32, height as u32, 1.0).expect("rows are bounded");
    Svg::new(size, Color::TRANSPARENT)
}

/// Elements of an example, whose classes must not be taken for those of marks.
struct Unmarked<'a>(&'a str);

impl Display for Unmarked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.replace("class=\"", "class=\"example-"))
    }
}
