package altinn_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/altinn"
)

// TestAlone uses Altinn without the other services.
func TestAlone(t *testing.T) {
	const vendor, customer, system = "897757222", "310330701", "897757222_hrm"
	tokens, err := accesstoken.NewSigner("https://maskinporten.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	service := altinn.New(altinn.Options{Now: time.Now, Tokens: tokens})
	if err := service.RegisterSystem(altinn.System{
		SystemID: system, OrganizationNumber: vendor,
		Rights: []string{"sykepenger"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := service.CreateSystemUser(altinn.SystemUser{SystemID: system, OrganizationNumber: customer}); err != nil {
		t.Fatal(err)
	}
	token, err := tokens.Sign(map[string]any{
		"iss": tokens.Issuer(), "exp": time.Now().Add(time.Minute).Unix(), "scope": accesstoken.SystemUserWriteScope,
		"consumer": accesstoken.ActorOf(vendor),
	})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		customer string
		want     int
	}{
		"with a system user":    {customer: customer, want: http.StatusOK},
		"without a system user": {customer: "314240979", want: http.StatusNotFound},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			path := "/authentication/api/v1/systemuser/vendor/byquery?system-id=" + system + "&orgno=" + tc.customer
			request := httptest.NewRequest(http.MethodGet, path, http.NoBody)
			request.Header.Set("Authorization", "Bearer "+token)
			answer := httptest.NewRecorder()
			service.Handler().ServeHTTP(answer, request)
			if answer.Code != tc.want {
				t.Errorf("got %d %s, want %d", answer.Code, answer.Body, tc.want)
			}
		})
	}
}
