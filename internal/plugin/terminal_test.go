package plugin

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/language"
)

// TestColors checks when the table has colors, and that they change nothing else.
func TestColors(t *testing.T) {
	plainText := newSession(t, cluster(t, objects(t)...)).run(t, "status")
	for name, test := range map[string]struct {
		reason      string
		terminal    bool
		environment map[string]string
		want        bool
	}{
		"terminal": {reason: "a person sees it", terminal: true, want: true},
		"pipe":     {reason: "a program reads it"},
		"NO_COLOR": {reason: "the person wants none", terminal: true, environment: map[string]string{"NO_COLOR": "1"}},
		"dumb":     {reason: "the terminal has none", terminal: true, environment: map[string]string{"TERM": "dumb"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, cluster(t, objects(t)...))
			s.program.Terminal.Out = test.terminal
			s.program.Colors = ColorsOf(func(name string) string { return test.environment[name] })
			text := s.run(t, "status")
			if got := strings.Contains(text, "\x1b["); got != test.want {
				t.Errorf("colors: %t, want %t:\n%q", got, test.want, text)
			}
			for _, code := range []string{plain, red, yellow, green} {
				text = strings.ReplaceAll(text, "\x1b["+code+"m", "")
			}
			if text != plainText {
				t.Errorf("colors change the text:\n%s", text)
			}
		})
	}
}

// TestLocale checks which language a locale means.
func TestLocale(t *testing.T) {
	for name, test := range map[string]struct {
		reason      string
		environment map[string]string
		want        language.Language
	}{
		"none":    {reason: "no locale", want: language.English},
		"C":       {reason: "a server", environment: map[string]string{"LANG": "C.UTF-8"}, want: language.English},
		"english": {reason: "another one", environment: map[string]string{"LANG": "en_US.UTF-8"}, want: language.English},
		"bokmål":  {reason: "bokmål", environment: map[string]string{"LANG": "nb_NO.UTF-8"}, want: language.Norwegian},
		"nynorsk": {reason: "the other Norwegian", environment: map[string]string{"LANG": "nn_NO"}, want: language.Norwegian},
		"no":      {reason: "the old code", environment: map[string]string{"LC_ALL": "no"}, want: language.Norwegian},
		"LC_ALL":  {reason: "it wins", environment: map[string]string{"LC_ALL": "C", "LANG": "nb"}, want: language.English},
		"LC_MESSAGES": {
			reason: "it wins over LANG", environment: map[string]string{"LC_MESSAGES": "nb_NO", "LANG": "en_GB"},
			want: language.Norwegian,
		},
	} {
		t.Run(name, func(t *testing.T) {
			locale := LocaleOf(func(name string) string { return test.environment[name] })
			if got := localeLanguage(locale); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// TestProgress checks that the line is replaced on a terminal, and that nothing else sees it.
func TestProgress(t *testing.T) {
	for name, test := range map[string]struct {
		reason  string
		visible bool
		want    string
	}{
		"terminal": {reason: "one line", visible: true, want: "\r\x1b[Ka\r\x1b[Kb\r\x1b[K"},
		"pipe":     {reason: "a log would get a line a second"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			line := progress{w: &out, visible: test.visible}
			line.show("a")
			line.show("b")
			line.clear()
			line.clear()
			if out.String() != test.want {
				t.Errorf("%q, want %q", out.String(), test.want)
			}
		})
	}
}

// TestSpan parses time spans.
func TestSpan(t *testing.T) {
	for text, test := range map[string]struct {
		reason  string
		want    time.Duration
		written string
		wrong   bool
	}{
		"14d":                   {reason: "days", want: 14 * 24 * time.Hour, written: "14d"},
		"2w":                    {reason: "weeks", want: 14 * 24 * time.Hour, written: "14d"},
		"36h":                   {reason: "Go's duration", want: 36 * time.Hour, written: "36h0m0s"},
		"0d":                    {reason: "no wait", written: ""},
		"1h30m":                 {reason: "a compound", want: 90 * time.Minute, written: "1h30m0s"},
		"-1d":                   {reason: "no past", wrong: true},
		"-1h":                   {reason: "no past", wrong: true},
		"d":                     {reason: "no number", wrong: true},
		"1.5d":                  {reason: "no fraction", wrong: true},
		"14":                    {reason: "no unit", wrong: true},
		"99999999999999999999d": {reason: "no such number", wrong: true},
		"999999d":               {reason: "longer than a time can be", wrong: true},
	} {
		t.Run(text, func(t *testing.T) {
			var s span
			err := s.Set(text)
			if (err != nil) != test.wrong || time.Duration(s) != test.want || !test.wrong && s.String() != test.written {
				t.Errorf("%s %q, %v", time.Duration(s), s.String(), err)
			}
		})
	}
}

// TestHelp checks that each command says what it does, with an example that begins with the program's name.
func TestHelp(t *testing.T) {
	root := newSession(t, cluster(t)).program.newRootCommand()
	for _, cmd := range root.Commands() {
		t.Run(cmd.Name(), func(t *testing.T) {
			if cmd.Name() == "version" || cmd.Name() == "completion" || cmd.Name() == "help" {
				return
			}
			if cmd.Short == "" || cmd.Long == "" || !strings.Contains(cmd.Example, "kubectl cint "+cmd.Name()) {
				t.Errorf("short %q, long %q, example %q", cmd.Short, cmd.Long, cmd.Example)
			}
			for line := range strings.SplitSeq(cmd.Long, "\n") {
				if len([]rune(line)) > 120 {
					t.Errorf("a line is too long for a terminal: %q", line)
				}
			}
		})
	}
}

// TestVersion prints the version in both ways.
func TestVersion(t *testing.T) {
	for _, line := range []string{"version", "--version"} {
		t.Run(line, func(t *testing.T) {
			if got := newSession(t, cluster(t)).run(t, line); !strings.Contains(got, "kubectl cint version devel (") {
				t.Errorf("%q", got)
			}
		})
	}
}
