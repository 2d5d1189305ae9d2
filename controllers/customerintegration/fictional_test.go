package customerintegration

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/naming"
	people "github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/services"
)

// fictional is the file of a service that does not exist.
const fictional = `
name: PayrollReports
title: Innsending av lønnsrapporter
access:
  apiDelegation: {scope: "nav:lonn/rapporter.write"}
schedule: "H 5 * * *"
shortName: payroll
api: navSickPay
words:
  nb: {title: Lønnsrapporter, name: lønnsrapporter, purpose: sende lønnsrapporter til NAV, why: Da slipper dere papir.,
    search: lønnsrapporter}
  en: {title: Payroll reports, name: payroll reports, purpose: send payroll reports to NAV, why: No paper is needed.,
    search: lønnsrapporter}
`

// TestAServiceNeedsItsFileOnly adds a built-in service by its file, and follows a customer that lists it: from the
// request to Maskinporten to what people read.
func TestAServiceNeedsItsFileOnly(t *testing.T) {
	const name v1alpha1.ServiceName = "PayrollReports"
	remove, err := services.AddForTests(fstest.MapFS{"payroll.yaml": {Data: []byte(fictional)}})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	var requests []string
	b := makeCustomer().services(name)
	b.s.supplier.Spec.Services = []v1alpha1.OfferedService{{Name: name}}
	b.s.guard = fixture.GuardOf(t, fixture.TestKey,
		func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
			requests = append(requests, r.Scope+" "+r.Consumer.String())
			return &maskinporten.Token{}, nil
		})
	_ = b.s.guard.Prove(t.Context(), "a test", services.ProofScopes(b.s.supplier)...)
	if _, err := b.s.verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := requests[len(requests)-1]; got != "nav:lonn/rapporter.write 310330701" {
		t.Errorf("requested %s", got)
	}
	v := b.s.verdict()
	c := v.Customer.DeepCopy()
	c.Status.Services = v.Statuses()
	_, hours, _ := strings.Cut(v.Service(name).Schedule.String(), " ") // the minute is a hash
	got := []string{
		string(v.Service(name).Access.State), strings.TrimRight(naming.Child("tiger", name), "0123456789abcdef"), hours,
		people.Of(c, b.s.supplier).Services[0].Title(language.English),
	}
	if diff := cmp.Diff([]string{"Granted", "tiger-payroll-", "5 * * *", "Payroll reports"}, got); diff != "" {
		t.Errorf("state, name, schedule and title (-want +got):\n%s", diff)
	}
	guides, err := guide.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range guide.SubjectsOf(c, b.s.supplier, language.Norwegian) {
		rendered, err := guides.Render(subject)
		if err != nil || !strings.Contains(rendered.Text(), "sende lønnsrapporter til NAV") {
			t.Errorf("the guide: %v, %s", err, rendered.Text())
		}
	}
}
