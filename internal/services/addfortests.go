package services

import (
	"io/fs"
	"maps"
)

// AddForTests adds built-in services from further files, and returns what removes them. With it, a test can show that a
// file is all that a service needs. Nothing else may read services meanwhile.
func AddForTests(from fs.FS) (remove func(), err error) {
	added, err := read(from)
	if err != nil {
		return nil, err
	}
	before := builtIn
	builtIn = maps.Clone(before)
	maps.Copy(builtIn, added)
	return func() { builtIn = before }, nil
}
