// Package clock compares times of several machines, of which one may be wrong.
package clock
