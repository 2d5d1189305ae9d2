package broker

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/outbound"
)

const (
	// accountPrefix is what the user name of a service account begins with.
	accountPrefix = "system:serviceaccount:"
	// extraPodName and extraPodUID are where a TokenReview tells which pod a token is bound to.
	extraPodName = "authentication.kubernetes.io/pod-name"
	extraPodUID  = "authentication.kubernetes.io/pod-uid"
)

// caller is who shows a token, as the API server vouches for it.
type caller struct {
	namespace  string
	account    string // the name of its ServiceAccount
	accountUID types.UID
	pod        string // the name of the pod that the token is bound to
	podUID     types.UID
}

// String gives namespace and name of the account.
func (c caller) String() string { return c.namespace + "/" + c.account }

// bearer gives the token of a request. Its errors do not quote it.
func bearer(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return "", fmt.Errorf("the request has %d Authorization headers, not one", len(values))
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", errors.New("the Authorization header is not a Bearer token")
	}
	if _, err := outbound.NewBearer(token); err != nil {
		return "", err
	}
	return token, nil
}

// callerOf gives whom a review found. Its errors are in words of ours: those of the API server may quote a token's claims.
func callerOf(s authenticationv1.TokenReviewStatus) (caller, error) {
	if !s.Authenticated {
		return caller{}, errors.New("the API server does not take the token for our audience")
	}
	if !slices.Contains(s.Audiences, v1alpha1.TokenAudience) {
		return caller{}, errors.New("the token is for another audience")
	}
	rest, isAccount := strings.CutPrefix(s.User.Username, accountPrefix)
	namespace, account, whole := strings.Cut(rest, ":")
	if !isAccount || !whole || namespace == "" || account == "" {
		return caller{}, errors.New("the token is not a service account's")
	}
	pod, podUID := single(s.User.Extra[extraPodName]), single(s.User.Extra[extraPodUID])
	if pod == "" || podUID == "" {
		return caller{}, errors.New("the token is not bound to a pod")
	}
	return caller{
		namespace: namespace, account: account, accountUID: types.UID(s.User.UID), pod: pod, podUID: types.UID(podUID),
	}, nil
}

// single gives the value where there is exactly one.
func single(values authenticationv1.ExtraValue) string {
	if len(values) != 1 {
		return ""
	}
	return values[0]
}
