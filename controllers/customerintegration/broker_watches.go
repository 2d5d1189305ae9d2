package customerintegration

import (
	"bytes"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// isBrokers passes events of the Secret with the token broker's certificate authority. Updates pass if its data differ.
func isBrokers(name string) predicate.Predicate {
	return predicate.And(
		predicate.NewPredicateFuncs(func(o client.Object) bool { return o.GetName() == name }),
		predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok1 := e.ObjectOld.(*corev1.Secret)
			after, ok2 := e.ObjectNew.(*corev1.Secret)
			return ok1 && ok2 && !maps.EqualFunc(before.Data, after.Data, bytes.Equal)
		}},
	)
}
