// Package foreign tests that no client accepts another service's successful response.
package foreign
