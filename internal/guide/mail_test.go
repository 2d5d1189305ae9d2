package guide_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/guide"
)

// checkMail fails the test if the mailto URL of a guide is too long or has no content.
func checkMail(t testing.TB, g *guide.Guide) {
	t.Helper()
	mailTo := g.MailTo()
	if len(mailTo) > 1800 {
		t.Errorf("the mailto URL has %d bytes: %s", len(mailTo), mailTo)
	}
	if strings.ContainsAny(mailTo, "+ \"<>\r\n") {
		t.Errorf("the mailto URL is not encoded: %s", mailTo)
	}
	u, err := url.Parse(mailTo)
	if err != nil || u.Scheme != "mailto" || u.Opaque != "" || u.Query().Get("subject") == "" {
		t.Errorf("no mailto URL without recipients: %s: %v", mailTo, err)
	}
}

func TestMailTo(t *testing.T) {
	for name, s := range everySample() {
		t.Run(name, func(t *testing.T) {
			g := render(t, s)
			checkMail(t, g)
			body := mailOf(t, g)
			for _, want := range []string{s.ConfirmURL, "4HUMAN HRM AS, 4human Support"} {
				if s.Contact.Name != "" && !strings.Contains(body, want) {
					t.Errorf("the mail lacks %q:\n%s", want, body)
				}
			}
			if s.PageURL != "" && !strings.Contains(body, s.PageURL) {
				t.Errorf("the mail lacks the customer's page:\n%s", body)
			}
		})
	}
}

// TestLongMail verifies that a mail with the longest names keeps the beginning and the signature.
func TestLongMail(t *testing.T) {
	for name, s := range map[string]guide.Subject{
		"API": tiger(), "system user": tigerSystemUser(),
		"API, page": with(tiger(), func(s *guide.Subject) { s.PageURL = pageURL }),
	} {
		t.Run(name, func(t *testing.T) {
			s.Customer.Name, s.Supplier.Name = strings.Repeat("ÆØÅ ", 20)+"AS", "4HUMAN HRM AS"
			g := render(t, s)
			checkMail(t, g)
			body := mailOf(t, g)
			for _, want := range []string{"Hei!", "ÆØÅ AS", "support@4human.example", s.ConfirmURL} {
				if !strings.Contains(body, want) {
					t.Errorf("the mail lacks %q:\n%s", want, body)
				}
			}
			s.Supplier.Name = strings.Repeat("Ø", 180)
			s.Customer.Name = strings.Repeat("Å", 180)
			s.Contact.Name = strings.Repeat("Æ", 100)
			checkMail(t, render(t, s))
		})
	}
}

// TestMailOf verifies what the e-mail of each situation must have.
func TestMailOf(t *testing.T) {
	for name, want := range map[string][]string{
		"api":                  {"gi 4HUMAN HRM AS tilgang i Altinn", "897757222", "Deleger nytt API", "310 330 701"},
		"api-page":             {"Veiledningen, steg for steg: " + pageURL},
		"api-withdrawn":        {"Var det meningen", "trukket tilbake"},
		"api-granted":          {"Tusen takk", "varer til dere trekker den tilbake"},
		"system-user":          {confirmURL, "Tilgangsstyrer", "Avvis"},
		"system-user-approved": {"begynner som regel å virke"},
		"system-user-rejected": {"har avvist forespørselen", "svar på denne e-posten"},
		"system-user-gone":     {"har slettet systemtilgangen"},
		"system-user-waiting":  {"sender dere snart en lenke"},
		"system-user-granted":  {"Tusen takk", "varer til dere sletter den"},
	} {
		t.Run(name, func(t *testing.T) {
			mail := mailOf(t, render(t, samples()[name]))
			for _, w := range want {
				if !strings.Contains(mail, w) {
					t.Errorf("the mail lacks %q:\n%s", w, mail)
				}
			}
		})
	}
}
