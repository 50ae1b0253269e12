# Verbs only: what is longer than a few lines of shell is Swift in Tests/ or a script in .ci/.
.DEFAULT_GOAL := help
.PHONY: help setup ready build test check format demo bench golden simulate search fuzz transcripts regressions

# One set of flags everywhere, so that no verb rebuilds what another has built.
BUILD := swift build --explicit-target-dependency-import-check error
# One test at a time: many wait for real processes, and two cores would let them starve each other.
TEST := swift test --skip-build --disable-xctest --no-parallel
# libFuzzer wants its counters in every file, so it has a build of its own.
LIBFUZZER = $(shell swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
FUZZ = $(BUILD) -c release --scratch-path .build/fuzz --product apus-fuzz --sanitize address \
    -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp \
    -Xlinker -u -Xlinker LLVMFuzzerRunDriver -Xlinker -lstdc++ \
    -Xlinker "$(LIBFUZZER)/clang/lib/linux/libclang_rt.fuzzer_no_main-$(shell uname -m).a"
FORMAT := swift format
FORMATTED := --configuration .ci/swift-format.json --recursive --parallel Package.swift Sources Tests

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## install the missing Debian packages (root or sudo; else prints the command)
	@.ci/setup

ready:
	@.ci/setup --quiet

build: ready ## build both programs and every tool (debug)
	$(BUILD)

test: ready ## build and run every test
	$(BUILD) --build-tests
	$(TEST)

check: ready ## format lint, import check and tidy tests: what CI runs first
	$(FORMAT) lint --strict $(FORMATTED)
	$(BUILD) --build-tests
	$(BUILD) -c release --product apus-proxy
	RELEASE_PROXY="$$($(BUILD) -c release --show-bin-path)/apus-proxy" $(TEST) --filter TidyTests

format: ## rewrite the sources as swift-format wants them
	$(FORMAT) --in-place $(FORMATTED)

demo: ready ## three proxies, a git push and what becomes of it; ends by itself
	$(BUILD) --product apus
	$(BUILD) --product apus-proxy
	$(BUILD) --product apus-demo
	@exec "$$($(BUILD) --show-bin-path)/apus-demo"

bench: ## compare CPU, memory and latency with HAProxy and nginx; saves the table
	@.ci/setup --quiet bench
	swift build -c release --product apus
	swift build -c release --product apus-proxy
	swift build -c release --product apus-bench
	@exec "$$(swift build -c release --show-bin-path)/apus-bench"

golden: ready ## rewrite the golden files; the diff is the review
	$(BUILD) --build-tests
	GOLDEN=rewrite $(TEST)

simulate: ready ## simulated fleets under faults; SEED=n RUNS=n SIZE=small CONTROLLERS=1 CONFIGURATION=release
	$(BUILD) -c $(or $(CONFIGURATION),debug) --product apus-simulate
	@exec "$$($(BUILD) -c $(or $(CONFIGURATION),debug) --show-bin-path)/apus-simulate" \
	    --seed $(or $(SEED),1) --runs $(or $(RUNS),$(if $(SEED),1,50)) \
	    --size $(or $(SIZE),full) $(if $(CONTROLLERS),--controllers)

search: ready ## look for cheaper lists of operations than the planner's; SEED=n RUNS=n
	$(BUILD) -c release --product apus-search
	@exec "$$($(BUILD) -c release --show-bin-path)/apus-search" \
	    --seed $(or $(SEED),1) --runs $(or $(RUNS),$(if $(SEED),1,10000))

fuzz: ready ## libFuzzer with AddressSanitizer on every reader of what others send; TARGET=name SECONDS=n
	$(FUZZ)
	@ASAN_OPTIONS=detect_leaks=0 exec "$$($(FUZZ) --show-bin-path)/apus-fuzz"

transcripts: ready ## record the transcripts of the Runtime API from the installed HAProxy again
	$(BUILD) --product apus-record
	@exec "$$($(BUILD) --show-bin-path)/apus-record"

regressions: ready ## HAProxy's own tests; FILES="checks balance-rr.vtc" (or all that passed), LOG=1, ADD=1 to the list
	$(BUILD) --product apus-proxy
	$(BUILD) --product apus-regress
	@exec "$$($(BUILD) --show-bin-path)/apus-regress" $(if $(LOG),--log) $(if $(ADD),--add) $(FILES)
