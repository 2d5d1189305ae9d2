package altinn

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

var compareNumbers = cmp.Comparer(func(a, b orgnumber.Number) bool { return a == b })

var sprintf = fmt.Sprintf

// wantRequest returns the Request that requestBody describes.
func wantRequest(status Status, confirm string) Request {
	return Request{
		ID: testID, ExternalRef: testRef, Owner: testOwner, Status: status, ConfirmURL: confirm,
		Rights:         []string{"nav_sykepenger_soeknad", "nav_sykepenger_sykmelding"},
		AccessPackages: []string{"urn:altinn:accesspackage:lonn"},
	}
}

func timedOut(r Request) Request {
	r.TimedOut = true
	return r
}

// TestRequests reads requests for a system user.
func TestRequests(t *testing.T) {
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Request
	}{
		"created": {
			reason: "a new one", status: 201, body: requestBody("New", ""),
			want: wantRequest(StatusNew, testConfirm),
		},
		"found": {
			reason: "one that is there", status: 200, body: requestBody("New", ""),
			want: wantRequest(StatusNew, testConfirm),
		},
		"accepted": {
			reason: "nothing is to be confirmed any more", status: 200, body: requestBody("Accepted", ""),
			want: wantRequest(StatusAccepted, ""),
		},
		"rejected": {reason: "a no", status: 200, body: requestBody("Rejected", ""), want: wantRequest(StatusRejected, "")},
		"denied": {
			reason: "a no by Altinn", status: 200, body: requestBody("Denied", ""),
			want: wantRequest(StatusDenied, ""),
		},
		"timed out": {
			reason: "Altinn keeps the status and sets a flag", status: 200,
			body: requestBody("New", `,"timedOut":true`), want: timedOut(wantRequest(StatusNew, testConfirm)),
		},
		"Timedout": {
			reason: "the status that Altinn never writes means the same", status: 200,
			body: requestBody("Timedout", ""), want: timedOut(wantRequest(StatusNew, testConfirm)),
		},
		"late yes": {
			reason: "a request that was answered has not timed out", status: 200,
			body: requestBody("Accepted", `,"timedOut":true`), want: wantRequest(StatusAccepted, ""),
		},
		"no ref": {
			reason: "without one, it is the organization number", status: 200,
			body: requestBody("New", `,"externalRef":""`), want: wantRequest(StatusNew, testConfirm),
		},
		"no URL": {
			reason: "one that does not say where", status: 200, body: requestBody("New", `,"confirmUrl":""`),
			want: wantRequest(StatusNew, ""),
		},
		"case": {
			reason: "a UUID may be in capitals", status: 200,
			body: requestBody("New", `,"id":"`+strings.ToUpper(testID)+`"`), want: wantRequest(StatusNew, testConfirm),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(tc.status, tc.body)).
				CreateRequest(t.Context(), NewRequest{ExternalRef: testRef, Owner: testOwner})
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, compareNumbers); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRequestsAboutSomethingElse sends successes about another request, and unreadable ones.
func TestRequestsAboutSomethingElse(t *testing.T) {
	const other = `"8f0d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"`
	byID := func(ctx context.Context, c *Client) (Request, error) { return c.Request(ctx, testID) }
	byRef := func(ctx context.Context, c *Client) (Request, error) {
		return c.RequestByExternalRef(ctx, testOwner, testRef)
	}
	create := func(ctx context.Context, c *Client) (Request, error) {
		return c.CreateRequest(ctx, NewRequest{ExternalRef: testRef, Owner: testOwner})
	}
	change := func(ctx context.Context, c *Client) (Request, error) { return c.Change(ctx, testID) }
	createChange := func(ctx context.Context, c *Client) (Request, error) {
		return c.CreateChange(ctx, NewChange{ID: testID, SystemUserID: testUser})
	}
	cases := map[string]struct {
		reason string
		ask    func(context.Context, *Client) (Request, error)
		more   string
		want   Class
	}{
		"id":           {reason: "another request", ask: byID, more: `,"id":` + other, want: ClassMismatch},
		"id of change": {reason: "another change", ask: change, more: `,"id":` + other, want: ClassMismatch},
		"id of created": {
			reason: "another change", ask: createChange,
			more: `,"systemUserId":"` + testUser + `","id":` + other, want: ClassMismatch,
		},
		"user": {
			reason: "of another system user", ask: createChange, more: `,"systemUserId":` + other,
			want: ClassMismatch,
		},
		"no user":   {reason: "or of none", ask: createChange, want: ClassMismatch},
		"system":    {reason: "of another system", ask: byID, more: `,"systemId":"897757222_other"`, want: ClassMismatch},
		"no system": {reason: "or of none", ask: create, more: `,"systemId":""`, want: ClassMismatch},
		"owner": {
			reason: "to another organization", ask: create, more: `,"partyOrgNo":"310330701"`,
			want: ClassMismatch,
		},
		"owner found": {
			reason: "also when it was looked for", ask: byRef, more: `,"partyOrgNo":"310330701"`,
			want: ClassMismatch,
		},
		"ref":       {reason: "with another reference", ask: create, more: `,"externalRef":"x"`, want: ClassMismatch},
		"ref found": {reason: "also when it was looked for", ask: byRef, more: `,"externalRef":"x"`, want: ClassMismatch},
		"ref no word": {
			reason: "with one that is none of ours", ask: byID, more: `,"externalRef":"a b"`,
			want: ClassBadResponse,
		},
		"ref too long": {
			reason: "or longer than any", ask: byID, more: `,"externalRef":"` + strings.Repeat("a", 65) + `"`,
			want: ClassBadResponse,
		},
		"no owner": {reason: "a request without an owner", ask: byID, more: `,"partyOrgNo":""`, want: ClassBadResponse},
		"person": {
			reason: "a person's", ask: byID, more: `,"partyOrgNo":"` + testPerson + `"`,
			want: ClassBadResponse,
		},
		"no id": {reason: "without an id", ask: byRef, more: `,"id":""`, want: ClassBadResponse},
		"no UUID": {
			reason: "with one that is none", ask: byRef, more: `,"id":"` + testToken + `"`,
			want: ClassBadResponse,
		},
		"user no UUID": {
			reason: "with a system user that is none", ask: change, more: `,"systemUserId":"x"`,
			want: ClassBadResponse,
		},
		"status":    {reason: "an unknown status", ask: byID, more: `,"status":"Escalated"`, want: ClassBadResponse},
		"no status": {reason: "or none", ask: byID, more: `,"status":""`, want: ClassBadResponse},
		"confirm": {
			reason: "customers are sent nowhere else", ask: byID, more: `,"confirmUrl":"javascript:alert(1)"`,
			want: ClassBadResponse,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := tc.ask(t.Context(), serve(t, outboundtest.Says(200, requestBody("New", tc.more))))
			if ClassOf(err) != tc.want || got.ID != "" {
				t.Errorf("%s: %+v, %v, want %s", tc.reason, got, err, tc.want)
			}
			checkHides(t, err)
		})
	}
}

