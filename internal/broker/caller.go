package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/podseal"
)

const (
	// accountPrefix begins the user name of a service account.
	accountPrefix = "system:serviceaccount:"
	// extraPodName and extraPodUID are the keys of a TokenReview under which it has the pod that a token is bound to.
	extraPodName = "authentication.kubernetes.io/pod-name"
	extraPodUID  = "authentication.kubernetes.io/pod-uid"
)

// caller identifies the owner of a service account token, as the API server reports it.
type caller struct {
	namespace  string
	account    string // the name of its ServiceAccount
	accountUID types.UID
	pod        string // the name of the pod that the token is bound to
	podUID     types.UID
}

// String returns the account's namespace and name.
func (c caller) String() string { return c.namespace + "/" + c.account }

// bearer returns the token in a request's header. Its errors do not quote it.
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

// callerOf returns the caller that a review identified. Its errors do not quote the API server's, which may contain
// claims.
func callerOf(s authenticationv1.TokenReviewStatus) (caller, error) {
	if !s.Authenticated {
		return caller{}, errors.New("the API server rejects the token for the broker's audience")
	}
	if !slices.Contains(s.Audiences, v1alpha1.TokenAudience) {
		return caller{}, errors.New("the token is for another audience")
	}
	rest, isAccount := strings.CutPrefix(s.User.Username, accountPrefix)
	namespace, account, whole := strings.Cut(rest, ":")
	if !isAccount || !whole || namespace == "" || account == "" {
		return caller{}, errors.New("the token is not a service account's")
	}
	pod, podUID := singleValue(s.User.Extra[extraPodName]), singleValue(s.User.Extra[extraPodUID])
	if pod == "" || podUID == "" {
		return caller{}, errors.New("the token is not bound to a pod")
	}
	return caller{
		namespace: namespace, account: account, accountUID: types.UID(s.User.UID), pod: pod, podUID: types.UID(podUID),
	}, nil
}

// singleValue returns the only value, or "" if there is not exactly one.
func singleValue(values authenticationv1.ExtraValue) string {
	if len(values) != 1 {
		return ""
	}
	return values[0]
}

// verifyCaller reads the caller's account, its pod, the pod's Job and CronJob past the cache. It verifies that account
// and CronJob belong to the CustomerIntegration, that the pod has a valid seal, and that the request comes from the
// pod. The error is a refusal.
func (b *Broker) verifyCaller(ctx context.Context, req *tokenRequest) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()

	account := &corev1.ServiceAccount{}
	if err := b.read(ctx, req.caller.namespace, req.caller.account, account); err != nil {
		return err
	}
	if err := checkAccount(req.caller, account, req.customer); err != nil {
		return unknownCaller(fmt.Errorf("its account: %w", err))
	}
	pod := &corev1.Pod{}
	if err := b.read(ctx, req.caller.namespace, req.caller.pod, pod); err != nil {
		return err
	}
	jobRef, err := checkPod(req.caller, pod)
	if err != nil {
		return unknownCaller(fmt.Errorf("its pod: %w", err))
	}
	if err := b.verifyJob(ctx, req, jobRef); err != nil {
		return err
	}
	if err := b.checkSeal(ctx, pod); err != nil {
		return err
	}
	req.access = pod.Annotations[podseal.AnnotationAccess]
	if pod.Status.Phase == corev1.PodPending {
		return pendingPod("its pod is not reported as running yet")
	}
	return checkSource(b.options.Source, req, pod)
}
