package broker

import (
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// claims are what a token says about its pod. They are not verified.
type claims struct {
	namespace, pod string
	podUID         types.UID
}

// signatures are the algorithms with which API servers sign tokens.
var signatures = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512,
	jose.EdDSA,
}

// claimsOf returns a token's claims. It verifies no signature. It returns an error for what cannot be a pod's token for
// the broker, which saves the API server a review. Its errors do not quote the token.
func claimsOf(token string, now time.Time) (claims, error) {
	parsed, err := jwt.ParseSigned(token, signatures)
	if err != nil {
		return claims{}, errors.New("the token is not a signed JWT")
	}
	var body struct {
		Subject    string           `json:"sub"`
		Audience   jwt.Audience     `json:"aud"`
		Expiry     *jwt.NumericDate `json:"exp"`
		Kubernetes struct {
			Namespace string `json:"namespace"`
			Pod       struct {
				Name string    `json:"name"`
				UID  types.UID `json:"uid"`
			} `json:"pod"`
		} `json:"kubernetes.io"`
	}
	if err := parsed.UnsafeClaimsWithoutVerification(&body); err != nil {
		return claims{}, errors.New("the token's claims cannot be decoded")
	}
	switch bound := body.Kubernetes; {
	case !body.Audience.Contains(v1alpha1.TokenAudience):
		return claims{}, errors.New("the token is for another audience")
	case body.Expiry == nil || now.After(body.Expiry.Time().Add(clockSkew)):
		return claims{}, errors.New("the token has expired")
	case bound.Namespace == "" || !strings.HasPrefix(body.Subject, accountPrefix+bound.Namespace+":"):
		return claims{}, errors.New("the token is not a service account's")
	case bound.Pod.Name == "" || bound.Pod.UID == "":
		return claims{}, errors.New("the token is not bound to a pod")
	default:
		return claims{namespace: bound.Namespace, pod: bound.Pod.Name, podUID: bound.Pod.UID}, nil
	}
}
