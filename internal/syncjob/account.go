package syncjob

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/naming"
)

// Account returns the ServiceAccount. It has no rights: the token broker recognizes it by its name.
func (d Desired) Account() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		TypeMeta: metav1.TypeMeta{APIVersion: corev1.SchemeGroupVersion.String(), Kind: "ServiceAccount"},
		ObjectMeta: metav1.ObjectMeta{
			Name: naming.Child(d.Customer.Name, d.Service), Namespace: d.Customer.Namespace,
			Labels: d.labels(), OwnerReferences: OwnersOf(d.Customer),
		},
		AutomountServiceAccountToken: new(false),
	}
}

// AccountDiffers reports whether a ServiceAccount lacks anything of the desired one. What others have added is no
// difference.
func AccountDiffers(desired, observed *corev1.ServiceAccount) bool {
	automounts := observed.AutomountServiceAccountToken
	return automounts == nil || *automounts || MetadataDiffers(desired, observed)
}

// MetadataDiffers reports whether an object lacks a label, an annotation or an owner of the desired one. What others
// have added is no difference.
func MetadataDiffers(desired, observed metav1.Object) bool {
	return lacksAny(desired.GetLabels(), observed.GetLabels()) ||
		lacksAny(desired.GetAnnotations(), observed.GetAnnotations()) ||
		slices.ContainsFunc(desired.GetOwnerReferences(), func(want metav1.OwnerReference) bool {
			return !slices.ContainsFunc(observed.GetOwnerReferences(), func(have metav1.OwnerReference) bool {
				return isSameOwner(want, have)
			})
		})
}

// lacksAny reports whether labels or annotations lack any of the desired ones.
func lacksAny(desired, observed map[string]string) bool {
	for key, want := range desired {
		if have, ok := observed[key]; !ok || have != want {
			return true
		}
	}
	return false
}

// isSameOwner reports whether two references are to one owner, and both or neither to a controller.
func isSameOwner(a, b metav1.OwnerReference) bool {
	controls := func(o metav1.OwnerReference) bool { return o.Controller != nil && *o.Controller }
	return a.UID == b.UID && a.Name == b.Name && a.Kind == b.Kind && a.APIVersion == b.APIVersion &&
		controls(a) == controls(b)
}
