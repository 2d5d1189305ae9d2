package controllers

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// absenceRetry is how long after a namespace was found to be missing, or on its way out, it is looked for again.
const absenceRetry = 30 * time.Second

// SettingsReconciler keeps the settings of jobs in each namespace of customers. A request's name is a namespace.
type SettingsReconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// CA gives the certificate by which pods know the token broker, in PEM.
	CA func(ctx context.Context) ([]byte, error)
	// BrokerURL is where pods ask for tokens.
	BrokerURL string
}

// Reconcile makes one pass over one namespace.
func (r *SettingsReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	namespace := req.Name
	var suppliers integrationsv1alpha1.SupplierList
	if err := r.Client.List(ctx, &suppliers); err != nil {
		return ctrl.Result{}, fmt.Errorf("listing Suppliers: %w", err)
	}
	ca, err := r.CA(ctx)
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("reading the token broker's CA: %w", err)
	}
	desired, err := desiredSettings(namespace, suppliers.Items, ca, r.BrokerURL)
	if err != nil {
		return ctrl.Result{}, err
	}
	var found corev1.ConfigMap
	err = r.Client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: settingsName}, &found)
	if client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, fmt.Errorf("reading the settings in namespace %s: %w", namespace, err)
	}
	labelled := found.Labels[integrationsv1alpha1.LabelManagedBy] == integrationsv1alpha1.ManagedBy
	same := hasSettings(found.Data, desired.Data)
	if labelled && same {
		return ctrl.Result{}, nil
	}
	exists := found.Name != ""
	if exists && !labelled && !same { // its deletion is an event
		return ctrl.Result{}, reconcile.TerminalError(fmt.Errorf(
			"ConfigMap %s in namespace %s was made by somebody else, and is left alone: delete it, or jobs there get no settings", settingsName, namespace))
	}
	options := []client.ApplyOption{client.FieldOwner(fieldOwner)}
	if exists {
		options = append(options, client.ForceOwnership)
	}
	err = r.Client.Apply(ctx, desired, options...)
	if apierrors.IsNotFound(err) || apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return ctrl.Result{RequeueAfter: absenceRetry}, nil
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("applying the settings in namespace %s: %w", namespace, err)
	}
	log.FromContext(ctx).Info("Changed the cluster", "action", "apply ConfigMap "+settingsName)
	return ctrl.Result{}, nil
}
