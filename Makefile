# `make help` lists the targets. Everything that a target needs and the machine lacks, it builds or fetches itself, below
# bin/, out of Go modules and Debian's packages.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := $(CURDIR)/bin
CLUSTER_BIN := $(BIN)/cluster
export CLUSTER_BIN

# The control plane of the tests. If it is set already, it is used as it is.
KUBEBUILDER_ASSETS ?= $(CLUSTER_BIN)
export KUBEBUILDER_ASSETS

# Static programs, and the same flags for programs, tests and tools: what one has compiled the others need not. Without
# paths, what one checkout has compiled, another need not.
export CGO_ENABLED := 0
export GOFLAGS := -trimpath $(filter-out -trimpath,$(shell go env GOFLAGS))

# Besides Go files, those that are embedded.
GO_SOURCES := $(shell find api cmd controllers internal pkg -type f -not -name '*_test.go' -not -path '*/testdata/*') go.mod go.sum

##@ The main job

.PHONY: demo
demo: ## Start a real cluster with operator and simulator, and show a customer delegate and withdraw
	@hack/demo/demo.sh up

.PHONY: demo-down
demo-down: ## End the demo; nothing is left of it
	@hack/demo/demo.sh down

##@ Tests

# The packages whose tests take longest begin first, so that the others run beside them. Tests wait more than they
# compute, so three packages run at a time.
LONGEST := ./test/verification ./test/syncing ./cmd/manager

# Lint has run all that vet does, and more. Without symbols a test program links in half the time.
GO_TEST := go test -vet=off -ldflags='-s -w'

.PHONY: test
test: control-plane prometheus $(BIN)/helm ## Unit tests and tests against a real kube-apiserver; no root
	$(GO_TEST) -p=3 -timeout=30m $(LONGEST) $$(go list ./... | grep -vFx -f <(go list $(LONGEST)))
	go -C hack/image test ./...

.PHONY: e2e
e2e: e2e-parts ## The portal in a browser; a short torture; the demo's story on a real cluster, asserted step by step; Linux and root
	hack/e2e.sh

.PHONY: e2e-parts
e2e-parts: cluster images $(BIN)/helm
	hack/beside.sh hack/cluster/cluster_test.sh $(MAKE) short-torture browser-test

# The story waits most of the time, and needs a sixth of two cores.
.PHONY: test-and-e2e
test-and-e2e: cluster images prometheus $(BIN)/helm ## Both, with the story beside the tests: it takes as long as the tests alone
	hack/beside.sh hack/e2e.sh $(MAKE) test
	$(MAKE) e2e-parts

.PHONY: short-torture
short-torture:
	$(GO_TEST) ./test/torture -count=1 -v -run="TestTorture|TestStubborn" -torture -torture.plans=400 -torture.documents=4000 -torture.over=20s

.PHONY: e2e-gitops
e2e-gitops: cluster images build flux ## Flux's own controllers over examples/gitops on a real cluster; Linux and root. The first build compiles Flux
	hack/e2e-gitops.sh

.PHONY: browser-test
browser-test: ## The portal in Chromium: looks, keyboard, accessibility, login; pictures of each page in bin/screenshots. Installs Chromium: root
	hack/chromium.sh
	$(GO_TEST) -tags browser -count=1 -timeout=10m ./test/browser

.PHONY: pictures
pictures: ## Renew the pictures of the portal in docs. Installs Chromium: root
	hack/chromium.sh
	PICTURES=$(CURDIR)/docs go test -tags browser -count=1 -run=TestPictures ./test/browser

.PHONY: torture
torture: ## The worker between broken services, killed and frozen all the time, and its mutants: half an hour
	go test ./test/torture -count=1 -v -timeout=60m -torture -torture.customers=12 -torture.plans=10000 -torture.documents=140000 -torture.over=6m -run="TestTorture|TestStubborn"
	go test ./test/torture -count=1 -v -timeout=60m -torture.mutants -torture.customers=6 -torture.plans=1500 -torture.documents=4000 -torture.over=90s -run=TestMutants

# Scenarios of make bench, comma-separated (every one, if empty), numbers of customers, and repetitions, of which the table has
# the medians. BENCH=all has more customers and repetitions. docs/performance.md lists the scenarios.
BENCH ?=
BENCH_CUSTOMERS := 200,1000,5000,10000
CUSTOMERS ?= $(if $(filter all,$(BENCH)),$(BENCH_CUSTOMERS),200)
RUNS ?= $(if $(filter all,$(BENCH)),3,1)

