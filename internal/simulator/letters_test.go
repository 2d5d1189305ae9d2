package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/navletters"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	letterScope   = "nav:syfo/dokumentporten"
	letterRight   = "nav_syfo_dialogmote"
	navPlanRight  = "nav_syfo_oppfolgingsplan"
	lettersPath   = "/api/v1/documents"
	letterMeeting = navletters.TypeDialogueMeeting
	longAgo       = "2026-01-01T00:00:00Z"
)

// mayReadLetters registers a unit of the customer, whose system user may read all letters, and returns its token.
func (w *world) mayReadLetters(change ...func(*simaltinn.SystemUser)) string {
	w.t.Helper()
	w.withSystem()
	registered := system()
	registered.Rights = append(registered.Rights, letterRight, navPlanRight)
	w.must(w.sim.Altinn.RegisterSystem(registered))
	change = append([]func(*simaltinn.SystemUser){func(u *simaltinn.SystemUser) {
		u.Rights = []string{letterRight, navPlanRight}
	}}, change...)
	user := w.createUser(change...)
	w.must(w.sim.SickPay.RegisterUnit(subUnit, consumer))
	return w.letterToken(user.ID)
}

func (w *world) letterToken(user any, change ...claims) string {
	w.t.Helper()
	good := claims{
		"scope": letterScope, "authorization_details": userDetails(user, "0192:"+consumer),
		"consumer": claims{"ID": "0192:" + supplier},
	}
	return w.forge(append([]claims{good}, change...)...)
}

// addLetters adds letters a second apart.
func (w *world) addLetters(n int, change ...func(*navletters.Letter)) []navletters.Letter {
	w.t.Helper()
	var added []navletters.Letter
	for i := range n {
		letter := navletters.Letter{
			ID: fixed(i + 1), LinkID: fixed(i + 101), Unit: subUnit, Type: letterMeeting,
			Created: w.clock.Now().Add(time.Duration(i-n) * time.Second),
		}
		for _, c := range change {
			c(&letter)
		}
		done, err := w.sim.Letters.Add(letter)
		w.must(err)
		added = append(added, done)
	}
	return added
}

func (w *world) lettersRequest(path, token string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.letters.URL+lettersPath+path, http.NoBody)
	w.must(err)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request
}

func (w *world) getLetters(path, token string) reply {
	w.t.Helper()
	return w.raw(w.lettersRequest(path, token))
}

// letterQuery is the query of a list, with changes as name, value, …; an empty value removes the parameter.
func letterQuery(changes ...string) string {
	query := url.Values{"orgNumber": {subUnit}, "documentType": {letterMeeting}, "createdAfter": {longAgo}}
	for change := range slices.Chunk(changes, 2) {
		name, value := change[0], change[len(change)-1]
		query.Set(name, value)
		if value == "" {
			query.Del(name)
		}
	}
	return "?" + query.Encode()
}

// letterPage is a page as a client reads it.
type letterPage struct {
	Items []struct {
		DocumentID, LinkID uuid.UUID
		IsRead             bool
		Created, Status    string
	}
	Meta struct {
		Size, PageSize, ResultSize int
		HasMore                    bool
	}
}

func (w *world) letterPage(token string, changes ...string) letterPage {
	w.t.Helper()
	got := w.getLetters(letterQuery(changes...), token)
	var page letterPage
	if err := json.Unmarshal(got.raw, &page); err != nil || got.status != http.StatusOK {
		w.t.Fatalf("got %d %s: %v", got.status, got.raw, err)
	}
	return page
}

func (p letterPage) ids() []uuid.UUID {
	ids := []uuid.UUID{}
	for _, item := range p.Items {
		ids = append(ids, item.DocumentID)
	}
	return ids
}

