// Package torture runs workers as processes between a simulated NAV and simulated HRM systems while everything fails.
// It kills, freezes and duplicates workers, and loses, delays, truncates and breaks responses. Afterwards it compares
// the records of NAV with those of the HRM systems. A seed, which is logged, selects the faults. Their timing also
// depends on the operating system.
//
// The same torture must catch each mutant of the worker: see mutants_test.go.
package torture