.PHONY: bench
bench: control-plane ## Measure the operator with many customers, beside a floor: 20 minutes; BENCH=all: a night; BENCH=roll-out CUSTOMERS=200,1000 RUNS=3
	go test -tags bench -count=1 -v -timeout=24h ./test/bench -args -bench.scenarios="$(filter-out all,$(BENCH))" \
		-bench.customers="$(CUSTOMERS)" -bench.runs="$(RUNS)"

.PHONY: bench-ranges
bench-ranges: ## Write bench/ranges.json from all results in bench/results
	go test -tags bench -count=1 ./test/bench -args -bench.ranges

.PHONY: micro-bench
micro-bench: control-plane ## Benchmarks of single functions and pages
	go test -run='^$$' -bench=. -benchmem ./...

.PHONY: fuzz
fuzz: ## Fuzz every parser, FUZZTIME (20s) each
	hack/fuzz.sh

##@ Code

.PHONY: generate
generate: $(BIN)/controller-gen $(BIN)/oapi-codegen ## Generate what is generated: deep copies, CRDs, RBAC, the HRM contract's client and server, docs/reasons.md, health checks, what the Helm chart has of its values' comments and of config
	$(BIN)/controller-gen object paths=./api/...
	$(BIN)/controller-gen crd paths=./api/... output:crd:dir=config/crd/bases
	$(BIN)/controller-gen rbac:roleName=integration-operator paths=./controllers/... output:rbac:dir=config/rbac
	cd api/hrm && $(BIN)/oapi-codegen -config oapi-codegen.yaml openapi.yaml
	go run ./hack/reasons
	go run ./hack/schemas
	go run ./hack/dashboards
	go run ./hack/chart

.PHONY: verify
verify: ## See that generated files and module files are as their sources have them
	hack/verify.sh

.PHONY: lint
lint: $(BIN)/golangci-lint ## Lint
	$(BIN)/golangci-lint config verify
	$(BIN)/golangci-lint run ./...
	$(BIN)/golangci-lint run --build-tags e2e,failpoints,browser,bench ./test/e2e/... ./internal/failpoint/... ./test/browser/... ./test/bench/...
	cd hack/image && $(BIN)/golangci-lint run -c ../../.golangci.yml ./...
	hack/shellcheck.sh
	hack/prose.sh

.PHONY: fmt
fmt: $(BIN)/golangci-lint ## Format
	$(BIN)/golangci-lint fmt ./...

##@ Build

.PHONY: build
build: $(BIN)/manager $(BIN)/sync $(BIN)/portal $(BIN)/simulator $(BIN)/hrm-conformance $(BIN)/kubectl-cint ## Build the operator, the worker of its jobs, the portal, the simulator, the HRM contract's checks and kubectl's plugin

.PHONY: images
images: $(BIN)/integration-operator.tar $(BIN)/integration-operator-sync.tar $(BIN)/integration-operator-portal.tar $(BIN)/integration-operator-simulator.tar $(BIN)/integration-operator-hrm-conformance.tar ## Build their images, as archives

# The workers of examples/worker, which a custom service runs in their own images. Python and curl are Debian's.
.PHONY: worker-examples
worker-examples: $(BIN)/worker-go.tar $(BIN)/worker-python.tar $(BIN)/worker-shell.tar ## Build the images of examples/worker, as archives

$(BIN)/worker-go: $(GO_SOURCES) examples/worker/go/main.go
	go build -buildvcs=false -ldflags='-s -w' -o $@ ./examples/worker/go

$(BIN)/worker-go.tar: $(BIN)/worker-go $(CLUSTER_BIN)/image
	$(CLUSTER_BIN)/image -name localhost/worker-go:dev -out $@ -entrypoint /worker -user 65532:65532 $<=/worker

$(BIN)/worker-python.tar: examples/worker/python/worker.py $(BIN)/userland $(CLUSTER_BIN)/image
	$(CLUSTER_BIN)/image -name localhost/worker-python:dev -out $@ -entrypoint /usr/bin/python3,/worker.py -user 65532:65532 $<=/worker.py $(BIN)/userland=/

$(BIN)/worker-shell.tar: examples/worker/shell/worker.sh $(BIN)/userland $(CLUSTER_BIN)/image
	$(CLUSTER_BIN)/image -name localhost/worker-shell:dev -out $@ -entrypoint /worker.sh -user 65532:65532 $<=/worker.sh $(BIN)/userland=/

$(BIN)/userland: hack/userland.sh
	hack/userland.sh

.PHONY: chart
chart: $(BIN)/helm ## Package the Helm chart: make chart VERSION=v1.2.3 REGISTRY=registry.example/team
	hack/chart/package.sh "$(VERSION)" "$(REGISTRY)"