// TestLetterErrors compares every error and a page with NAV's form, byte for byte.
func TestLetterErrors(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadLetters(func(u *simaltinn.SystemUser) { u.Rights = []string{letterRight} })
	user := w.sim.Altinn.SystemUsers()[0].ID
	letters := w.addLetters(3, func(l *navletters.Letter) { l.NoContent = l.ID == fixed(2) })
	_, err := w.sim.Letters.Withdraw(letters[2].ID)
	w.must(err)
	link := func(n int) string { return "/" + letters[n-1].LinkID.String() }
	cases := map[string]struct{ reason, path, token string }{
		"a page":  {reason: "without the withdrawn letter", path: letterQuery()},
		"details": {reason: "one item of a page", path: link(1) + "/details"},
		"no unit": {
			reason: "the first parameter", path: letterQuery("orgNumber", "", "documentType", "", "createdAfter", ""),
		},
		"no type":              {reason: "the second", path: letterQuery("documentType", "", "createdAfter", "")},
		"bad type":             {reason: "not NAV's", path: letterQuery("documentType", "BREV")},
		"undefined type":       {reason: "NAV's, without a resource", path: letterQuery("documentType", "UNDEFINED")},
		"no time":              {reason: "the third", path: letterQuery("createdAfter", "")},
		"time without zone":    {reason: "an instant is needed", path: letterQuery("createdAfter", "2026-01-01T00:00:00")},
		"odd isRead":           {reason: "Kotlin reads it as false", path: letterQuery("isRead", "ja")},
		"no right":             {reason: "the other type", path: letterQuery("documentType", "OPPFOLGINGSPLAN")},
		"another's unit":       {reason: "no owner of it", path: letterQuery("orgNumber", "315339138")},
		"bad link":             {reason: "no UUID", path: "/x"},
		"unknown link":         {reason: "no letter", path: "/" + fixed(99).String()},
		"id in place of link":  {reason: "the path has the link", path: "/" + letters[0].ID.String() + "/details"},
		"withdrawn":            {reason: "no longer available", path: link(3)},
		"details of withdrawn": {reason: "nor its details", path: link(3) + "/details"},
		"no content":           {reason: "NAV has lost its bytes", path: link(2)},
		"no token":             {reason: "a token is needed, before anything else", path: "/x", token: "-"},
		"another scope": {
			reason: "exactly one", path: letterQuery(), token: w.letterToken(user, claims{"scope": letterScope + " a:b"}),
		},
		"no system user": {
			reason: "a token of a delegation", path: letterQuery(),
			token: w.letterToken(user, claims{"authorization_details": nil}),
		},
		"no consumer": {
			reason: "a vendor is needed", path: letterQuery(), token: w.letterToken(user, claims{"consumer": nil}),
		},
		"another issuer": {
			reason: "not Maskinporten", path: letterQuery(),
			token: w.letterToken(user, claims{"iss": "https://other.example/"}),
		},
		"expired": {
			reason: "no longer active", path: letterQuery(), token: w.letterToken(user, claims{"exp": w.clock.Now().Unix()}),
		},
		"unknown path": {reason: "nothing is there", path: link(1) + "/pdf"},
	}
	seen := map[string]any{}
	for name, tc := range cases {
		sent := tc.token
		if sent == "" {
			sent = token
		}
		got := shown(w.getLetters(tc.path, strings.TrimPrefix(sent, "-")))
		got["body"] = strings.ReplaceAll(got["body"].(string), user, "<system user>")
		seen[tc.reason+": "+name] = got
	}
	simulatortest.Golden(t, "letter-errors", seen)
	diff(t, "an old scope is still good", 200,
		w.getLetters(letterQuery(), w.letterToken(user, claims{"scope": "nav:syfo/arkivporten"})).status)
}

// TestLetterPages reads page after page as a client may, and verifies which letters such a client does not see.
func TestLetterPages(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadLetters()
	at := w.clock.Now().Add(-time.Hour)
	letters := w.addLetters(5, func(l *navletters.Letter) {
		if l.ID != fixed(1) {
			l.Created = at.Add(time.Minute) // four of them
		}
		if l.ID == fixed(5) {
			l.Visible = w.clock.Now().Add(time.Hour)
		}
	})
	first := w.letterPage(token, "pageSize", "2")
	diff(t, "in the order of their creation", letters[1].ID, first.Items[0].DocumentID)
	diff(t, "a page", []any{2, 2, 4, true}, []any{
		first.Meta.Size, first.Meta.PageSize, first.Meta.ResultSize, first.Meta.HasMore,
	})
	next := w.letterPage(token, "pageSize", "2", "createdAfter", first.Items[1].Created)
	diff(t, "the cursor is exclusive, so one of the same time is lost", []uuid.UUID{fixed(1)}, next.ids())
	diff(t, "the last page", false, next.Meta.HasMore)
	_, err := w.sim.Letters.Show(fixed(5))
	w.must(err)
	diff(t, "one that is committed late is behind the cursor", []uuid.UUID{fixed(1)},
		w.letterPage(token, "createdAfter", first.Items[1].Created).ids())
	diff(t, "and is there for who looks back", 5, w.letterPage(token).Meta.ResultSize)
	for text, want := range map[string]int{"": 50, "0": 1, "-5": 1, "1000": 200, "x": 50} {
		diff(t, "page size "+text, want, w.letterPage(token, "pageSize", text).Meta.PageSize)
	}
}

