package broker

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// claims are what a token says about its pod. They are not verified.
type claims struct {
	namespace, pod string
	podUID         types.UID
}

// podClaims are the claims of a token that is bound to a pod (KEP-1205).
type podClaims struct {
	jwt.RegisteredClaims

	Kubernetes struct {
		Namespace string `json:"namespace"`
		Pod       struct {
			Name string    `json:"name"`
			UID  types.UID `json:"uid"`
		} `json:"pod"`
	} `json:"kubernetes.io"`
}

// claimsOf returns a token's claims. It verifies no signature. It returns an error for what cannot be a pod's token for
// the broker, which saves the API server a review. Its errors do not quote the token.
func claimsOf(token string, now time.Time) (claims, error) {
	var body podClaims
	parsed, _, err := jwt.NewParser().ParseUnverified(token, &body)
	if err != nil || parsed.Method == jwt.SigningMethodNone {
		return claims{}, errors.New("the token is not a signed JWT with the claims of a pod")
	}
	switch bound := body.Kubernetes; {
	case !slices.Contains(body.Audience, v1alpha1.TokenAudience):
		return claims{}, errors.New("the token is for another audience")
	case body.ExpiresAt == nil || now.After(body.ExpiresAt.Add(clockSkew)):
		return claims{}, errors.New("the token has expired")
	case bound.Namespace == "" || !strings.HasPrefix(body.Subject, accountPrefix+bound.Namespace+":"):
		return claims{}, errors.New("the token is not a service account's")
	case bound.Pod.Name == "" || bound.Pod.UID == "":
		return claims{}, errors.New("the token is not bound to a pod")
	default:
		return claims{namespace: bound.Namespace, pod: bound.Pod.Name, podUID: bound.Pod.UID}, nil
	}
}
