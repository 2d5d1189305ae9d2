package customerintegration

import (
	"regexp"
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// stopped matches a command that a full stop ends, and that would be pasted with it.
var stopped = regexp.MustCompile(`(kubectl|curl|openssl|nslookup) [^;()]*\.( |$)`)

// TestNoCommandEndsInAFullStop searches the messages of every state of a customer and of a Supplier.
func TestNoCommandEndsInAFullStop(t *testing.T) {
	if !stopped.MatchString("See: kubectl get events -n customers.") {
		t.Fatal("the pattern matches nothing")
	}
	commands := 0
	check := func(of string, message string) {
		if strings.Contains(message, "kubectl ") {
			commands++
		}
		if found := stopped.FindString(message); found != "" {
			t.Errorf("%s: %s", of, found)
		}
	}
	for name, b := range customerStates {
		for _, c := range statusOf(b.s.verdict()).Conditions {
			check(name, c.Message)
		}
	}
	for _, s := range fixture.GoldenSuppliers(t) {
		for _, c := range s.Status.Conditions {
			check("Supplier/"+s.Name, c.Message)
		}
	}
	if commands < 10 {
		t.Errorf("only %d messages have a command", commands)
	}
}

// TestSentencesSeparateCommands puts messages after each other: what follows a command begins after a semicolon.
func TestSentencesSeparateCommands(t *testing.T) {
	const command = "See: kubectl get events -n customers"
	for want, texts := range map[string][]string{
		"A. B.":                     {"A.", "", "B."},
		"A. " + command:             {"A.", command},
		command + "; B: c. D.":      {command, "B: c.", "D."},
		command + "; " + command:    {command, command},
		"Open: https://x.example B": {"Open: https://x.example", "B"},
	} {
		t.Run(want, func(t *testing.T) {
			if got := sentences(texts...); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// link matches a link to Altinn, which cannot be shortened.
var link = regexp.MustCompile(`https://\S+`)

// TestMessagesWithALongName verifies that the message about a service is short although the organization has a long
// name.
func TestMessagesWithALongName(t *testing.T) {
	for name, b := range customerStates {
		t.Run(name, func(t *testing.T) {
			v := b.s.verdict()
			o := v1alpha1.Organization{Kind: v1alpha1.OrganizationMainUnit}
			if v.Organization != nil {
				o = *v.Organization
			}
			o.Name = strings.Repeat("N", 60)
			v.Organization = &o
			if v.Block != nil { // without a Supplier
				return
			}
			for _, known := range v.Statuses() {
				if isGranted(known) {
					continue
				}
				text := link.ReplaceAllString(accessMessage(v, known), "")
				if len(text) > 300 {
					t.Errorf("%d bytes: %s", len(text), text)
				}
			}
			if r := registrationOf(v); len(sentences(r.fact, r.action)) > 300 {
				t.Errorf("%+v", r)
			}
		})
	}
}