// TestLettersAreRead verifies which calls mark a letter as read, for all readers.
func TestLettersAreRead(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadLetters()
	letters := w.addLetters(3)
	details := w.getLetters("/"+letters[0].LinkID.String()+"/details", token)
	diff(t, "details do not", false, rawJSON(t, details.raw)["isRead"])
	got := w.getLetters("/"+letters[1].LinkID.String(), token)
	diff(t, "the content", []any{200, "application/pdf", string(navletters.Content(letters[1].ID))},
		[]any{got.status, got.header.Get("Content-Type"), string(got.raw)})
	w.mustCall(200, http.MethodPut, "/nav/letters/"+letters[2].ID.String()+"/read", "")
	diff(t, "the API and a person do", []uuid.UUID{letters[1].ID, letters[2].ID},
		w.letterPage(token, "isRead", "true").ids())
	diff(t, "this one is not", []uuid.UUID{letters[0].ID}, w.letterPage(token, "isRead", "false").ids())
	diff(t, "fetched", []int{0, 1, 0}, fetched(w.sim.Letters.Letters(subUnit, letterMeeting)))
}

func fetched(letters []navletters.Letter) []int {
	var counts []int
	for _, l := range letters {
		counts = append(counts, l.Fetched)
	}
	return counts
}

// TestLetterRights verifies what Altinn decides by: the system user, the right, and the unit or its owner.
func TestLetterRights(t *testing.T) {
	cases := map[string]struct {
		reason             string
		rights             []string
		mainUnit           string
		letters, plans, of int
	}{
		"Both": {
			reason: "each type has its right", rights: []string{letterRight, navPlanRight}, mainUnit: consumer, letters: 200,
			plans: 200, of: 200,
		},
		"Letters": {
			reason: "a customer may give one", rights: []string{letterRight}, mainUnit: consumer, letters: 200, plans: 403,
			of: 200,
		},
		"Neither": {
			reason: "sick notes are something else", rights: []string{sickNotes}, mainUnit: consumer, letters: 403,
			plans: 403, of: 403,
		},
		"NotItsUnit": {
			reason: "another employer's unit", rights: []string{letterRight, navPlanRight}, mainUnit: "315339138",
			letters: 403, plans: 403, of: 200,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token := w.mayReadLetters(func(u *simaltinn.SystemUser) { u.Rights = tc.rights })
			w.must(w.sim.SickPay.RegisterUnit(subUnit, tc.mainUnit))
			link := w.addLetters(1)[0].LinkID.String()
			diff(t, tc.reason, []int{tc.letters, tc.plans, tc.letters, tc.letters, tc.of}, []int{
				w.getLetters(letterQuery(), token).status,
				w.getLetters(letterQuery("documentType", "OPPFOLGINGSPLAN"), token).status,
				w.getLetters("/"+link+"/details", token).status, w.getLetters("/"+link, token).status,
				w.getLetters(letterQuery("orgNumber", consumer), token).status,
			})
		})
	}
}

