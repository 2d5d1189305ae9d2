package maskinporten

import (
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// maxFormBytes is far more than any grant needs. The real limit is not documented.
const maxFormBytes = 64 << 10

// tokenResponse is the response to a good request (RFC 6749, section 5.1).
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
	Scope       string `json:"scope"`
}

// serveToken responds to a token request. It reads the grant first, because the faults depend on its consumer.
func (s *Service) serveToken(w http.ResponseWriter, r *http.Request) {
	assertion, formFault := readTokenForm(w, r)
	parsed, err := parseGrant(assertion)
	faults := s.faults.Load()
	e := &evaluation{sim: s, faults: faults.Faults, readings: *s.readings.Load(), now: s.now(), grant: parsed}
	e.findClient()
	e.broken = faults.forConsumer(e.consumerAskedFor())

	prepared, waiting := wire.Prepare(r.Context(), e.broken.endpoint(), e.now, func() wire.Response {
		e.now = s.now() // latency has passed since
		switch {
		case formFault != "":
			return s.refusalResponse(e.refuse(formFault))
		case err != nil:
			return s.refusalResponse(e.refuse("MP-011"))
		}
		if refused := e.run(); refused != nil {
			return s.refusalResponse(refused)
		}
		return s.issue(e)
	})
	s.recordTokenRequest(r, e, prepared)
	if waiting {
		w.Header().Set("Cache-Control", "no-store") // RFC 6749, section 5.1
		wire.Send(w, r, e.broken.Outage, prepared, e.now)
	}
}

// readTokenForm returns the assertion in the body, or in the query, as form parsing frameworks do, or the name of a
// refusal.
func readTokenForm(w http.ResponseWriter, r *http.Request) (assertion, refusal string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		return "", "InvalidRequest"
	}
	// RFC 6749, section 3.2: parameters must not be included more than once.
	grantTypes, assertions := r.Form["grant_type"], r.Form["assertion"]
	if len(grantTypes) != 1 || len(assertions) > 1 {
		return "", "InvalidRequest"
	}
	if grantTypes[0] != grantTypeJWTBearer {
		return "", "UnsupportedGrantType"
	}
	if len(assertions) == 0 || assertions[0] == "" {
		return "", "InvalidRequest"
	}
	return assertions[0], ""
}

// issue signs the token of a good grant.
func (s *Service) issue(e *evaluation) wire.Response {
	claims, lifetime := e.accessToken()
	sign := s.Tokens.Sign
	if e.broken.UnknownSigningKey {
		sign = s.Tokens.SignWithUnknownKey
	}
	token, err := sign(claims)
	if err != nil {
		s.log.Error("Failed to sign an access token", "err", err)
		return wire.Response{Status: http.StatusInternalServerError, Outcome: "SigningFailed"}
	}
	return wire.JSON(http.StatusOK, "Issued", tokenResponse{
		AccessToken: token,
		TokenType:   "Bearer",
		// Real responses are a second short.
		ExpiresIn: int64(lifetime/time.Second) - 1,
		Scope:     claims.Scope,
	})
}

func (s *Service) recordTokenRequest(r *http.Request, e *evaluation, a wire.Response) {
	scope, _ := e.grant.Text("scope")
	request := wire.TokenRequest{
		Time:     e.now.UTC(),
		ClientID: wire.Bounded(e.clientID, 64),
		Consumer: e.consumerAskedFor(),
		Scope:    wire.Bounded(scope, 200),
		Status:   a.Status,
		Outcome:  a.Outcome,
		Code:     a.Code,
	}
	s.recorder.RecordToken(r.Context(), request)
}
