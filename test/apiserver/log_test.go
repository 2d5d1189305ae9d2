package apiserver

import (
	"bytes"
	"fmt"
	"testing"
)

// TestLogTail checks that the end of a log has no more than its last lines, and none of the cache.
func TestLogTail(t *testing.T) {
	var l Log
	for n := range tailLines + 1 {
		_, _ = fmt.Fprintf(&l, `{"logger":"controller-runtime/cache","msg":"Caches populated"}`+"\n")
		_, _ = fmt.Fprintf(&l, `{"msg":"Reconciled","customer":"c%d"}`+"\n", n)
	}
	tail := l.tail()
	if n := bytes.Count(tail, []byte("\n")); n != tailLines {
		t.Errorf("%d lines, want %d", n, tailLines)
	}
	if !bytes.HasPrefix(tail, []byte(`{"msg":"Reconciled","customer":"c1"}`)) || bytes.Contains(tail, []byte("Caches")) {
		t.Errorf("the last lines are\n%s", tail)
	}
	if got := l.Field("Reconciled", "customer"); got != "c0" || !l.Has(`"c40"`) {
		t.Errorf("the first line is of customer %q", got)
	}
}
