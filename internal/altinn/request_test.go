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

// wantRequest is what requestBody says.
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
		"created":   {"a new one", 201, requestBody("New", ""), wantRequest(StatusNew, testConfirm)},
		"found":     {"one that is there", 200, requestBody("New", ""), wantRequest(StatusNew, testConfirm)},
		"accepted":  {"nothing is to be confirmed any more", 200, requestBody("Accepted", ""), wantRequest(StatusAccepted, "")},
		"rejected":  {"a no", 200, requestBody("Rejected", ""), wantRequest(StatusRejected, "")},
		"denied":    {"a no by Altinn", 200, requestBody("Denied", ""), wantRequest(StatusDenied, "")},
		"timed out": {"Altinn keeps the status and sets a flag", 200, requestBody("New", `,"timedOut":true`), timedOut(wantRequest(StatusNew, testConfirm))},
		"Timedout":  {"the status that Altinn never writes means the same", 200, requestBody("Timedout", ""), timedOut(wantRequest(StatusNew, testConfirm))},
		"late yes":  {"a request that was answered has not timed out", 200, requestBody("Accepted", `,"timedOut":true`), wantRequest(StatusAccepted, "")},
		"no ref":    {"without one, it is the organization number", 200, requestBody("New", `,"externalRef":""`), wantRequest(StatusNew, testConfirm)},
		"no URL":    {"one that does not say where", 200, requestBody("New", `,"confirmUrl":""`), wantRequest(StatusNew, "")},
		"case":      {"a UUID may be in capitals", 200, requestBody("New", `,"id":"`+strings.ToUpper(testID)+`"`), wantRequest(StatusNew, testConfirm)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(tc.status, tc.body)).CreateRequest(t.Context(), NewRequest{ExternalRef: testRef, Owner: testOwner})
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, compareNumbers); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRequestsAboutSomethingElse has good answers to another question, and bad ones.
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
		"id":            {"another request", byID, `,"id":` + other, ClassMismatch},
		"id of change":  {"another change", change, `,"id":` + other, ClassMismatch},
		"id of created": {"another change", createChange, `,"systemUserId":"` + testUser + `","id":` + other, ClassMismatch},
		"user":          {"of another system user", createChange, `,"systemUserId":` + other, ClassMismatch},
		"no user":       {"or of none", createChange, "", ClassMismatch},
		"system":        {"of another system", byID, `,"systemId":"897757222_other"`, ClassMismatch},
		"no system":     {"or of none", create, `,"systemId":""`, ClassMismatch},
		"owner":         {"to another organization", create, `,"partyOrgNo":"310330701"`, ClassMismatch},
		"owner found":   {"also when it was looked for", byRef, `,"partyOrgNo":"310330701"`, ClassMismatch},
		"ref":           {"with another reference", create, `,"externalRef":"x"`, ClassMismatch},
		"ref found":     {"also when it was looked for", byRef, `,"externalRef":"x"`, ClassMismatch},
		"ref no word":   {"with one that is none of ours", byID, `,"externalRef":"a b"`, ClassBadResponse},
		"ref too long":  {"or longer than any", byID, `,"externalRef":"` + strings.Repeat("a", 65) + `"`, ClassBadResponse},
		"no owner":      {"a request without an owner", byID, `,"partyOrgNo":""`, ClassBadResponse},
		"person":        {"a person's", byID, `,"partyOrgNo":"` + testPerson + `"`, ClassBadResponse},
		"no id":         {"without an id", byRef, `,"id":""`, ClassBadResponse},
		"no UUID":       {"with one that is none", byRef, `,"id":"` + testToken + `"`, ClassBadResponse},
		"user no UUID":  {"with a system user that is none", change, `,"systemUserId":"x"`, ClassBadResponse},
		"status":        {"an unknown status", byID, `,"status":"Escalated"`, ClassBadResponse},
		"no status":     {"or none", byID, `,"status":""`, ClassBadResponse},
		"confirm":       {"customers are sent nowhere else", byID, `,"confirmUrl":"javascript:alert(1)"`, ClassBadResponse},
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
		ID: testID, ExternalRef: testRef, Owner: testOwner, Status: StatusNew, ConfirmURL: testConfirm, SystemUserID: testUser,
		Rights: []string{"nav_sykepenger_soeknad"}, AccessPackages: []string{"urn:altinn:accesspackage:lonn"},
	}
	none := want
	none.Status, none.ConfirmURL = StatusNoChangeNeeded, ""
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Request
	}{
		"created": {"a new one", 201, changeBody("New", ""), want},
		"found":   {"one that is there", 200, changeBody("New", ""), want},
		"none":    {"nothing is missing, and the address is empty", 200, changeBody("NoChangeNeeded", `,"confirmUrl":""`), none},
		"spelt":   {"when they have learnt to spell", 200, strings.ReplaceAll(changeBody("New", ""), "Packagages", "Packages"), want},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(tc.status, tc.body)).CreateChange(t.Context(), NewChange{ID: testID, SystemUserID: testUser})
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, compareNumbers); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestConfirmURL has addresses that customers are shown.
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
		"production":     {"Altinn's", production, "https://am.ui.altinn.no/accessmanagement/ui/systemuser/request?id=x&DONTCHOOSEREPORTEE=true", true},
		"test":           {"its test environment's", test, "https://am.ui.tt02.altinn.no/accessmanagement/ui/systemuser/request?id=x", true},
		"capitals":       {"a host has no case", production, "https://AM.UI.altinn.no/x", true},
		"other":          {"customers do not approve for real in the test environment's API", test, "https://am.ui.altinn.no/x", false},
		"elsewhere":      {"another site's", production, "https://am.ui.altinn.no.evil.example/x", false},
		"looks like":     {"a look-alike's", production, "https://am.ui-altinn.no/x", false},
		"ends like":      {"or ends like it", production, "https://evilaltinn.no/x", false},
		"bare":           {"the domain itself is another site", production, "https://altinn.no/x", false},
		"port":           {"another port is another server", production, "https://am.ui.altinn.no:8443/x", false},
		"user":           {"what looks like the host is a user", production, "https://am.ui.altinn.no@evil.example/x", false},
		"user of Altinn": {"no user", production, "https://x@am.ui.altinn.no/x", false},
		"http":           {"without TLS", production, "http://am.ui.altinn.no/x", false},
		"script":         {"an address that acts", production, "javascript://am.ui.altinn.no/%0aalert(1)", false},
		"relative":       {"no host", production, "/systemuser/request?id=x", false},
		"space":          {"not one word", production, "https://am.ui.altinn.no/x y", false},
		"line":           {"not one line", production, "https://am.ui.altinn.no/x\nhttps://evil.example", false},
		"letters":        {"letters that look like others", production, "https://am.ui.аltinn.no/x", false},
		"markup":         {"nothing that ends a link", production, `https://am.ui.altinn.no/x"onclick="y`, false},
		"longest":        {"as long as may be", production, "https://am.ui.altinn.no/" + strings.Repeat("a", maxConfirmURL-24), true},
		"longer":         {"no longer", production, "https://am.ui.altinn.no/" + strings.Repeat("a", maxConfirmURL-23), false},
		"no URL":         {"not an address", production, "https://[", false},
		"simulator":      {"one without TLS", simulator, "http://localhost:8080/confirm?id=x", true},
		"simulator TLS":  {"or with", simulator, "https://localhost/confirm?id=x", true},
		"private":        {"TLS calls for TLS", private, "http://altinn.example/x", false},
		"private TLS":    {"an override may be anywhere", private, "https://ui.example/x", true},
		"simulator js":   {"but it is a page", simulator, "javascript:alert(1)", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := client(t, tc.base, 1).mayConfirmAt(tc.address); got != tc.want {
				t.Errorf("%s: mayConfirmAt(%q) = %t", tc.reason, tc.address, got)
			}
		})
	}
}
