package apiserver

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"
)

// tailLines is how many lines of a log a failed test prints.
const tailLines = 40

// Log is the log of a process, in JSON. The zero value is empty.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends to the log.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// Has reports whether the log contains a text.
func (l *Log) Has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(l.text.Bytes(), []byte(text))
}

// Field returns a field of the first line with a message, "" if there is none yet.
func (l *Log) Field(message, name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.text.Bytes()) {
		var fields map[string]any
		if json.Unmarshal(line, &fields) == nil && fields["msg"] == message {
			value, _ := fields[name].(string)
			return value
		}
	}
	return ""
}

// printIfFailed prints the last lines if the test failed, without those of the cache, which would hide the others.
func (l *Log) printIfFailed(t testing.TB) {
	t.Helper()
	if t.Failed() {
		t.Logf("last lines of the log:\n%s", l.tail())
	}
}

func (l *Log) tail() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines [][]byte
	for line := range bytes.Lines(l.text.Bytes()) {
		if !bytes.Contains(line, []byte(`"logger":"controller-runtime/cache"`)) {
			lines = append(lines, line)
		}
	}
	return bytes.Join(lines[max(0, len(lines)-tailLines):], nil)
}