# VERSION is the release's; REGISTRY is where its images will be; DOWNLOADS is the URL of its other files, without VERSION.
RELEASE = go run ./hack/release -version "$(VERSION)" -image $(CLUSTER_BIN)/image -sbom $(BIN)/cyclonedx-gomod \
	$(if $(REGISTRY),-registry "$(REGISTRY)") $(if $(DOWNLOADS),-downloads "$(DOWNLOADS)")

.PHONY: release
release: ## Build all files of a release into dist: make release VERSION=v0.1.0
	@$(RELEASE) -dry-run
	@$(MAKE) $(CLUSTER_BIN)/image $(BIN)/cyclonedx-gomod $(BIN)/helm
	rm -rf dist
	@$(RELEASE)

.PHONY: cluster
cluster: ## Build what is missing of the test cluster; Linux
	hack/cluster/build.sh

.PHONY: helm
helm: $(BIN)/helm ## Build Helm

.PHONY: flux
flux: $(BIN)/flux/git-server $(BIN)/flux/kustomize-controller $(BIN)/flux/source-controller ## Build Flux's controllers, for hack/flux.sh: a quarter of an hour the first time

.PHONY: control-plane
control-plane: ## Build what is missing of the tests' control plane
	@[ "$(KUBEBUILDER_ASSETS)" != "$(CLUSTER_BIN)" ] || hack/cluster/build.sh control-plane

.PHONY: site
site: ## Render docs as a static site in dist/site; a dead link ends it. Needs npm
	hack/site/build.sh

.PHONY: prometheus
prometheus: ## Unpack Prometheus and promtool of Debian, for the tests of alerts and dashboards
	hack/prometheus.sh

.PHONY: clean
clean: demo-down ## Remove everything that was built
	[ ! -d .flux ] || hack/flux.sh down || true
	rm -rf bin .demo .flux

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

$(BIN)/manager $(BIN)/sync $(BIN)/portal $(BIN)/simulator $(BIN)/hrm-conformance $(BIN)/kubectl-cint: $(GO_SOURCES)
	go build -buildvcs=false -ldflags="$$(hack/version.sh)" -o $@ ./cmd/$(@F)

$(BIN)/controlplane: hack/controlplane/main.go go.mod go.sum
	go build -buildvcs=false -ldflags='-s -w' -o $@ ./hack/controlplane

$(BIN)/integration-operator.tar: $(BIN)/manager $(CLUSTER_BIN)/image
	$(CLUSTER_BIN)/image -name localhost/integration-operator:dev -out $@ -entrypoint /manager -user 65532:65532 $<=/manager

$(BIN)/integration-operator-%.tar: $(BIN)/% $(CLUSTER_BIN)/image
	$(CLUSTER_BIN)/image -name localhost/integration-operator-$*:dev -out $@ -entrypoint /$* -user 65532:65532 $<=/$*

$(CLUSTER_BIN)/image: $(wildcard hack/image/*.go) hack/image/go.mod hack/image/go.sum
	go build -C hack/image -buildvcs=false -ldflags='-s -w' -o $@ .

$(BIN)/flux/git-server: hack/gitserver/main.go
	go build -buildvcs=false -ldflags='-s -w' -o $@ ./hack/gitserver

$(BIN)/flux/%: hack/tools/flux/go.sum
	go build -C hack/tools/flux -buildvcs=false -ldflags='-s -w' -o $@ github.com/fluxcd/$*

# Each tool is pinned in a module of its own, whose dependencies the product does not share.
$(BIN)/controller-gen: hack/tools/controller-gen/go.sum
	go build -C hack/tools/controller-gen -ldflags='-s -w' -o $@ sigs.k8s.io/controller-tools/cmd/controller-gen

$(BIN)/oapi-codegen: hack/tools/oapi-codegen/go.sum
	go build -C hack/tools/oapi-codegen -ldflags='-s -w' -o $@ github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen

$(BIN)/helm: hack/tools/helm/go.sum
	go build -C hack/tools/helm -ldflags='-s -w' -o $@ helm.sh/helm/v4/cmd/helm

# Without paths, because the bills of materials have its checksum.
$(BIN)/cyclonedx-gomod: hack/tools/cyclonedx-gomod/go.sum
	go build -C hack/tools/cyclonedx-gomod -trimpath -buildvcs=false -o $@ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

$(BIN)/golangci-lint: hack/tools/golangci-lint/go.sum hack/tools/golangci-lint/main.go
	go build -C hack/tools/golangci-lint -ldflags='-s -w' -o $@ .
