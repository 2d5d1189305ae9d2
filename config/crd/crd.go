// Package crd embeds the CustomResourceDefinitions, for programs that validate objects without an API server.
package crd

import "embed"

// Bases has the CustomResourceDefinitions as bases/GROUP_PLURAL.yaml.
//
//go:embed bases/*.yaml
var Bases embed.FS
