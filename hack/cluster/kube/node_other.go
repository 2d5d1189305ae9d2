//go:build !linux

package main

// nodePrograms make a cluster of a control plane. A node needs Linux.
var nodePrograms map[string]func() int
