package navplans_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/navplans"
)

// TestAlone uses NAV's API for plans without the other services.
func TestAlone(t *testing.T) {
	tokens, err := accesstoken.NewSigner("https://maskinporten.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	service := navplans.New(navplans.Options{Now: time.Now, Tokens: tokens})
	cases := map[string]struct {
		scope string
		want  int
	}{
		"good token":  {scope: accesstoken.FollowUpPlanScope, want: http.StatusOK},
		"wrong scope": {scope: accesstoken.SickPayScope, want: http.StatusUnauthorized},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			token, err := tokens.Sign(map[string]any{
				"iss": tokens.Issuer(), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "scope": tc.scope,
				"consumer": accesstoken.ActorOf("310330701"),
			})
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest(http.MethodGet, "/api/v1/followupplan/verify-integration", http.NoBody)
			request.Header.Set("Authorization", "Bearer "+token)
			answer := httptest.NewRecorder()
			service.Handler().ServeHTTP(answer, request)
			if answer.Code != tc.want {
				t.Errorf("got %d %s, want %d", answer.Code, answer.Body, tc.want)
			}
		})
	}
}