func letterFaultRows() map[string]faultRow {
	row := func(f simulator.Faults, observe func(*testing.T, *world, *http.Request)) faultRow {
		return faultRow{faults: f, observe: func(t *testing.T, w *world) {
			token := w.mayReadLetters()
			for _, kind := range []string{letterMeeting, navletters.TypeFollowUpPlan} {
				for range 3 {
					_, err := w.sim.Letters.Add(navletters.Letter{Unit: subUnit, Type: kind})
					w.must(err)
				}
			}
			observe(t, w, w.lettersRequest(letterQuery(), token))
		}}
	}
	outage := func(f simwire.Faults) simulator.Faults { return simulator.Faults{Letters: f} }
	data := func(f navletters.Faults) simulator.Faults { return simulator.Faults{LetterData: f} }
	hour := simwire.Duration(time.Hour)
	message := func(status int, text string) func(*testing.T, *world, *http.Request) {
		return func(t *testing.T, w *world, r *http.Request) {
			got := w.raw(r)
			diff(t, "in NAV's words", []any{status, text}, []any{got.status, rawJSON(t, got.raw)["message"]})
		}
	}
	return map[string]faultRow{
		"letters.outage": row(outage(simwire.Faults{Outage: simwire.OutageBadGateway}),
			func(t *testing.T, w *world, r *http.Request) {
				diff(t, "fails", 502, w.raw(r).status)
				call := w.sim.Recorder.Report().RecentCalls[0]
				diff(t, "what it hit", []any{"letters", "GET /api/v1/documents", consumer, "BadGateway"},
					[]any{call.Endpoint, call.Operation, call.Organization, call.Outcome})
			}),
		"letters.retryAfter": row(outage(simwire.Faults{
			Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds,
		}), func(t *testing.T, w *world, r *http.Request) {
			diff(t, "Retry-After", "30", w.raw(r).header.Get("Retry-After"))
		}),
		"letters.latency": row(outage(simwire.Faults{Latency: hour}),
			func(t *testing.T, w *world, r *http.Request) { w.leave(t, "letters", r) }),
		"letters.worksOn": row(outage(simwire.Faults{Latency: hour, WorksOn: true}),
			func(t *testing.T, w *world, r *http.Request) { w.leaveWith(t, "letters", "OK,CallerGone", r) }),
		"letters.latencyAfter": row(outage(simwire.Faults{LatencyAfter: simwire.Duration(50 * time.Millisecond)}),
			func(t *testing.T, w *world, r *http.Request) {
				began := time.Now()
				diff(t, "it comes late", true, w.raw(r).status == 200 && time.Since(began) >= 50*time.Millisecond)
			}),
		"letterData.sidecarDown": row(data(navletters.Faults{SidecarDown: true}),
			message(401, "Failed to introspect token: Connection refused")),
		"letterData.accessDown": row(data(navletters.Faults{AccessDown: true}), message(500, "Internal server error")),
		"letterData.noRights": row(data(navletters.Faults{NoRights: true}),
			func(t *testing.T, w *world, r *http.Request) {
				diff(t, "no rights", 403, w.raw(r).status)
				diff(t, "counted as", 1, w.sim.Recorder.Report().Counts["letters"]["NoRight"])
			}),
		"letterData.cachedRights": row(data(navletters.Faults{CachedRights: true}),
			func(t *testing.T, w *world, r *http.Request) {
				diff(t, "it may read", 200, w.raw(r).status)
				_, err := w.sim.Altinn.WithdrawSystemUser(consumer)
				w.must(err)
				token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
				diff(t, "and still may while Altinn's decision is cached", 200, w.getLetters(letterQuery(), token).status)
				defer w.clock.Step(-5 * time.Minute) // other rows have their times
				w.clock.Step(5 * time.Minute)
				fresh := w.letterToken(detailsIn(part(token, 1))["systemuser_id"].([]any)[0])
				diff(t, "until it is five minutes old", 403, w.getLetters(letterQuery(), fresh).status)
			}),
		"letterData.partialLists": {
			faults: data(navletters.Faults{PartialLists: true}),
			observe: func(t *testing.T, w *world) {
				token := w.mayReadLetters()
				for n := range byte(3) {
					_, err := w.sim.Letters.Add(navletters.Letter{
						ID: uuid.UUID{n, 1}, LinkID: uuid.UUID{n, 2}, Unit: subUnit, Type: letterMeeting,
					})
					w.must(err)
				}
				ids := w.letterPage(token).ids()
				diff(t, "one of three is left out", []bool{false, true, true}, []bool{
					slices.Contains(ids, uuid.UUID{0, 1}), slices.Contains(ids, uuid.UUID{1, 1}),
					slices.Contains(ids, uuid.UUID{2, 1}),
				})
				diff(t, "and is available", 200, w.getLetters("/"+uuid.UUID{0, 2}.String()+"/details", token).status)
			},
		},
		"readings.lettersNeverExpire": {
			faults: readings(simulator.Readings{LetterReadings: navletters.Readings{LettersNeverExpire: true}}),
			observe: func(t *testing.T, w *world) {
				token := w.mayReadLetters()
				old := w.addLetters(1, func(l *navletters.Letter) { l.Created = w.clock.Now().AddDate(0, -5, 0) })[0]
				diff(t, "it is listed", true, slices.Contains(w.letterPage(token).ids(), old.ID))
				w.setFaults(simulator.Faults{})
				diff(t, "and else left out", false, slices.Contains(w.letterPage(token).ids(), old.ID))
				diff(t, "as if it were withdrawn", "Document is no longer available",
					rawJSON(t, w.getLetters("/"+old.LinkID.String(), token).raw)["message"])
			},
		},
		"letterData.pageItems": row(data(navletters.Faults{PageItems: 2}),
			func(t *testing.T, w *world, r *http.Request) {
				meta := rawJSON(t, w.raw(r).raw)["meta"].(map[string]any)
				diff(t, "two, and more", []any{2.0, true}, []any{meta["size"], meta["hasMore"]})
			}),
	}
}

