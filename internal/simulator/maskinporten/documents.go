package maskinporten

import (
	"cmp"
	"net/http"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// metadataDocument is the authorization server metadata of RFC 8414, with the fields that Maskinporten's has.
type metadataDocument struct {
	Issuer                    string                    `json:"issuer"`
	TokenEndpoint             string                    `json:"token_endpoint"`
	JWKSURI                   string                    `json:"jwks_uri"`
	AuthMethods               []string                  `json:"token_endpoint_auth_methods_supported"`
	GrantTypes                []string                  `json:"grant_types_supported"`
	SigningAlgorithms         []jose.SignatureAlgorithm `json:"token_endpoint_auth_signing_alg_values_supported"`
	AuthorizationDetailsTypes []string                  `json:"authorization_details_types_supported"`
}

// document returns the handler of an endpoint whose response does not depend on the request.
func (s *Service) document(name string, content func(Faults) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		faults := s.faults.Load()
		var broken AnswerFaults
		if faults.EveryEndpoint {
			broken = faults.AnswerFaults
		}
		now := s.now()
		prepared, waiting := wire.Prepare(r.Context(), broken.endpoint(), now, func() wire.Response {
			return wire.JSON(http.StatusOK, "OK", content(faults.Faults))
		})
		s.recorder.Count(name, prepared.Outcome)
		if waiting {
			wire.Send(w, r, broken.Outage, prepared, now)
		}
	}
}

func (s *Service) metadata(faults Faults) any {
	return metadataDocument{
		Issuer:                    cmp.Or(faults.MetadataIssuer, s.Tokens.Issuer()),
		TokenEndpoint:             cmp.Or(faults.TokenEndpoint, s.origin+"/token"),
		JWKSURI:                   s.origin + "/jwk",
		AuthMethods:               []string{amrPrivateKey},
		GrantTypes:                []string{grantTypeJWTBearer},
		SigningAlgorithms:         grantAlgorithms,
		AuthorizationDetailsTypes: []string{systemUserType},
	}
}

func (s *Service) publishedKeys(Faults) any {
	return s.Tokens.Published()
}

// health returns the body of /health. The real one is not documented.
func health(Faults) any {
	return map[string]string{"status": "UP"}
}
