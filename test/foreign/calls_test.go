package foreign

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/sickpay"
)

const (
	owner   = "314240979"
	unit    = "315587336"
	system  = "897757222_4human_hrm"
	request = "7c1d7b47-0d5b-4a6e-9a5e-6a1d0f4f7f10"
	user    = "33a0911a-5459-456f-bc57-3d37ef9a016c"
	note    = "b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d"
)

// call is a call of a client.
type call struct {
	// good is the service's own response.
	good success
	// alike is a prefix of the service's responses to other calls that this call may also accept.
	alike string
	// do calls the server serve, or if it is nil one that returns the good response.
	do func(t *testing.T, serve http.HandlerFunc) error
}

// mayRead reports whether a response is one of the service's own that the call may accept.
func (c call) mayRead(s success) bool {
	own := s.body == c.good.body || c.alike != "" && strings.HasPrefix(s.body, c.alike)
	return own && s.contentType == c.good.contentType && s.body != ""
}

// calls are all calls of the operator and its workers, by name.
var calls = func() map[string]call {
	all := map[string]call{}
	for _, some := range []map[string]call{
		maskinportenCalls(), altinnCalls(), brokerCalls(), hrmCalls(), navPlanCalls(),
		sickPayCalls(), letterCalls(), reportCalls(), registerCalls(),
	} {
		maps.Copy(all, some)
	}
	return all
}()

// plain returns a call of a client for a server's URL.
func plain(good success, alike string, do func(ctx context.Context, t *testing.T, url string) error) call {
	return call{good: good, alike: alike, do: func(t *testing.T, serve http.HandlerFunc) error {
		t.Helper()
		if serve == nil {
			serve = good.serve
		}
		server := httptest.NewServer(serve)
		defer server.Close()
		return do(t.Context(), t, server.URL)
	}}
}

func caller() outbound.Caller {
	return outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now}
}

func bearer(t *testing.T) outbound.Bearer {
	t.Helper()
	b, err := outbound.NewBearer("hush-0123456789")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func altinnCalls() map[string]call {
	of := func(good success, alike string, do func(context.Context, *altinn.Client) error) call {
		return plain(good, alike, func(ctx context.Context, t *testing.T, url string) error {
			t.Helper()
			token := bearer(t)
			c, err := altinn.New(altinn.Config{
				BaseURL: url, SystemID: system, Calls: caller(),
				Tokens: altinn.TokenSource(func(context.Context, string) (outbound.Bearer, error) { return token, nil }),
			})
			if err != nil {
				t.Fatal(err)
			}
			return do(ctx, c)
		})
	}
	try := func(body, alike string, do func(context.Context, *altinn.Client) error) call {
		return of(success{status: 200, contentType: typeJSON, body: body}, alike, do)
	}
	const (
		list   = `{"links":{"next":null},"data":[` // the calls add the items
		begins = `{"id":"` + request + `"`
		body   = begins + `,"externalRef":"` + owner + `","systemId":"` + system + `","partyOrgNo":"` + owner +
			`","rights":[],"accessPackages":[],"status":"New"}`
		change = begins + `,"externalRef":"` + owner + `","systemId":"` + system + `","partyOrgNo":"` + owner +
			`","systemUserId":"` + user + `","status":"New"}`
		aUser = `{"id":"` + user + `","systemId":"` + system + `","reporteeOrgNo":"` + owner + `","externalRef":"` + owner +
			`","isDeleted":false}`
		users   = `{"links":{"next":null},"data":[` + aUser + `]}`
		aSystem = `{"links":{"next":null},"data":[{"id":"` + request + `","systemId":"` + system + `"}]}`
	)
	customer := orgnumber.MustParse(owner)
	return map[string]call{
		"Altinn: system user": try(aUser, "", func(ctx context.Context, c *altinn.Client) error {
			_, err := c.SystemUser(ctx, customer, owner)
			return err
		}),
		"Altinn: system": try(aSystem, list, func(ctx context.Context, c *altinn.Client) error { return c.CheckSystem(ctx) }),
		"Altinn: system users": try(users, list, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.SystemUsers(ctx, "")
			return err
		}),
		"Altinn: escalated requests": try(aSystem, list, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.EscalatedRequests(ctx, "")
			return err
		}),
		"Altinn: create request": try(body, begins, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.CreateRequest(ctx, altinn.NewRequest{
				ExternalRef: owner, Owner: customer,
				Rights: []string{"nav_sykepenger_sykmelding"},
			})
			return err
		}),
		"Altinn: request": try(body, begins, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.Request(ctx, request)
			return err
		}),
		"Altinn: request by reference": try(body, begins, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.RequestByExternalRef(ctx, customer, owner)
			return err
		}),
		"Altinn: delete request": of(success{status: 202}, "", func(ctx context.Context, c *altinn.Client) error {
			return c.DeleteRequest(ctx, request)
		}),
		"Altinn: create change": try(change, begins, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.CreateChange(ctx, altinn.NewChange{
				ID: request, SystemUserID: user,
				Rights: []string{"nav_sykepenger_soeknad"},
			})
			return err
		}),
		"Altinn: change": try(change, begins, func(ctx context.Context, c *altinn.Client) error {
			_, err := c.Change(ctx, request)
			return err
		}),
	}
}

