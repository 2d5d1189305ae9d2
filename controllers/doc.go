// Package controllers adds the controllers of the two kinds to a manager, and connects them.
package controllers
