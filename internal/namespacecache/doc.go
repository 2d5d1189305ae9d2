// Package namespacecache is a manager's cache whose customer namespaces fail independently. A cache of
// controller-runtime that covers several namespaces waits without end if it may not read one of them. This one reads
// the others, and begins to read that one when its rights exist.
package namespacecache