func hrmCalls() map[string]call {
	try := func(status int, body string, do func(context.Context, *hrm.Client) error) call {
		good := success{status: status, body: body}
		if body != "" {
			good.contentType = typeJSON
		}
		c := plain(good, "", func(ctx context.Context, t *testing.T, url string) error {
			t.Helper()
			client, err := hrm.New(hrm.Config{
				Endpoint: url, Token: bearer(t), Calls: caller(), Pause: time.Millisecond,
				Log: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			return do(ctx, client)
		})
		foreign := c.do
		c.do = func(t *testing.T, serve http.HandlerFunc) error {
			t.Helper()
			if serve == nil {
				serve = func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
					good.serve(w, r)
				}
			}
			return foreign(t, serve)
		}
		return c
	}
	at, id := orgnumber.MustParse(unit), uuid.MustParse(note)
	return map[string]call{
		"HRM: organization": try(200, `{"organizationNumber":"`+owner+`"}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.Organization(ctx)
			return err
		}),
		"HRM: units": try(200, `{"units":[]}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.Units(ctx)
			return err
		}),
		"HRM: claim": try(200, `{"openUnknown":0}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.Claim(ctx, id, time.Minute)
			return err
		}),
		"HRM: sending": try(204, "", func(ctx context.Context,
			c *hrm.Client,
		) error {
			return c.Announce(ctx, id, id, time.Minute)
		}),
		"HRM: settlement": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.Settle(ctx, id, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
		}),
		"HRM: cursor": try(200, `{"cursor":0}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.Cursor(ctx, at, hrmapi.SickNotes)
			return err
		}),
		"HRM: page": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.StorePage(ctx, at, hrmapi.SickNotes, hrmapi.Page{Documents: []hrmapi.Document{}})
		}),
		"HRM: wanted PDFs": try(200, `{"ids":[]}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.WantedPDFs(ctx, at, hrmapi.SickNotes)
			return err
		}),
		"HRM: wanted CSV files": try(200, `{"ids":[]}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.WantedCSVs(ctx, at, hrmapi.SettlementReports)
			return err
		}),
		"HRM: CSV file": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.StoreCSV(ctx, at, hrmapi.SettlementReports, id, []byte("8020;\r\n"))
		}),
		"HRM: letters": try(200, `{"letters":[],"more":false}`, func(ctx context.Context, c *hrm.Client) error {
			_, err := c.Letters(ctx, at, hrmapi.DialogueMeetingLetters, time.Unix(0, 0))
			return err
		}),
		"HRM: letter": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.StoreLetter(ctx, at, hrmapi.DialogueMeetingLetters, id, hrmapi.Letter{Letter: []byte(`{}`)})
		}),
		"HRM: letter's content": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.StoreLetterContent(ctx, at, hrmapi.DialogueMeetingLetters, id, []byte("%PDF-"))
		}),
		"HRM: letter's deletion": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.DeleteLetter(ctx, at, hrmapi.DialogueMeetingLetters, id)
		}),
		"HRM: complete letters": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.SetLettersComplete(ctx, at, hrmapi.DialogueMeetingLetters, time.Unix(0, 0))
		}),
		"HRM: PDF": try(204, "", func(ctx context.Context, c *hrm.Client) error {
			return c.StorePDF(ctx, at, hrmapi.SickNotes, id, []byte("%PDF-"))
		}),
	}
}

func registerCalls() map[string]call {
	good := success{status: 200, contentType: typeJSON, body: `{"organisasjonsnummer":"` + owner + `","navn":"ELG AS"}`}
	return map[string]call{
		"Enhetsregisteret: organization": plain(good, "", func(ctx context.Context, t *testing.T, url string) error {
			t.Helper()
			c, err := enhetsregisteret.New(url, orgnumber.MustParse("897757222"), caller())
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Lookup(ctx, orgnumber.MustParse(owner))
			return err
		}),
	}
}

func sickPayCalls() map[string]call {
	try := func(contentType, body string, do func(context.Context, *sickpay.Client, outbound.Bearer) error) call {
		return plain(success{status: 200, contentType: contentType, body: body}, "",
			func(ctx context.Context, t *testing.T, url string) error {
				t.Helper()
				config := navapi.Config{BaseURL: url, Calls: caller(), Log: slog.New(slog.DiscardHandler)}
				c, err := sickpay.New(config, sickpay.SickNotes)
				if err != nil {
					t.Fatal(err)
				}
				return do(ctx, c, bearer(t))
			})
	}
	return map[string]call{
		"sick pay: list": try(typeJSON,
			`[{"loepenr":1,"sykmeldingId":"`+note+
				`","mottattAvNav":"2026-08-14T23:00","sendtTilArbeidsgiver":"2026-08-15T23:00",`+
				`"kontaktMedPasient":"2026-08-14T23:00","arbeidsgiver":{"navn":null,"orgnr":"`+unit+`"}}]`,
			func(ctx context.Context, c *sickpay.Client, token outbound.Bearer) error {
				for _, err := range c.List(ctx, token, navapi.Filter{Unit: orgnumber.MustParse(unit)}) {
					if err != nil {
						return err
					}
				}
				return nil
			}),
		"sick pay: PDF": try("application/pdf", "%PDF-1.4",
			func(ctx context.Context, c *sickpay.Client, token outbound.Bearer) error {
				_, err := c.PDF(ctx, token, uuid.MustParse(note))
				return err
			}),
	}
}