// TestLettersExpire checks when NAV has deleted a letter. The times are those of NAV's test, DocumentRetentionTest.kt.
func TestLettersExpire(t *testing.T) {
	cases := map[string]struct{ reason, created, expires string }{
		"usual":          {"a day after four months", "2026-06-01T10:00:00Z", "2026-10-02T00:00:00Z"},
		"last of month":  {"the day of the month exists", "2026-02-28T23:59:59Z", "2026-06-29T00:00:00Z"},
		"leap day":       {"the day of the month exists", "2024-02-29T00:00:00Z", "2024-06-30T00:00:00Z"},
		"to a short one": {"the last day of a shorter month", "2025-10-31T12:00:00Z", "2026-03-01T00:00:00Z"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			expires, err := time.Parse(time.RFC3339, tc.expires)
			w.must(err)
			created, err := time.Parse(time.RFC3339, tc.created)
			w.must(err)
			w.clock.Step(expires.Add(-time.Second).Sub(w.clock.Now()))
			token := w.mayReadLetters()
			link := w.addLetters(1, func(l *navletters.Letter) { l.Created = created })[0].LinkID
			get := func() []int {
				items := w.letterPage(token, "createdAfter", "2020-01-01T00:00:00Z").Items
				return []int{len(items), w.getLetters("/"+link.String()+"/details", token).status}
			}
			diff(t, tc.reason, []int{1, 200}, get())
			w.clock.Step(time.Second)
			diff(t, tc.reason, []int{0, 404}, get())
		})
	}
}

// TestLetterAdmin arranges letters by the admin API.
func TestLetterAdmin(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadLetters()
	var added []navletters.Letter
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodPost,
		"/nav/letters/"+subUnit+"/DIALOGMOTE?count=2&same-time=true", "")), &added))
	diff(t, "two of the same time", true, len(added) == 2 && added[0].Created.Equal(added[1].Created))
	w.mustCall(200, http.MethodPost, "/nav/letters/"+subUnit+"/DIALOGMOTE?late=1h&status=ERROR", "")
	diff(t, "a late one is not listed", 2, len(w.letterPage(token).Items))
	var all []navletters.Letter
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodGet, "/nav/letters/"+subUnit+"/DIALOGMOTE", "")), &all))
	diff(t, "but exists", 3, len(all))
	w.mustCall(200, http.MethodPut, "/nav/letters/"+all[2].ID.String()+"/show", "")
	diff(t, "and is shown", "ERROR", w.letterPage(token).Items[2].Status)
	w.mustCall(200, http.MethodPut, "/nav/letters/"+all[0].ID.String()+"/withdraw", "")
	diff(t, "withdrawn", 2, len(w.letterPage(token).Items))
	cases := map[string]struct {
		method, path string
		status       int
	}{
		"unknown type":   {method: http.MethodPost, path: subUnit + "/BREV", status: 400},
		"unknown status": {method: http.MethodPost, path: subUnit + "/DIALOGMOTE?status=x", status: 400},
		"bad unit":       {method: http.MethodPost, path: "315587337/DIALOGMOTE", status: 400},
		"too many":       {method: http.MethodPost, path: subUnit + "/DIALOGMOTE?count=10001", status: 400},
		"no id":          {method: http.MethodPut, path: "x/withdraw", status: 400},
		"unknown id":     {method: http.MethodPut, path: fixed(99).String() + "/withdraw", status: 404},
	}
	for name, tc := range cases {
		t.Run(name, func(*testing.T) { w.mustCall(tc.status, tc.method, "/nav/letters/"+tc.path, "") })
	}
}
