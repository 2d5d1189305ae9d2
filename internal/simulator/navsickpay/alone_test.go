package navsickpay_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

const (
	customer = "310330701"
	unit     = "315587336"
)

// access is the access of one system user.
type access map[string][]string

func (a access) AccessOf(id string) (parties, rights, packages []string, found bool) {
	rights, found = a[id]
	return []string{customer}, rights, nil, found
}

// TestAlone uses NAV's API for sick notes without the other services.
func TestAlone(t *testing.T) {
	tokens, err := accesstoken.NewSigner("https://maskinporten.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	service := navsickpay.New(navsickpay.Options{
		Now: time.Now, Tokens: tokens, SystemUsers: access{"with": {"nav_sykepenger_sykmelding"}, "without": nil},
	})
	if err := service.RegisterUnit(unit, customer); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		user string
		want int
	}{
		"with the right":    {user: "with", want: http.StatusOK},
		"without the right": {user: "without", want: http.StatusUnauthorized},
		"deleted":           {user: "deleted", want: http.StatusUnauthorized},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			details := map[string]any{"systemuser_id": []string{tc.user}, "systemuser_org": accesstoken.ActorOf(customer)}
			token, err := tokens.Sign(map[string]any{
				"iss": tokens.Issuer(), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
				"scope": accesstoken.SickPayScope, "consumer": accesstoken.ActorOf("897757222"),
				"authorization_details": []any{details},
			})
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest(http.MethodPost, "/v1/sykmeldinger", strings.NewReader(`{"orgnr":"`+unit+`"}`))
			request.Header.Set("Authorization", "Bearer "+token)
			request.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			service.Handler().ServeHTTP(answer, request)
			if answer.Code != tc.want {
				t.Errorf("got %d %s, want %d", answer.Code, answer.Body, tc.want)
			}
		})
	}
}
