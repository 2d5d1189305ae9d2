// Package foreign tests that no client takes another service's success for its own service's.
package foreign
