//go:build bench

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ticksPerSecond is the unit of times in /proc on every Linux that Go supports (USER_HZ).
const ticksPerSecond = 100

// proc is a running process.
type proc int

// self is this process.
func self() proc { return proc(os.Getpid()) }

// cpu returns the time that the process has computed, in itself and in the kernel.
func (p proc) cpu(t *testing.T) time.Duration {
	t.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
	if err != nil {
		t.Fatalf("reading the time of a process: %v", err)
	}
	_, rest, _ := strings.Cut(string(content), ") ") // after the program's name
	fields := strings.Fields(rest)
	ticks := leadingNumber(fields[11]) + leadingNumber(fields[12])
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// memory returns a line of the process's status in MiB: VmRSS or VmHWM, its peak.
func (p proc) memory(name string) float64 {
	return float64(leadingNumber(field(fmt.Sprintf("/proc/%d/status", p), name))) / 1024
}

// child returns the child process of this process that runs a program.
func child(t *testing.T, program string) proc {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []proc
	for _, path := range stats {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid, rest, _ := strings.Cut(string(content), " (")
		name, rest, _ := strings.Cut(rest, ") ")
		if fields := strings.Fields(rest); name == program && leadingNumber(fields[1]) == os.Getpid() {
			found = append(found, proc(leadingNumber(pid)))
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d child processes run %s, want 1", len(found), program)
	}
	return found[0]
}

// field returns what follows a name and a colon in a file.
func field(path, name string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func firstLine(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return line
}

// leadingNumber returns the number at the start of a text, or 0.
func leadingNumber(text string) int {
	number, _, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return n
}
