// Package emergencystop reads the emergency stop: a ConfigMap in the manager's namespace that stops Suppliers while it
// exists. No manifest in git has it, so no GitOps engine reverts it.
package emergencystop

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/entitlement"
)

const (
	// Name is the name of the ConfigMap.
	Name = "integration-operator-emergency-stop"
	// KeySuppliers is its key with the names of the stopped Suppliers, separated by commas or white space. Without it, all
	// are stopped.
	KeySuppliers = "suppliers"
	// KeyReason is its key with the reason, for people. Conditions and events show its first maxReason characters.
	KeyReason = "reason"

	maxReason = 200

	// defaultNamespace is the default of the plugin's --system-namespace.
	defaultNamespace = "integration-operator-system"
)

// identity matches what may be a person's identity number.
var identity = regexp.MustCompile(`\b\d{6} ?\d{5}\b`)

// Find finds the emergency stop of a Supplier, nil if there is none. A nil Find finds none.
type Find func(ctx context.Context, supplier string) (*entitlement.Block, error)

// Of returns the emergency stop of a Supplier, nil if there is none. After an error, nothing may start.
func (f Find) Of(ctx context.Context, supplier string) (*entitlement.Block, error) {
	if f == nil {
		return nil, nil
	}
	return f(ctx, supplier)
}

// Is returns a predicate that passes events of a ConfigMap with the name of the emergency stop.
func Is() predicate.Predicate {
	return predicate.NewPredicateFuncs(func(o client.Object) bool { return o.GetName() == Name })
}

// Exists returns a predicate that passes events while the ConfigMap exists in a namespace, or cannot be read.
func Exists(reader client.Reader, namespace string) predicate.Predicate {
	return predicate.NewPredicateFuncs(func(client.Object) bool {
		err := reader.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: Name}, &corev1.ConfigMap{})
		return !apierrors.IsNotFound(err)
	})
}

// MayWiden returns a predicate that passes the deletion of a customer whose Supplier is gone, while the ConfigMap
// exists: a stop that named only this Supplier stops all, once it has no customer.
func MayWiden(reader client.Reader, namespace string) predicate.Predicate {
	exists := Exists(reader, namespace)
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		UpdateFunc:  func(event.UpdateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		DeleteFunc: func(e event.DeleteEvent) bool {
			c, ok := e.Object.(*v1alpha1.CustomerIntegration)
			if !ok || !exists.Delete(e) {
				return false
			}
			missing, err := missingAmong(context.Background(), reader, []string{c.SupplierName()})
			return err != nil || len(missing) > 0
		},
	}
}

// In returns the Find that reads the ConfigMap of a namespace. A ConfigMap that is invalid, or whose names are all
// misspelt, stops all Suppliers: a typo in an emergency must not leave one running. A name is misspelt if neither a
// Supplier nor a customer's supplierRef has it. If only some names do not exist, the message reports them. customers
// may be nil, for none.
func In(reader client.Reader, namespace string, customers customerlist.OfSupplier) Find {
	return func(ctx context.Context, supplier string) (*entitlement.Block, error) {
		stop := &corev1.ConfigMap{}
		err := reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: Name}, stop)
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading ConfigMap %s: %w", Name, err)
		}
		named, fault := Suppliers(stop)
		missing, err := missingAmong(ctx, reader, named)
		if err != nil {
			return nil, err
		}
		if len(missing) > 0 && len(missing) == len(named) {
			if wanted, err := haveCustomers(ctx, customers, missing); err != nil {
				return nil, err
			} else if !wanted {
				named, fault = nil, faultOf(missing)
			}
		}
		if len(named) > 0 && !slices.Contains(named, supplier) {
			return nil, nil
		}
		text := begin(stop, fault) + ". Access is not verified and no jobs run. " +
			ending(stop, fault, named, missing, supplier)
		return &entitlement.Block{Reason: v1alpha1.ReasonEmergencyStop, Message: text}, nil
	}
}

// Suppliers returns the names of the stopped Suppliers, none if all are. The fault is why the ConfigMap is invalid.
func Suppliers(stop *corev1.ConfigMap) (named []string, fault string) {
	for key := range stop.Data {
		if key != KeySuppliers && key != KeyReason {
			return nil, fmt.Sprintf("the ConfigMap has an unknown key %q", key)
		}
	}
	if len(stop.BinaryData) > 0 {
		return nil, "the ConfigMap has binaryData"
	}
	text, ok := stop.Data[KeySuppliers]
	if !ok {
		return nil, ""
	}
	named = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if len(named) == 0 {
		return nil, "its key suppliers is empty"
	}
	for _, name := range named {
		if len(validation.IsDNS1123Subdomain(name)) > 0 {
			return nil, fmt.Sprintf("its key suppliers has %.63q, which is not a name", name)
		}
	}
	return named, ""
}

// missingAmong returns those of some Suppliers that do not exist.
func missingAmong(ctx context.Context, reader client.Reader, named []string) (missing []string, err error) {
	for _, name := range named {
		err := reader.Get(ctx, client.ObjectKey{Name: name}, &v1alpha1.Supplier{})
		if apierrors.IsNotFound(err) {
			missing = append(missing, name)
		} else if err != nil {
			return nil, fmt.Errorf("reading Supplier %s of the emergency stop: %w", name, err)
		}
	}
	return missing, nil
}

// haveCustomers reports whether one of some Suppliers that do not exist has customers.
func haveCustomers(ctx context.Context, customers customerlist.OfSupplier, missing []string) (bool, error) {
	if customers == nil {
		return false, nil
	}
	for _, name := range missing {
		if list, err := customers(ctx, name); err != nil || len(list) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// faultOf returns the fault that none of the named Suppliers exists.
func faultOf(missing []string) string {
	if len(missing) == 1 {
		return "Supplier/" + missing[0] + " does not exist"
	}
	return "none of the Suppliers that it names exists"
}

// begin returns how the message of the stop begins.
func begin(stop *corev1.ConfigMap, fault string) string {
	text := "Emergency stop"
	if fault != "" {
		text += " of all Suppliers, because " + fault
	}
	if reason := oneLine(stop.Data[KeyReason]); reason != "" {
		text += ": " + reason
	}
	return text
}

// ending returns how the message for a Supplier ends: with the command that ends no more than its stop, if there is
// one.
func ending(stop *corev1.ConfigMap, fault string, named, missing []string, supplier string) string {
	if fault == "" && len(named) > 0 {
		text := ""
		if len(missing) > 0 {
			text = "The stop also names Supplier/" + missing[0] + ", which does not exist: correct it. "
		}
		text += "To end it: kubectl cint continue " + supplier
		if stop.Namespace != defaultNamespace {
			text += " --system-namespace " + stop.Namespace
		}
		return text
	}
	text := "To end it"
	if fault != "" {
		text = "Correct it, or end the stop"
	}
	return fmt.Sprintf("%s: kubectl delete configmap %s -n %s", text, Name, stop.Namespace)
}

// oneLine returns a person's text on one line, printable and bounded, without digits that may be an identity number.
func oneLine(text string) string {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	line := []rune(identity.ReplaceAllString(strings.Join(strings.Fields(printable), " "), "(not shown)"))
	if len(line) > maxReason {
		line = append(line[:maxReason], '…')
	}
	return strings.TrimRight(string(line), ".")
}
