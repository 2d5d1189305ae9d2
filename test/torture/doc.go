// Package torture runs the worker, as the processes that its Jobs are, between a simulated NAV and simulated HRM solutions
// while everything goes wrong: workers are killed, frozen and thawed, two of the same run at once, answers are lost, late,
// cut off or errors. Afterwards the ledgers of both sides are compared. What goes wrong is drawn from a seed that is
// printed; when, the operating system has a say in.
//
// The same torture is what mutants of the worker must not survive: see mutants_test.go.
package torture
