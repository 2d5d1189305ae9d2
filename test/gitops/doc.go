// Package gitops runs Flux's own controllers over examples/gitops on a real cluster: `make e2e-gitops`.
package gitops
