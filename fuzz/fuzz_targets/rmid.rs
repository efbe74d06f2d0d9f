//! Any bytes as an RMID file: its own bank lies within them and is an error or a bank, whose promises hold on top of another.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rae_midi::Sequence;
use rae_soundfont::SoundFont;
use rae_testkit::BankBuilder;

fuzz_target!(|bytes: &[u8]| {
    let Ok(parsed) = Sequence::parse(bytes) else { return };
    let Some(bank) = parsed.rmid.and_then(|rmid| rmid.bank) else { return };
    assert!(bytes.windows(bank.range.len()).any(|window| window == &bank.file[bank.range.clone()]));
    let Ok(own) = SoundFont::from_part(bank.file.clone(), bank.range, &bank.name) else { return };
    let below = BankBuilder::one_sample(&[0.5; 100], None).build();
    let stack = SoundFont::stack(&[(&below, 0), (&own, bank.offset)]);
    let model = stack.model();
    assert!(stack.preset(0, 0).is_some());
    for (index, preset) in model.presets.iter().enumerate() {
        assert_eq!(stack.preset(preset.bank, preset.program), Some(index));
        assert!(preset.zones.iter().all(|zone| zone.target.is_some_and(|target| target < model.instruments.len())));
    }
    for zone in model.instruments.iter().flat_map(|instrument| &instrument.zones) {
        let sample = zone.target.expect("every zone has a target");
        let header = &model.samples[sample];
        // A stream may claim more than a fuzzer has memory for: what is promised there is not asked for.
        if stack.points(sample) <= 1 << 20 {
            assert!(header.start < header.end && header.end as usize <= stack.points(sample));
            assert_eq!(stack.pcm(sample).words.len(), stack.points(sample));
        }
    }
});