// changeBody is a change as Altinn writes it, misspelling and all.
func changeBody(status, more string) string {
	return fmt.Sprintf(`{"id":%q,"externalRef":%q,"systemId":%q,"systemUserId":%q,"partyOrgNo":%q,"status":%q,`+
		`"requiredRights":[{"resource":[{"id":"urn:altinn:resource","value":"nav_sykepenger_soeknad"},{"id":"urn:altinn:org","value":"nav"}]}],`+
		`"unwantedRights":[{"resource":[{"id":"urn:altinn:resource","value":"unwanted"}]}],`+
		`"requiredAccessPackagages":[{"urn":"urn:altinn:accesspackage:lonn"}],"unwantedAccessPackagages":[],"confirmUrl":%q%s}`,
		testID, testRef, testSystem, testUser, testRef, status, testConfirm, more)
}

func TestChanges(t *testing.T) {
	want := Request{
		ID: testID, ExternalRef: testRef, Owner: testOwner, Status: StatusNew, ConfirmURL: testConfirm,
		SystemUserID: testUser,
		Rights:       []string{"nav_sykepenger_soeknad"}, AccessPackages: []string{"urn:altinn:accesspackage:lonn"},
	}
	none := want
	none.Status, none.ConfirmURL = StatusNoChangeNeeded, ""
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Request
	}{
		"created": {reason: "a new one", status: 201, body: changeBody("New", ""), want: want},
		"found":   {reason: "one that is there", status: 200, body: changeBody("New", ""), want: want},
		"none": {
			reason: "nothing is missing, and the address is empty", status: 200,
			body: changeBody("NoChangeNeeded", `,"confirmUrl":""`), want: none,
		},
		"spelt": {
			reason: "when they have learnt to spell", status: 200,
			body: strings.ReplaceAll(changeBody("New", ""), "Packagages", "Packages"), want: want,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(tc.status, tc.body)).
				CreateChange(t.Context(), NewChange{ID: testID, SystemUserID: testUser})
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, compareNumbers); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestConfirmURL lists the addresses that customers may and may not be sent to.
func TestConfirmURL(t *testing.T) {
	const (
		production = "https://platform.altinn.no"
		test       = "https://platform.tt02.altinn.no"
		simulator  = "http://simulator.simulator.svc:8080"
		private    = "https://altinn.example"
	)
	cases := map[string]struct {
		reason  string
		base    string
		address string
		want    bool
	}{
		"production": {
			reason: "Altinn's", base: production,
			address: "https://am.ui.altinn.no/accessmanagement/ui/systemuser/request?id=x&DONTCHOOSEREPORTEE=true", want: true,
		},
		"test": {
			reason: "its test environment's", base: test,
			address: "https://am.ui.tt02.altinn.no/accessmanagement/ui/systemuser/request?id=x", want: true,
		},
		"capitals": {reason: "a host has no case", base: production, address: "https://AM.UI.altinn.no/x", want: true},
		"other": {
			reason: "customers do not approve for real in the test environment's API", base: test,
			address: "https://am.ui.altinn.no/x",
		},
		"elsewhere":  {reason: "another site's", base: production, address: "https://am.ui.altinn.no.evil.example/x"},
		"looks like": {reason: "a look-alike's", base: production, address: "https://am.ui-altinn.no/x"},
		"ends like":  {reason: "or ends like it", base: production, address: "https://evilaltinn.no/x"},
		"bare":       {reason: "the domain itself is another site", base: production, address: "https://altinn.no/x"},
		"port": {
			reason: "another port is another server", base: production,
			address: "https://am.ui.altinn.no:8443/x",
		},
		"user": {
			reason: "what looks like the host is a user", base: production,
			address: "https://am.ui.altinn.no@evil.example/x",
		},
		"test environment": {
			reason: "a customer of production does not approve there", base: production,
			address: "https://am.ui.tt02.altinn.no/x",
		},
		"developers'":    {reason: "nor there", base: production, address: "https://at22.altinn.no/x"},
		"user of Altinn": {reason: "no user", base: production, address: "https://x@am.ui.altinn.no/x"},
		"http":           {reason: "without TLS", base: production, address: "http://am.ui.altinn.no/x"},
		"script": {
			reason: "an address that acts", base: production,
			address: "javascript://am.ui.altinn.no/%0aalert(1)",
		},
		"relative": {reason: "no host", base: production, address: "/systemuser/request?id=x"},
		"space":    {reason: "not one word", base: production, address: "https://am.ui.altinn.no/x y"},
		"line": {
			reason: "not one line", base: production,
			address: "https://am.ui.altinn.no/x\nhttps://evil.example",
		},
		"letters": {reason: "letters that look like others", base: production, address: "https://am.ui.аltinn.no/x"},
		"markup": {
			reason: "nothing that ends a link", base: production,
			address: `https://am.ui.altinn.no/x"onclick="y`,
		},
		"longest": {
			reason: "as long as may be", base: production,
			address: "https://am.ui.altinn.no/" + strings.Repeat("a", maxConfirmURL-24), want: true,
		},
		"longer": {
			reason: "no longer", base: production,
			address: "https://am.ui.altinn.no/" + strings.Repeat("a", maxConfirmURL-23),
		},
		"no URL": {reason: "not an address", base: production, address: "https://["},
		"simulator": {
			reason: "one without TLS", base: simulator, address: "http://localhost:8080/confirm?id=x",
			want: true,
		},
		"simulator TLS": {reason: "or with", base: simulator, address: "https://localhost/confirm?id=x", want: true},
		"private":       {reason: "TLS calls for TLS", base: private, address: "http://altinn.example/x"},
		"private TLS":   {reason: "an override may be anywhere", base: private, address: "https://ui.example/x", want: true},
		"simulator js":  {reason: "but it is a page", base: simulator, address: "javascript:alert(1)"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := client(t, tc.base, 1).mayConfirmAt(tc.address); got != tc.want {
				t.Errorf("%s: mayConfirmAt(%q) = %t", tc.reason, tc.address, got)
			}
		})
	}
}
