package plugin

import (
	"bytes"
	gocmp "cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/report"
	"github.com/4human/integration-operator/internal/rollout"
)

// reported returns what internal/report writes about the residents of a namespace, all if it is "".
func reported(t *testing.T, format, namespace string, lang language.Language, waiting time.Duration) string {
	t.Helper()
	s := supplier(t)
	var views []rollout.Customer
	for _, r := range residents {
		if namespace == "" || namespace == r.namespace {
			views = append(views, rollout.Of(r.object(t), s))
		}
	}
	slices.SortFunc(views, func(a, b rollout.Customer) int {
		return gocmp.Or(gocmp.Compare(a.Namespace, b.Namespace), gocmp.Compare(a.Name, b.Name))
	})
	options := report.Options{
		Language: lang, Now: now(), Waiting: waiting, Lights: rollout.Lights([]v1alpha1.Supplier{*s}, now()),
	}
	var b bytes.Buffer
	var err error
	switch format {
	case "html":
		err = report.HTML(&b, rollout.Summarize(views, now()), views, options)
	case "csv":
		err = report.CSV(&b, views, options)
	default:
		err = report.Text(&b, rollout.Summarize(views, now()), views, options)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReport compares the output with what internal/report writes.
func TestReport(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		reason string
		line   string
		want   func(t *testing.T) string
	}{
		"text": {
			reason: "text in Norwegian by default", line: "report -A",
			want: func(t *testing.T) string { return reported(t, "text", "", language.Norwegian, 0) },
		},
		"text-flag": {
			reason: "the same by its flag, in one namespace", line: "report --text",
			want: func(t *testing.T) string { return reported(t, "text", "customers", language.Norwegian, 0) },
		},
		"html": {
			reason: "one file", line: "report -A --html --lang en",
			want: func(t *testing.T) string { return reported(t, "html", "", language.English, 0) },
		},
		"csv": {
			reason: "those who were awaited for a day", line: "report -A --csv --waiting 1d",
			want: func(t *testing.T) string { return reported(t, "csv", "", language.Norwegian, day) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := newSession(t, cluster(t, objects(t)...)).run(t, test.line)
			if diff := cmp.Diff(test.want(t), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestReportFile writes a report to a file.
func TestReportFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	s := newSession(t, cluster(t, objects(t)...))
	if text := s.run(t, "report -A --html --out "+path); text != "Wrote "+path+"\n" {
		t.Errorf("it prints %q", text)
	}
	got, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(reported(t, "html", "", language.Norwegian, 0), string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestReportErrors checks errors of the command line and of the file.
func TestReportErrors(t *testing.T) {
	for name, test := range map[string]struct {
		reason string
		line   string
		want   string
	}{
		"two": {reason: "one format a report", line: "report --html --csv", want: "[csv html]"},
		"folder": {
			reason: "no such folder", line: "report --out /nowhere/report.txt", want: "--out: open /nowhere/report.txt",
		},
		"name": {reason: "a name is no argument", line: "report tiger", want: "unknown command"},
	} {
		t.Run(name, func(t *testing.T) {
			text := newSession(t, cluster(t, objects(t)...)).run(t, test.line)
			if !strings.Contains(text, test.want) || !strings.Contains(text, "exit code 1") {
				t.Errorf("%q is missing:\n%s", test.want, text)
			}
		})
	}
}
