package main

import (
	"bytes"
	"log/slog"
	"time"

	"github.com/4human/integration-operator/internal/customerlink"
	"github.com/4human/integration-operator/internal/portal/mounted"
	"github.com/4human/integration-operator/internal/portal/session"
)

// openLinkKey reads the key of the links to customers' own pages. Another key revokes all links.
func openLinkKey(path string, log *slog.Logger) (*mounted.Value[customerlink.Key], error) {
	return mounted.Open(mounted.Options{Name: "the key of links", Now: time.Now, Log: log}, mounted.File(path),
		func(files mounted.Contents) (customerlink.Key, error) { return customerlink.NewKey(files[path]) })
}

// openSessionKeys reads the keys of sessions. The first encrypts.
func openSessionKeys(paths []string, log *slog.Logger) (*mounted.Value[session.Keys], error) {
	return mounted.Open(mounted.Options{Name: "the keys of sessions", Now: time.Now, Log: log}, mounted.Files(paths),
		func(files mounted.Contents) (session.Keys, error) {
			var keys [][]byte
			for _, path := range paths {
				if key, ok := files[path]; ok {
					keys = append(keys, key)
				}
			}
			return session.NewKeys(keys...)
		})
}

// openClientSecret reads the secret of the portal's client at the login provider.
func openClientSecret(path string, log *slog.Logger) (*mounted.Value[string], error) {
	return mounted.Open(mounted.Options{Name: "the client's secret", Now: time.Now, Log: log}, mounted.File(path),
		func(files mounted.Contents) (string, error) { return string(bytes.TrimSpace(files[path])), nil })
}
