// Package v1alpha1 is the API of the group integrations.4human.no: the supplier (Supplier) and its customers
// (CustomerIntegration).
//
// +kubebuilder:object:generate=true
// +groupName=integrations.4human.no
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the group and version of every kind in this package.
	GroupVersion = schema.GroupVersion{Group: "integrations.4human.no", Version: "v1alpha1"}

	// SchemeGroupVersion is GroupVersion, under the name that generated code expects.
	SchemeGroupVersion = GroupVersion

	schemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme registers the kinds of this package.
	AddToScheme = schemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(
		GroupVersion,
		&CustomerIntegration{}, &CustomerIntegrationList{},
		&Supplier{}, &SupplierList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
