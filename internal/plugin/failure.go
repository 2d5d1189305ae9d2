package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/4human/integration-operator/internal/emergencystop"
)

// usageError returns an error of the command line, with where its help is.
func usageError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w\nSee: %s --help", err, cmd.CommandPath())
}

// explain returns the message of an error, with what to do.
func explain(err error) string {
	if advice := adviceOn(err); advice != "" {
		return err.Error() + "\n" + advice
	}
	return err.Error()
}

// adviceOn returns what a person does about an error, "" if the error says so itself.
func adviceOn(err error) string {
	switch {
	case clientcmd.IsEmptyConfig(err):
		return "Name the cluster: set KUBECONFIG, or use --kubeconfig and --context."
	case lacksCRDs(err):
		return "The cluster does not have the kind. Install the operator's CRDs: kubectl apply -k config/kept (in the " +
			"operator's repository), or use --context for the cluster that has them."
	case apierrors.IsForbidden(err):
		return adviceOnRight(err)
	case apierrors.IsUnauthorized(err):
		return "The cluster does not accept your login. Log in again, and try: kubectl auth whoami"
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err), apierrors.IsInternalError(err):
		return "The API server is overloaded or restarting. Try again in a minute."
	case errors.Is(err, context.DeadlineExceeded):
		return "The API server did not respond in time. Try again, or with a longer --request-timeout."
	case isUnreachable(err):
		return "The API server cannot be reached. Check KUBECONFIG, --context, the network and a VPN; try: kubectl cluster-info"
	default:
		return ""
	}
}

// lacksCRDs reports whether a resource is unknown to the API server, rather than one object of it.
func lacksCRDs(err error) bool {
	return apierrors.IsNotFound(err) && apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse)
}

// adviceOnRight names the role that has the right which is missing.
func adviceOnRight(err error) string {
	status, ok := errors.AsType[*apierrors.StatusError](err)
	if !ok || status.ErrStatus.Details == nil {
		return ""
	}
	const ask = "Ask the platform team for the ClusterRole "
	switch kind, isRead := status.ErrStatus.Details.Kind, isReading(err); {
	case kind == "suppliers":
		return ask + "integration-operator-view by a ClusterRoleBinding: Suppliers are in no namespace."
	case kind == "customerintegrations" && isRead:
		return ask + "integration-operator-view, by a RoleBinding in the namespace, or by a ClusterRoleBinding for " +
			"--all-namespaces. Or name a namespace that you may read: -n NAMESPACE"
	case kind == "customerintegrations":
		return ask + "integration-operator-edit by a RoleBinding in the customer's namespace. What you may: kubectl auth " +
			"can-i --list -n NAMESPACE"
	case kind == "configmaps" && strings.Contains(err.Error(), emergencystop.Name):
		return ask + emergencystop.Name + " by a RoleBinding in the operator's namespace."
	default:
		return ""
	}
}

// isReading reports whether the API server refused a request that reads, by its message.
func isReading(err error) bool {
	return !strings.Contains(err.Error(), "cannot patch resource")
}

// isUnreachable reports whether there was no connection to the API server.
func isUnreachable(err error) bool {
	_, isRequest := errors.AsType[*url.Error](err)
	_, isConnection := errors.AsType[*net.OpError](err)
	return isRequest || isConnection
}
