//go:build !linux

package main

// nodePrograms are the programs of a node, which needs Linux.
var nodePrograms map[string]func() int
