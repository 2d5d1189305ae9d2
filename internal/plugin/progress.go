package plugin

import (
	"fmt"
	"io"
)

// progress is the line that a person sees while a command waits. Without a terminal it writes nothing.
type progress struct {
	w       io.Writer
	visible bool
	shown   bool
}

// clearLine returns to the beginning of the line and clears it (ECMA-48).
const clearLine = "\r\x1b[K"

// show replaces the line.
func (l *progress) show(text string) {
	if l.visible {
		l.shown = true
		_, _ = fmt.Fprint(l.w, clearLine+text)
	}
}

// clear removes the line, before something else is written.
func (l *progress) clear() {
	if l.shown {
		l.shown = false
		_, _ = fmt.Fprint(l.w, clearLine)
	}
}
