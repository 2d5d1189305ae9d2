package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestDocuments has NAV receive documents, and lists them.
func TestDocuments(t *testing.T) {
	h := newHarness(t)
	diff(t, "none yet", "NAV has no sick-notes of "+unit+"\n", h.mustRun("documents", unit))
	diff(t, "add", "NAV has received 2 sick-notes for "+unit+"\n",
		h.mustRun("add-documents", unit, "--count", "2", "--seed", "7"))
	h.mustRun("add-documents", unit, "--seed", "7", "--late", "1h")
	h.mustRun("add-documents", unit, "--kind", "sick-pay-applications", "--not-for-employer")

	rows := h.sim.SickPay.Rows("sick-notes", unit)
	table := strings.Split(strings.TrimSpace(h.mustRun("documents", unit)), "\n")
	if len(rows) != 3 || len(table) != 4 ||
		strings.Join(strings.Fields(table[0]), " ") != "NUMBER ID FOR EMPLOYER VERSION SENT VISIBLE" {
		t.Fatalf("NAV has %d, shown is\n%s", len(rows), strings.Join(table, "\n"))
	}
	for i, row := range rows {
		want := fmt.Sprintf("%d %s true 0 %s %s", row.Number, row.ID, row.Sent.Format(time.DateTime),
			row.Visible.Format(time.DateTime))
		diff(t, "a line each", want, strings.Join(strings.Fields(table[i+1]), " "))
		if strings.Contains(table[i+1], row.Person) {
			t.Error("a person is shown")
		}
	}
	of := h.mustRun("documents", unit, "--kind", "sick-pay-applications")
	if !strings.Contains(of, "  false") {
		t.Errorf("not for the employer: %s", of)
	}

	again := newHarness(t)
	again.mustRun("add-documents", unit, "--count", "3", "--seed", "7")
	for i, row := range again.sim.SickPay.Rows("sick-notes", unit) {
		diff(t, "the same of the same seed", rows[i].ID.String(), row.ID.String())
	}

	late := rows[2].ID.String()
	diff(t, "show", "Document "+late+" of number 3 is visible\n", h.mustRun("show-document", late))
	if row := h.sim.SickPay.Rows("sick-notes", unit)[2]; row.Visible.After(time.Now()) {
		t.Errorf("it becomes visible at %s", row.Visible)
	}
	diff(t, "renumber", "Document "+late+" has number 4\n", h.mustRun("renumber-document", late))
	application := h.sim.SickPay.Rows("sick-pay-applications", unit)[0].ID.String()
	diff(t, "of the other kind", "Document "+application+" has number 2\n",
		h.mustRun("renumber-document", application, "--kind", "sick-pay-applications"))
}

func TestDocumentsRefuse(t *testing.T) {
	h := newHarness(t)
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"NoUnit": {reason: "of whom?", args: []string{"documents"}, want: "accepts 1 arg(s), received 0"},
		"BadUnit": {
			reason: "modulus 11", args: []string{"add-documents", "315587337"}, want: "cannot add documents: unit: ",
		},
		"TooMany": {
			reason: "memory ends",
			args:   []string{"add-documents", unit, "--count", "100001"},
			want:   "count is a number from 1 to 100000",
		},
		"NoID": {
			reason: "documents have ids",
			args:   []string{"show-document", "x"},
			want:   "cannot show the document: a document is named by a UUID",
		},
		"NotThere": {
			reason: "it is not there",
			args:   []string{"renumber-document", "b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d"},
			want:   "cannot renumber the document: NAV has no sick-notes with id ",
		},
		"NoKind": {
			reason: "there are two",
			args:   []string{"show-document", "b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d", "--kind", "letters"},
			want:   `kind "letters" is unknown`,
		},
		"NoMainUnit": {
			reason: "whose?", args: []string{"register-unit", unit}, want: `required flag(s) "main-unit" not set`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Log(tc.reason)
			_, err := h.run(tc.args...)
			wantError(t, err, tc.want)
		})
	}
}
