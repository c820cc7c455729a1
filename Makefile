# Frontdesk. "make demo" shows it, "make test" runs everything that must pass.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

# Packages that link Hugo take minutes to compile the first time, and too long
# under the race detector.
LIGHT := ./records/... ./schema/... ./hooks ./site ./cmd/frontdesk ./cmd/frontdesk-bench
HUGO  := ./site/hugo ./cmd/frontdesk-site

# Tests with the whole of a large real log: they take minutes under the race
# detector, which smaller tests of the same code meet.
REAL := UCILog|RealLog

# Tests start the programs hundreds of times, and the race detector would hold up
# the end of each by a second.
RACE := GORACE=atexit_sleep_ms=0 go test -race

FUZZTIME ?= 5s
LOG      := .tools/test.log
BENCH    := .tools/bench

.PHONY: build demo test lint fuzz deps bench bench-deps clean

build: ## bin/frontdesk and bin/frontdesk-site
	@echo "building bin/frontdesk and bin/frontdesk-site (Hugo takes some minutes the first time)"
	go build -o bin/frontdesk ./cmd/frontdesk
	go build -o bin/frontdesk-site ./cmd/frontdesk-site

demo: build ## a desk of a fictional company in demo/, with its site in demo/public
	rm -rf demo
	bin/frontdesk demo demo
	bin/frontdesk -C demo check
	bin/frontdesk -C demo site build
	@echo
	@echo "So that frontdesk is found:  export PATH=\"$(CURDIR)/bin:\$$PATH\""
	@echo "The site: open demo/public/index.html in a browser, or run frontdesk -C demo site serve"

test: deps lint ## everything that must pass
	@mkdir -p .tools && : > $(LOG)
	$(RACE) -timeout 40m -skip '$(REAL)' -v $(LIGHT) | tee -a $(LOG) | .ci/brief
	go test -timeout 20m -run '$(REAL)' -v ./records/intake ./records/report ./cmd/frontdesk | tee -a $(LOG) | .ci/brief
	go test -timeout 20m -v $(HUGO) | tee -a $(LOG) | .ci/brief
	$(MAKE) --no-print-directory fuzz
	$(MAKE) --no-print-directory demo
	@.ci/verdict $(LOG)

lint: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l cmd hooks records schema site)" || { echo "not gofmt-ed:"; gofmt -l cmd hooks records schema site; exit 1; }
	go vet ./...
	go tool staticcheck ./...

fuzz: ## each fuzz target for FUZZTIME
	@.ci/fuzz $(FUZZTIME)

# What the tests use beside Go and git: a browser, a judge of man pages, the
# programs that make and verify signatures, one that computes figures a second time,
# and a checker of accessibility.
deps:
	@.ci/need chromium chromium
	@.ci/need groff groff-base
	@.ci/need ssh-keygen openssh-client
	@.ci/need gpg gnupg
	@.ci/need sqlite3 sqlite3
	@test -d .tools/node_modules/axe-core || { \
		if command -v npm > /dev/null; then \
			echo "installing axe-core for the accessibility tests"; \
			npm install --silent --no-save --no-audit --no-fund --prefix .tools axe-core@4.10.3; \
		else echo "npm is not installed: the accessibility tests will be skipped"; fi; }

bench: build bench-deps ## the budgets, measured: a table, kept in .github/BENCHMARKS.md unless ROWS='list|check' picks some
	go build -o $(BENCH)/frontdesk-bench ./cmd/frontdesk-bench
	$(BENCH)/frontdesk-bench $(if $(ROWS),--rows '$(ROWS)',--write .github/BENCHMARKS.md) $(BENCHFLAGS)

# What Frontdesk is compared with. A program that cannot be installed is named
# in the table as not measured.
bench-deps:
	@mkdir -p $(BENCH)
	@.ci/need fossil fossil || true
	@test -e $(BENCH)/node_modules/.bin/remark -a -e $(BENCH)/node_modules/.bin/backlog || { \
		if command -v npm > /dev/null; then \
			echo "installing Backlog.md and remark-lint-frontmatter-schema to compare with"; \
			npm install --silent --no-save --no-audit --no-fund --prefix $(BENCH) \
				backlog.md@1.52.0 remark-cli@12.0.1 remark-frontmatter@5.0.0 remark-lint-frontmatter-schema@3.15.4 || true; \
		else echo "npm is not installed: its programs will not be compared with"; fi; }
	@test -x $(BENCH)/hugo || { \
		echo "building stock Hugo to compare with (some minutes)"; \
		GOBIN="$(CURDIR)/$(BENCH)" go install github.com/gohugoio/hugo@$$(go list -m -f '{{.Version}}' github.com/gohugoio/hugo) || true; }

clean: ## remove what was built
	rm -rf bin demo .tools
