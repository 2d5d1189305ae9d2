// Package clock compares times that several machines wrote, one of which may have a wrong clock.
package clock
