# `make` alone lists what there is. Everything longer than a few lines lives in scripts/.
PYTHON ?= python3
export PYTHON

.PHONY: help demo test compare bench ablation neon check-targets fuzz fmt clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## build rae and render test_data/demo.mid to out/demo.wav with the built-in bank
	@scripts/demo.sh

test: ## formatting, lints, Rust and Python tests, README, conformance, comparison with FluidSynth
	@scripts/test.sh

compare: ## compare with FluidSynth on three SoundFonts (Debian: installs them when root)
	@scripts/compare.sh

bench: ## speed and memory beside FluidSynth, rustysynth and others; writes bench/RESULTS.md
	@scripts/bench.sh

ablation: ## what the parts of the assessment are worth, as a table (about 10 minutes)
	@scripts/ablation.sh

neon: ## test the Arm kernels against the scalar twin, emulated (Debian as root; 2.3 GB of cross compilers)
	@scripts/neon.sh

check-targets: ## type-check for macOS on Arm and for Windows (Debian as root; the same compilers)
	@scripts/check-targets.sh

fuzz: ## fuzz the file readers, FUZZ_SECONDS=60 each (nightly Rust, cargo-fuzz)
	@scripts/fuzz.sh

fmt: ## format Rust and Python
	cargo fmt --all
	@scripts/venv.sh
	.venv/bin/ruff check --quiet --fix --config scripts/ruff.toml bench bindings/python scripts tests training
	.venv/bin/ruff format --config scripts/ruff.toml bench bindings/python scripts tests training

clean: ## remove what was built
	cargo clean
	rm -rf out .venv
