//! The reader: every object of every revision, pages, form, signatures.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pk_fuzz::assemble;
use pk_trust::pades;
use pk_trust::pdf::File;

fuzz_target!(|data: &[u8]| {
    read(data);
    // Mutations break offsets first of all; with a fresh table they reach what lies behind it.
    read(&assemble(data));
});

fn read(bytes: &[u8]) {
    for file in [File::parse(bytes), File::parse_foreign(bytes)].into_iter().flatten() {
        examine(&file, bytes);
    }
}

fn examine(file: &File<'_>, bytes: &[u8]) {
    let revisions = file.revisions();
    // Every byte belongs to exactly one revision.
    assert_eq!(revisions[0].span.start, 0);
    assert_eq!(revisions[revisions.len() - 1].span.end, bytes.len());
    assert!(revisions.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
    for index in 0..revisions.len() {
        let view = file.at(index);
        for number in revisions[index].numbers() {
            if let Ok(Some((body, made))) = view.numbered(number) {
                assert!(made <= index);
                if body.container.is_none() {
                    let span = &revisions[made].span;
                    assert!(span.start <= body.span.start && body.span.end <= span.end);
                }
                let _ = view.decoded(&body);
            }
        }
        let _ = view.pages();
        let _ = file.unlisted(index);
        let _ = pades::fields(view);
        let _ = pades::form_fields(view);
    }
    let _ = pades::examine(file);
    let _ = pades::survey(file);
}
